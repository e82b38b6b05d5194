// What a Flink job may import.

export { AsyncDataStream } from './datastream/async-data-stream.ts';
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
} from './datastream/api.ts';
export { MapStateDescriptor, OutputTag, ValueStateDescriptor } from './datastream/descriptors.ts';
export { ServiceError, TimeoutException, type ServiceErrorCode } from './datastream/errors.ts';
export { AsyncRetryStrategies, RetryPredicates, type AsyncRetryStrategy } from './datastream/retry-strategies.ts';
export { WatermarkStrategy } from './datastream/watermark-strategy.ts';
export { TumblingEventTimeWindows } from './datastream/window-assigner.ts';
export { StateTtlConfig } from './state-ttl.ts';
