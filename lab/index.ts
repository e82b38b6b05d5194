// `@spillway/lab`: everything that a learner's program may import.

export type {
  ControlContext,
  ControlDecision,
  ControlState,
  EndedAttempt,
  FailedRun,
  NextSlice,
  Orchestrator,
} from './control/api.ts';
export type { ScalingDecision } from './decision.ts';
export { AsyncDataStream } from './flink/datastream/async-data-stream.ts';
export type {
  AggregateFunction,
  AsyncFunction,
  Collector,
  Customer,
  CustomerService,
  DataStream,
  FlinkContext,
  KeyedContext,
  KeyedProcessFunction,
  KeyedStream,
  MapState,
  ProcessContext,
  ProcessFunction,
  ResultFuture,
  RuntimeContext,
  SingleOutputStreamOperator,
  StreamExecutionEnvironment,
  TimerService,
  ValueState,
  WindowedStream,
} from './flink/datastream/api.ts';
export { MapStateDescriptor, OutputTag, ValueStateDescriptor } from './flink/datastream/descriptors.ts';
export { ServiceError, type ServiceErrorCode } from './flink/datastream/errors.ts';
export { AsyncRetryStrategies, RetryPredicates, type AsyncRetryStrategy } from './flink/datastream/retry-strategies.ts';
export { WatermarkStrategy } from './flink/datastream/watermark-strategy.ts';
export { TumblingEventTimeWindows } from './flink/datastream/window-assigner.ts';
export { StateTtlConfig } from './flink/state-ttl.ts';
export {
  ConcurrentAppendException,
  ConcurrentDeleteReadException,
  ConcurrentTransactionException,
  DeltaConcurrentModificationException,
} from './delta/errors.ts';
export { DeltaTable } from './delta/table.ts';
export type { DeltaTableOptions, DeltaWrite, WriteOptions, WriteResult } from './delta/table.ts';
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
export type {
  InitializationInput,
  KinesisClientRecord,
  KinesisContext,
  KinesisSink,
  KinesisWorker,
  PollingConfig,
  ProcessRecordsInput,
  RecordProcessorCheckpointer,
  ShardRecordProcessor,
  ShardRecordProcessorFactory,
} from './kinesis/api.ts';
export { IllegalArgumentException, ShutdownException } from './kinesis/errors.ts';
export type { KafkaContext } from './program.ts';
export type { Processor, Publisher, Subscriber, Subscription } from './reactive/api.ts';
export { unboundedDemand } from './reactive/api.ts';
export { BoundedQueue } from './reactive/bounded-queue.ts';
export { Demand } from './reactive/demand.ts';
export { fromValues } from './reactive/from-values.ts';
export { createMap } from './reactive/mapped.ts';
export { onBackpressure, OverflowError } from './reactive/on-backpressure.ts';
export type { BackpressureOptions, BackpressureStrategy } from './reactive/on-backpressure.ts';
export { limitRate } from './reactive/prefetch.ts';
export { RuleViolation } from './reactive/rules.ts';
export { createVerifier, enforce } from './reactive/verifier.ts';
export type { Verifier } from './reactive/verifier.ts';
export type { DeadLetterQueue, Sink, SinkErrorCode } from './sink/api.ts';
export { SinkError } from './sink/errors.ts';
export type {
  BatchDataFrame,
  DataFrame,
  DataStreamReader,
  DataStreamWriter,
  GroupedData,
  KafkaRow,
  OutputMode,
  RuntimeConfig,
  SparkDeadLetters,
  SparkSession,
  SparkSessionContext,
  SparkSink,
  StreamingQuery,
  TriggerSetting,
  WriteTransaction,
} from './spark/api.ts';
export { AnalysisException, SparkException, StreamingQueryException } from './spark/errors.ts';
export { avg, count, max, min, sum, window } from './spark/functions.ts';
export type { Aggregate, WindowColumn } from './spark/functions.ts';
export type { StreamingQueryProgress } from './spark/progress.ts';
