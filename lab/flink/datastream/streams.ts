// The streams that a program chains: each call adds an operator to the job's graph.

import { nonNegative, positiveInteger } from '../../argument.ts';
import type {
  AggregateFunction,
  DataStream,
  KeyedProcessFunction,
  KeyedStream,
  ProcessFunction,
  SingleOutputStreamOperator,
  StreamSink,
  TimeWindow,
  WindowedStream,
} from './api.ts';
import { OutputTag } from './descriptors.ts';
import {
  addNode,
  edgeOf,
  register,
  type NodeOptions,
  type StreamEdge,
  type StreamGraph,
  type StreamNode,
} from './graph.ts';
import { KeyedProcessOperator, createProcess, type CurrentPlace } from './process-operators.ts';
import { createFilter, createFlatMap, createMap } from './simple-operators.ts';
import type { SinkTarget } from './sinks.ts';
import { createSink } from './sinks.ts';
import type { WindowAssigner } from './window-assigner.ts';
import { WindowOperator } from './window-operator.ts';

type AnyFunction = (...values: never[]) => unknown;

/** The program's part of an operator. Throws TypeError, naming the method, when it is not what the method takes. */
function functionFor<F extends AnyFunction>(fn: unknown, method: string): F {
  if (typeof fn !== 'function') throw new TypeError(`${method}() takes a function, got ${typeof fn}.`);
  return fn as F;
}
function objectWith<F>(fn: unknown, member: string, method: string): F {
  if (typeof (fn as Record<string, unknown> | null | undefined)?.[member] !== 'function')
    throw new TypeError(`${method}() takes an object with a method ${member}().`);
  return fn as F;
}

/** What stands for the sinks that a program was given. */
const sinkTargets = new WeakMap<object, SinkTarget>();
export function registerSink<T extends object>(sink: T, target: SinkTarget): T {
  sinkTargets.set(sink, target);
  return Object.freeze(sink);
}

/** A stream of what `edge` carries. */
export function streamOf<T>(graph: StreamGraph, edge: StreamEdge): DataStream<T> {
  return register<DataStream<T>>(methodsOf<T>(graph, edge), { graph, edge });
}

/** A stream of an operator's main output, with what may be set of the operator. */
export function operatorOf<T>(graph: StreamGraph, node: StreamNode): SingleOutputStreamOperator<T> {
  const edge = edgeOf(node);
  const stream: SingleOutputStreamOperator<T> = register<SingleOutputStreamOperator<T>>(
    {
      ...methodsOf<T>(graph, edge),
      setParallelism(parallelism) {
        node.parallelism = positiveInteger(parallelism, 'parallelism');
        return stream;
      },
      name(name) {
        node.name = String(name);
        return stream;
      },
      uid(uid) {
        node.uid = String(uid);
        return stream;
      },
      getSideOutput<X>(tag: OutputTag<X>) {
        if (!(tag instanceof OutputTag)) throw new TypeError('getSideOutput() takes an OutputTag.');
        return streamOf<X>(graph, edgeOf(node, tag as OutputTag<never>));
      },
    },
    { graph, edge },
  );
  return stream;
}

/** Adds an operator behind an edge. */
export function addOperator<R>(
  graph: StreamGraph,
  edge: StreamEdge,
  options: NodeOptions,
): SingleOutputStreamOperator<R> {
  return operatorOf<R>(graph, addNode(graph, edge, options));
}

function methodsOf<T>(graph: StreamGraph, edge: StreamEdge): DataStream<T> {
  const add = <R>(options: NodeOptions) => addOperator<R>(graph, edge, options);
  return {
    map<R>(fn: unknown) {
      const run = functionFor<(value: unknown) => unknown>(fn, 'map');
      return add<R>({ name: 'Map', cost: 'record', create: (host) => createMap(host, run) });
    },
    filter(fn) {
      const run = functionFor<(value: unknown) => unknown>(fn, 'filter');
      return add<T>({ name: 'Filter', cost: 'record', create: (host) => createFilter(host, run) });
    },
    flatMap<R>(fn: unknown) {
      const run = functionFor<Parameters<typeof createFlatMap>[1]>(fn, 'flatMap');
      return add<R>({ name: 'Flat Map', cost: 'record', create: (host) => createFlatMap(host, run) });
    },
    process<R>(fn: ProcessFunction<T, R>) {
      const run = objectWith<ProcessFunction<unknown, unknown>>(fn, 'processElement', 'process');
      return add<R>({ name: 'Process', cost: 'record', create: (host) => createProcess(host, run) });
    },
    keyBy(keyOf) {
      const run = functionFor<(value: unknown) => unknown>(keyOf, 'keyBy');
      return keyedStreamOf<T>(graph, { ...edge, keyOf: (value) => checkKey(run(value)) });
    },
    rebalance: () => streamOf<T>(graph, { ...edge, isRebalanced: true }),
    sinkTo(sink) {
      const target = typeof sink === 'object' && sink !== null ? sinkTargets.get(sink) : undefined;
      if (target === undefined)
        throw new TypeError('sinkTo() takes a sink that the program was given: sink, or deadLetters.');
      const node = addNode(graph, edge, {
        name: `Sink: ${target.name}`,
        cost: 'sink',
        create: (host) => createSink(host, target),
      });
      return streamSinkOf(node);
    },
  };
}

