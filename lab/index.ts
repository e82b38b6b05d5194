// `@spillway/lab`: everything that a learner's program may import.

export type { ScalingDecision } from './decision.ts';
export type {
  ConsumerConfig,
  ConsumerRecord,
  KafkaConsumer,
  OffsetCommit,
  RebalanceListener,
  TopicPartition,
} from './kafka/api.ts';
export { CommitFailedException, ConcurrentModificationException, ConfigException } from './kafka/errors.ts';
export type { KafkaContext } from './program.ts';
export type { DeadLetterQueue, Sink, SinkErrorCode } from './sink/api.ts';
export { SinkError } from './sink/errors.ts';
