// What a learner's Flink program calls: streams, functions, state and timers after Flink's DataStream API for Java. Times are in ms.

import type { ConsumerRecord } from '../../kafka/api.ts';
import type { MapStateDescriptor, OutputTag, ValueStateDescriptor } from './descriptors.ts';
import type { WatermarkStrategy } from './watermark-strategy.ts';
import type { WindowAssigner } from './window-assigner.ts';

/** What a Flink program is given: `export default async function run({ env, source, service, sink, deadLetters }) { … }`. */
export interface FlinkContext {
  readonly env: StreamExecutionEnvironment;
  /** The Kafka topic of the scenario. */
  readonly source: Source<ConsumerRecord>;
  /** The service that the job asks about each customer. */
  readonly service: CustomerService;
  /** The table behind the job. It does not know transactions: after a restart rows come twice. */
  readonly sink: JobSink;
  /** The topic where records are parked that can never succeed. */
  readonly deadLetters: JobSink;
  /** Aborts when the job is asked to stop; `env.execute()` then drains and returns by itself. */
  readonly signal: AbortSignal;
}

/** Where records come from; pass it to `env.fromSource`. */
export interface Source<T> {
  readonly topic: string;
  /** Only for types: what a record is. */
  readonly record?: T;
}

/** Where records go; pass it to `stream.sinkTo`. */
export interface JobSink {
  readonly name: string;
}

export interface StreamExecutionEnvironment {
  /** Reads a source; its watermarks tell how far event time has come. */
  fromSource<T>(source: Source<T>, strategy: WatermarkStrategy<T>, name: string): SingleOutputStreamOperator<T>;
  /** Parallelism of every operator that sets none. */
  setParallelism(parallelism: number): StreamExecutionEnvironment;
  /** A checkpoint each `intervalMs`: what a failed job restarts from. */
  enableCheckpointing(intervalMs: number): StreamExecutionEnvironment;
  /** Runs the job until it is stopped: await it. An exception that nothing catches restarts it from its last checkpoint. */
  execute(jobName: string): Promise<void>;
}

/** Takes what a function gives out, until the function has returned or its promise has settled. */
export interface Collector<T> {
  collect(value: T): void;
}

/** Anything that returns a promise occupies its subtask until the promise settles, as a blocking call occupies a thread. */
type Blocking<T> = T | Promise<T>;

export interface DataStream<T> {
  map<R>(fn: (value: T) => Blocking<R>): SingleOutputStreamOperator<R>;
  filter(fn: (value: T) => Blocking<boolean>): SingleOutputStreamOperator<T>;
  flatMap<R>(fn: (value: T, out: Collector<R>) => Blocking<void>): SingleOutputStreamOperator<R>;
  process<R>(fn: ProcessFunction<T, R>): SingleOutputStreamOperator<R>;
  /** Records of one key go to one subtask, always the same. */
  keyBy(keyOf: (value: T) => string | number): KeyedStream<T>;
  /** Hands records to the next operator's subtasks in turn. */
  rebalance(): DataStream<T>;
  sinkTo(sink: JobSink): StreamSink;
}

/** An operator's output; what may be set of the operator is set here. */
export interface SingleOutputStreamOperator<T> extends DataStream<T> {
  setParallelism(parallelism: number): SingleOutputStreamOperator<T>;
  name(name: string): SingleOutputStreamOperator<T>;
  /** Names the operator's state, so that a changed job finds it again. */
  uid(uid: string): SingleOutputStreamOperator<T>;
  /** What the operator gave to a side output. */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X>;
}

export interface StreamSink {
  setParallelism(parallelism: number): StreamSink;
  name(name: string): StreamSink;
}

export interface KeyedStream<T> {
  process<R>(fn: KeyedProcessFunction<T, R>): SingleOutputStreamOperator<R>;
  window(assigner: WindowAssigner): WindowedStream<T>;
}

