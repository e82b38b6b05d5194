// `@spillway/lab`: everything that a Kafka program may import. Other systems have an index of their own, in their folder.

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
export type {
  KafkaProducer,
  OrderSource,
  ProducerConfig,
  ProducerContext,
  ProducerMetrics,
  ProducerRecord,
  RecordMetadata,
  SendCallback,
} from './kafka/producer-api.ts';
export { BufferExhaustedException, TimeoutException } from './kafka/producer-errors.ts';
export type { KafkaContext } from './program.ts';
export type { DeadLetterQueue, Sink, SinkErrorCode } from './sink/api.ts';
export { SinkError } from './sink/errors.ts';