function streamSinkOf(node: StreamNode): StreamSink {
  const sink: StreamSink = Object.freeze({
    setParallelism(parallelism: number) {
      node.parallelism = positiveInteger(parallelism, 'parallelism');
      return sink;
    },
    name(name: string) {
      node.name = String(name);
      return sink;
    },
  });
  return sink;
}

function checkKey(key: unknown): string | number {
  if (typeof key === 'string' || typeof key === 'number') return key;
  throw new TypeError(`keyBy() got a key of type ${typeof key}; let its function return a string or a number.`);
}

type KeyedEdge = StreamEdge & { readonly keyOf: (value: unknown) => string | number };

function keyedStreamOf<T>(graph: StreamGraph, edge: KeyedEdge): KeyedStream<T> {
  const { keyOf } = edge;
  return Object.freeze({
    process<R>(fn: KeyedProcessFunction<T, R>) {
      const run = objectWith<KeyedProcessFunction<unknown, unknown>>(fn, 'processElement', 'process');
      const current: CurrentPlace = { place: null };
      return addOperator<R>(graph, edge, {
        name: 'KeyedProcess',
        cost: 'keyed',
        create: (host) => new KeyedProcessOperator({ host, fn: run, keyOf, current }),
      });
    },
    window(assigner: WindowAssigner) {
      objectWith(assigner, 'windowOf', 'window');
      return windowedStreamOf<T>(graph, edge, { assigner, allowedLatenessMs: 0, lateTag: null });
    },
  });
}

interface WindowSettings {
  readonly assigner: WindowAssigner;
  readonly allowedLatenessMs: number;
  readonly lateTag: string | null;
}

function windowedStreamOf<T>(graph: StreamGraph, edge: KeyedEdge, settings: WindowSettings): WindowedStream<T> {
  const add = <R>(
    aggregation: AggregateFunction<unknown, unknown, unknown>,
    windowFunction?: (...values: never[]) => unknown,
  ): SingleOutputStreamOperator<R> =>
    addOperator<R>(graph, edge, {
      name: 'Window',
      cost: 'keyed',
      create: (host) =>
        new WindowOperator(host, {
          ...settings,
          keyOf: edge.keyOf,
          add: (value, accumulator) => aggregation.add(value, accumulator ?? aggregation.createAccumulator()),
          result(key, window, accumulator, collect) {
            const result = aggregation.getResult(accumulator);
            if (windowFunction === undefined) return collect(result);
            return (windowFunction as WindowFunction)(key, Object.freeze(window), result, Object.freeze({ collect }));
          },
        }),
    });
  return Object.freeze({
    allowedLateness: (ms: number) =>
      windowedStreamOf<T>(graph, edge, { ...settings, allowedLatenessMs: nonNegative(ms, 'allowedLateness()') }),
    sideOutputLateData(tag: OutputTag<T>) {
      if (!(tag instanceof OutputTag)) throw new TypeError('sideOutputLateData() takes an OutputTag.');
      return windowedStreamOf<T>(graph, edge, { ...settings, lateTag: tag.id });
    },
    aggregate(fn: unknown, windowFunction?: unknown) {
      for (const member of ['createAccumulator', 'add', 'getResult']) objectWith(fn, member, 'aggregate');
      const aggregation = fn as AggregateFunction<unknown, unknown, unknown>;
      return add<never>(
        aggregation,
        windowFunction === undefined ? undefined : functionFor<AnyFunction>(windowFunction, 'aggregate'),
      );
    },
    reduce(fn: unknown) {
      const run = functionFor<(a: unknown, b: unknown) => unknown>(fn, 'reduce');
      return add<T>({
        createAccumulator: () => undefined,
        add: (value, accumulator) => (accumulator === undefined ? value : run(accumulator, value)),
        getResult: (accumulator) => accumulator,
      });
    },
  });
}

type WindowFunction = (
  key: string | number,
  window: TimeWindow,
  result: unknown,
  out: { collect(value: unknown): void },
) => unknown;