export interface WindowedStream<T> {
  /** Windows keep their state this much longer, and fire again for each late record. */
  allowedLateness(ms: number): WindowedStream<T>;
  /** Where records go that come too late even for that; without it they are dropped and counted. */
  sideOutputLateData(tag: OutputTag<T>): WindowedStream<T>;
  aggregate<A, R>(fn: AggregateFunction<T, A, R>): SingleOutputStreamOperator<R>;
  aggregate<A, R, O>(
    fn: AggregateFunction<T, A, R>,
    windowFunction: (key: string | number, window: TimeWindow, result: R, out: Collector<O>) => void,
  ): SingleOutputStreamOperator<O>;
  reduce(fn: (a: T, b: T) => T): SingleOutputStreamOperator<T>;
}

/** From `start` to before `end`, in ms since the epoch. */
export interface TimeWindow {
  readonly start: number;
  readonly end: number;
}

export interface AggregateFunction<T, A, R> {
  createAccumulator(): A;
  add(value: T, accumulator: A): A;
  getResult(accumulator: A): R;
}

/** Called once for each subtask, before its first record. */
interface Rich {
  open?(context: RuntimeContext): void;
}

export interface ProcessFunction<T, R> extends Rich {
  processElement(value: T, context: ProcessContext, out: Collector<R>): Blocking<void>;
}

export interface KeyedProcessFunction<T, R> extends Rich {
  processElement(value: T, context: KeyedContext, out: Collector<R>): Blocking<void>;
  /** A timer of the current key fires. */
  onTimer?(timestamp: number, context: KeyedContext, out: Collector<R>): Blocking<void>;
}

/** State of the key whose record, or timer, is being processed. */
export interface RuntimeContext {
  getState<V>(descriptor: ValueStateDescriptor<V>): ValueState<V>;
  getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V>;
}

export interface ProcessContext {
  /** Event time of the record, in ms since the epoch. */
  timestamp(): number;
  /** Gives a value to a side output. */
  output<X>(tag: OutputTag<X>, value: X): void;
  timerService(): TimerService;
}

export interface KeyedContext extends ProcessContext, RuntimeContext {
  getCurrentKey(): string | number;
}

/** Timers belong to the current key; the same time registered twice fires once. */
export interface TimerService {
  currentProcessingTime(): number;
  currentWatermark(): number;
  registerEventTimeTimer(timestamp: number): void;
  deleteEventTimeTimer(timestamp: number): void;
  registerProcessingTimeTimer(timestamp: number): void;
  deleteProcessingTimeTimer(timestamp: number): void;
}

export interface ValueState<V> {
  /** Null when the key has none. A copy: call `update` to change it. */
  value(): V | null;
  update(value: V): void;
  clear(): void;
}

export interface MapState<K, V> {
  get(key: K): V | null;
  put(key: K, value: V): void;
  remove(key: K): void;
  contains(key: K): boolean;
  entries(): [K, V][];
  isEmpty(): boolean;
  clear(): void;
}

/** Takes the result of one asynchronous call, once. */
export interface ResultFuture<R> {
  /** Zero, one or more results for this input. */
  complete(results: Iterable<R>): void;
  /** The call failed: it is retried when there is a strategy for it, and fails the job otherwise. */
  completeExceptionally(error: unknown): void;
}

/**
 * Asks an outside system about each record. One thread calls `asyncInvoke` for a whole subtask: start the call and return; what
 * waits in here holds up everything. An async function's rejection counts as `completeExceptionally`.
 */
export interface AsyncFunction<T, R> extends Rich {
  asyncInvoke(input: T, resultFuture: ResultFuture<R>): void | Promise<void>;
  /** No result in time. Without it a timeout fails the job. */
  timeout?(input: T, resultFuture: ResultFuture<R>): void;
}

/** A customer, as the service knows it. */
export interface Customer {
  readonly id: string;
  readonly segment: 'gold' | 'silver' | 'basic';
  readonly country: string;
}

/**
 * A service with a latency, a query budget and outages. Rejects with ServiceError: look at `retryable`. It has no timeout of its
 * own: a call that hangs hangs.
 */
export interface CustomerService {
  lookup(id: string): Promise<Customer>;
  /** One call for several ids, in their order; null for one that is not known. */
  lookupBatch(ids: readonly string[]): Promise<(Customer | null)[]>;
  /** The blocking client: the thread of its subtask waits for the answer, wherever it is called. */
  lookupBlocking(id: string): Promise<Customer>;
}
