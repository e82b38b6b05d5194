// AsyncDataStream: asking an outside system about each record without waiting for it in the subtask's thread.

import { positiveInteger } from '../../argument.ts';
import type { OutputMode } from '../async-queue.ts';
import type { AsyncFunction, DataStream, SingleOutputStreamOperator } from './api.ts';
import { AsyncWaitOperator } from './async-wait-operator.ts';
import { handleOf } from './graph.ts';
import type { AsyncRetryStrategy } from './retry-strategies.ts';
import { addOperator } from './streams.ts';

/** What Flink takes when no capacity is given (F24). */
const defaultCapacity = 100;

interface Wait {
  readonly method: string;
  readonly mode: OutputMode;
  readonly timeoutMs: number;
  readonly capacity: number;
  readonly retry: AsyncRetryStrategy<never> | null;
}

function wait<T, R>(stream: DataStream<T>, fn: AsyncFunction<T, R>, options: Wait): SingleOutputStreamOperator<R> {
  const { method, mode, retry } = options;
  const { graph, edge } = handleOf(stream, `AsyncDataStream.${method}()`);
  if (typeof (fn as { asyncInvoke?: unknown } | null)?.asyncInvoke !== 'function')
    throw new TypeError(`AsyncDataStream.${method}() takes an object with a method asyncInvoke().`);
  const timeoutMs = positiveInteger(options.timeoutMs, `the timeout of ${method}()`);
  const capacity = positiveInteger(options.capacity, `the capacity of ${method}()`);
  return addOperator<R>(graph, edge, {
    name: 'async wait operator',
    cost: 'async',
    create: (host) =>
      new AsyncWaitOperator(host, {
        fn: fn as AsyncFunction<unknown, unknown>,
        timeoutMs,
        capacity,
        mode,
        retry: retry as AsyncRetryStrategy<unknown> | null,
      }),
  });
}

function retryFor<R>(retry: AsyncRetryStrategy<R>, method: string): AsyncRetryStrategy<never> {
  if (typeof (retry as { backoffMs?: unknown } | null)?.backoffMs === 'function')
    return retry as AsyncRetryStrategy<never>;
  throw new TypeError(
    `AsyncDataStream.${method}() takes a retry strategy that a builder of AsyncRetryStrategies has built.`,
  );
}

/**
 * `capacity` is how many records may be in flight in **each subtask**, 100 by default; with all places taken the operator holds
 * up its input. `timeoutMs` runs from the first call of a record to its result; by default a timeout fails the job (F24).
 */
export const AsyncDataStream = Object.freeze({
  /** Results leave as they come, but none passes a watermark. */
  unorderedWait<T, R>(stream: DataStream<T>, fn: AsyncFunction<T, R>, timeoutMs: number, capacity = defaultCapacity) {
    return wait(stream, fn, { method: 'unorderedWait', mode: 'unordered', timeoutMs, capacity, retry: null });
  },
  /** Results leave in the order of the input: one that is slow holds up all behind it. */
  orderedWait<T, R>(stream: DataStream<T>, fn: AsyncFunction<T, R>, timeoutMs: number, capacity = defaultCapacity) {
    return wait(stream, fn, { method: 'orderedWait', mode: 'ordered', timeoutMs, capacity, retry: null });
  },
  /** As unorderedWait; `timeoutMs` spans all attempts and the waits between them. */
  unorderedWaitWithRetry<T, R>(
    stream: DataStream<T>,
    fn: AsyncFunction<T, R>,
    timeoutMs: number,
    capacity: number,
    retry: AsyncRetryStrategy<R>,
  ) {
    const method = 'unorderedWaitWithRetry';
    return wait(stream, fn, { method, mode: 'unordered', timeoutMs, capacity, retry: retryFor(retry, method) });
  },
  /** As orderedWait; `timeoutMs` spans all attempts and the waits between them. */
  orderedWaitWithRetry<T, R>(
    stream: DataStream<T>,
    fn: AsyncFunction<T, R>,
    timeoutMs: number,
    capacity: number,
    retry: AsyncRetryStrategy<R>,
  ) {
    const method = 'orderedWaitWithRetry';
    return wait(stream, fn, { method, mode: 'ordered', timeoutMs, capacity, retry: retryFor(retry, method) });
  },
});
