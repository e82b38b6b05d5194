// A producer in one life of a process: a bounded buffer of batches, sends that wait for memory, requests in flight.

import { eventClass, type Kernel, type Scheduled } from '../clock/kernel.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { KafkaProducer, ProducerMetrics, ProducerRecord, RecordMetadata, SendCallback } from './producer-api.ts';
import type { ProducerBroker } from './producer-broker.ts';
import type { ResolvedProducerConfig } from './producer-config.ts';
import { BufferExhaustedException, TimeoutException } from './producer-errors.ts';

/** `max.request.size`: 1 MiB by default. */
const maxRequestBytes = 1_048_576;

/** `metrics.sample.window.ms`: what a metric looks back over. */
const metricsWindowMs = 30_000;

export type SendOutcome = 'acked' | 'block-failed' | 'expired';

export interface ProducerOptions {
  readonly kernel: Kernel;
  readonly process: ProgramProcess;
  readonly config: ResolvedProducerConfig;
  readonly broker: ProducerBroker;
  /** The only topic there is. */
  readonly topic: string;
  readonly partitions: number;
  /** Bytes that every record counts for. */
  readonly recordBytes: number;
  readonly epochMs: number;
  /** Log-end offsets by partition; they outlive the process. */
  readonly ends: number[];
  sending?(record: ProducerRecord): void;
  settled?(record: ProducerRecord, outcome: SendOutcome): void;
  throttled?(throttleMs: number): void;
}

/** What the run knows of a producer beyond what the program sees. */
export interface ProducerProbe {
  readonly bufferedRecords: number;
  readonly blockedRecords: number;
  readonly bufferedBytes: number;
  readonly requestsInFlight: number;
  /** How long the oldest record has been in the buffer, in ms. */
  oldestMs(nowMs: number): number;
}

interface Send {
  readonly record: ProducerRecord;
  readonly sentMs: number;
  readonly succeed: (metadata: RecordMetadata) => void;
  readonly fail: (error: Error, outcome: SendOutcome) => void;
  deadline: Scheduled | null;
}

interface Batch {
  readonly partition: number;
  readonly createdMs: number;
  readonly sends: Send[];
  expiry: Scheduled | null;
  isDone: boolean;
}

/**
 * A producer (M1.10, P1–P5). Laws: the buffer never holds more than `buffer.memory`; sends get memory in order; batches of
 * a partition are sent in order; every send is acknowledged or fails, once. A record counts for `recordBytes` of memory
 * from its entry to its end. Left out: request.timeout.ms (an unanswered request waits), acks other than all, transactions.
 */
export function createProducer(options: ProducerOptions): { producer: KafkaProducer; probe: ProducerProbe } {
  const { kernel, process, config, broker, topic, partitions, recordBytes, epochMs, ends } = options;
  const queues: Batch[][] = Array.from({ length: partitions }, () => []);
  /** Sends without memory, in order, from `firstWaiting` on. */
  const waiting: Send[] = [];
  let firstWaiting = 0;
  const open = new Set<Promise<void>>();
  const perBatch = Math.max(1, Math.floor(config['batch.size'] / recordBytes));
  let freeBytes = config['buffer.memory'];
  let buffered = 0;
  let inFlight = 0;
  let flushing = 0;
  let stickyPartition = 0;
  let mutedUntilMs = 0;
  let throttles: { readonly atMs: number; readonly throttleMs: number }[] = [];
  let isClosed = false;
  let pump: { readonly atMs: number; readonly event: Scheduled } | null = null;

  function send(given: ProducerRecord, callback?: SendCallback): Promise<RecordMetadata> {
    check(given, callback, topic);
    // A record is what it was when it was sent, also when a program fills one object again and again.
    const record = Object.isFrozen(given) ? given : Object.freeze({ ...given });
    if (isClosed) throw new TypeError('producer.send() was called after close().');
    options.sending?.(record);
    const promise = process.promise<RecordMetadata>((resolve, reject) => {
      const entry: Send = {
        record,
        sentMs: kernel.nowMs,
        succeed(metadata) {
          options.settled?.(record, 'acked');
          settle(
            () => callback?.(metadata, null),
            () => resolve(metadata),
          );
        },
        fail(error, outcome) {
          entry.deadline?.cancel();
          options.settled?.(record, outcome);
          settle(
            () => callback?.(null, error),
            () => reject(error),
          );
        },
        deadline: null,
      };
      if (waitingCount() === 0 && freeBytes >= recordBytes) append(entry);
      else block(entry);
    });
    // A future that nobody looks at fails in silence, in Java as here.
    const settled = promise.then(
      () => {},
      () => {},
    );
    open.add(settled);
    void settled.then(() => open.delete(settled));
    return promise;
  }

  /** The callback first, then the future; what a callback throws is the program's mistake, and nobody catches it. */
  function settle(callBack: () => void, complete: () => void): void {
    try {
      callBack();
    } catch (error) {
      void Promise.reject(error as Error);
    }
    complete();
  }

  const waitingCount = (): number => waiting.length - firstWaiting;
  function nextWaiting(): Send {
    const next = waiting[firstWaiting++] as Send;
    if (2 * firstWaiting > waiting.length) {
      waiting.splice(0, firstWaiting);
      firstWaiting = 0;
    }
    return next;
  }

  function block(entry: Send): void {
    waiting.push(entry);
    process.checkHeap();
    const blockMs = config['max.block.ms'];
    entry.deadline = kernel.after(blockMs, eventClass.timer, () => {
      if (!process.isAlive) return;
      // All wait equally long, so the one whose time is up is the first.
      nextWaiting();
      entry.fail(
        new BufferExhaustedException(
          `No memory for the record within max.block.ms, ${blockMs} ms: the buffer is full.`,
        ),
        'block-failed',
      );
    });
    // A full buffer makes every batch ready.
    schedulePump(kernel.nowMs);
  }

  function append(entry: Send): void {
    entry.deadline?.cancel();
    freeBytes -= recordBytes;
    buffered++;
    const partition = partitionOf(entry.record);
    const queue = queues[partition] as Batch[];
    let batch = queue.at(-1);
    if (batch === undefined || batch.sends.length >= perBatch) {
      const created: Batch = { partition, createdMs: kernel.nowMs, sends: [], expiry: null, isDone: false };
      created.expiry = kernel.after(config['delivery.timeout.ms'], eventClass.timer, () => expire(created));
      queue.push(created);
      batch = created;
    }
    batch.sends.push(entry);
    process.checkHeap();
    const isFull = batch.sends.length >= perBatch;
    if (isFull && isKeyless(entry.record)) stickyPartition = (stickyPartition + 1) % partitions;
    schedulePump(isFull ? kernel.nowMs : batch.createdMs + config['linger.ms']);
  }

  function partitionOf(record: ProducerRecord): number {
    if (isKeyless(record)) return stickyPartition;
    let hash = 0x811c9dc5;
    const key = record.key ?? '';
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    return (hash >>> 0) % partitions;
  }

  /** Gives memory back, and to those who wait for it, in order. */
  function release(records: number): void {
    freeBytes += records * recordBytes;
    buffered -= records;
    while (waitingCount() > 0 && freeBytes >= recordBytes) append(nextWaiting());
  }

  function expire(batch: Batch): void {
    if (batch.isDone || !process.isAlive) return;
    batch.isDone = true;
    const queue = queues[batch.partition] as Batch[];
    const at = queue.indexOf(batch);
    if (at >= 0) queue.splice(at, 1);
    const says = `Not acknowledged within delivery.timeout.ms, ${config['delivery.timeout.ms']} ms.`;
    for (const entry of batch.sends) entry.fail(new TimeoutException(says), 'expired');
    release(batch.sends.length);
  }

  function readyMs(queue: readonly Batch[]): number {
    const batch = queue[0];
    if (batch === undefined) return Infinity;
    const isReady = batch.sends.length >= perBatch || queue.length > 1 || flushing > 0 || waitingCount() > 0;
    return isReady ? 0 : onTheClock(batch.createdMs + config['linger.ms']);
  }

  function schedulePump(atMs: number): void {
    const dueMs = Math.max(kernel.nowMs, atMs, mutedUntilMs);
    if (pump !== null && pump.atMs <= dueMs) return;
    pump?.event.cancel();
    const event = kernel.at(dueMs, eventClass.dispatch, () => {
      pump = null;
      if (process.isAlive) sendReady();
    });
    pump = { atMs: dueMs, event };
  }

  /** One request after the other, each with the ready batch of every partition, while the connection takes more. */
  function sendReady(): void {
    const nowMs = kernel.nowMs;
    while (inFlight < config['max.in.flight.requests.per.connection'] && nowMs >= mutedUntilMs) {
      const batches: Batch[] = [];
      let bytes = 0;
      for (const queue of queues) {
        const batch = queue[0];
        if (batch === undefined || readyMs(queue) > nowMs) continue;
        const batchBytes = batch.sends.length * recordBytes;
        if (bytes > 0 && bytes + batchBytes > maxRequestBytes) continue;
        queue.shift();
        batches.push(batch);
        bytes += batchBytes;
      }
      if (batches.length === 0) break;
      inFlight++;
      const answerMs = broker.answerMs(nowMs, bytes);
      if (answerMs < Infinity) kernel.at(answerMs, eventClass.completion, () => answer(batches, bytes));
    }
    const nextMs = Math.min(...queues.map(readyMs));
    if (nextMs < Infinity && inFlight < config['max.in.flight.requests.per.connection']) schedulePump(nextMs);
  }

  function answer(batches: readonly Batch[], bytes: number): void {
    const nowMs = kernel.nowMs;
    const throttleMs = broker.throttle(nowMs, bytes);
    inFlight--;
    if (throttleMs > 0) {
      throttles = [...recentThrottles(), { atMs: nowMs, throttleMs }];
      mutedUntilMs = onTheClock(nowMs + throttleMs);
      options.throttled?.(throttleMs);
    }
    if (!process.isAlive) return;
    for (const batch of batches) {
      if (batch.isDone) continue;
      batch.isDone = true;
      batch.expiry?.cancel();
      for (const { record, sentMs, succeed } of batch.sends) {
        const offset = ends[batch.partition] ?? 0;
        ends[batch.partition] = offset + 1;
        const timestamp = epochMs + Math.floor(sentMs);
        succeed(Object.freeze({ topic: record.topic, partition: batch.partition, offset, timestamp }));
      }
      release(batch.sends.length);
    }
    schedulePump(nowMs);
  }

  function flush(): Promise<void> {
    return process.promise((resolve) => {
      flushing++;
      schedulePump(kernel.nowMs);
      void Promise.all(open).then(() => {
        flushing--;
        resolve();
      });
    });
  }

  const recentThrottles = () => throttles.filter(({ atMs }) => atMs > kernel.nowMs - metricsWindowMs);
  const metrics = (): ProducerMetrics => ({
    'buffer-available-bytes': freeBytes,
    'buffer-total-bytes': config['buffer.memory'],
    'waiting-threads': waitingCount(),
    'requests-in-flight': inFlight,
    'produce-throttle-time-max': Math.max(0, ...recentThrottles().map(({ throttleMs }) => throttleMs)),
  });

  return {
    producer: Object.freeze({
      send,
      flush,
      metrics,
      async close() {
        const done = flush();
        isClosed = true;
        await done;
      },
    }),
    probe: {
      get bufferedRecords() {
        return buffered;
      },
      get blockedRecords() {
        return waitingCount();
      },
      get bufferedBytes() {
        return config['buffer.memory'] - freeBytes;
      },
      get requestsInFlight() {
        return inFlight;
      },
      oldestMs: (nowMs) =>
        Math.max(0, ...queues.map((queue) => (queue[0] === undefined ? 0 : nowMs - queue[0].createdMs))),
    },
  };
}

/** A time as the clock will show it, to the microsecond: what is due then must not seem to lie a hair ahead. */
function onTheClock(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function isKeyless({ key }: ProducerRecord): boolean {
  return key === undefined || key === null;
}

function check(record: unknown, callback: unknown, topic: string): void {
  const given = record as Partial<Record<keyof ProducerRecord, unknown>> | null;
  if (typeof given?.topic !== 'string' || given.value === undefined)
    throw new TypeError("producer.send() takes a record such as { topic: 'orders', key: 'customer-7', value: '…' }.");
  if (typeof given.value !== 'string')
    throw new TypeError(
      `producer.send(): the value is ${typeof given.value}; pass text, such as JSON.stringify(order).`,
    );
  if (given.topic !== topic)
    throw new TypeError(`producer.send(): there is no topic '${given.topic}' here; there is '${topic}'.`);
  if (!isKeyless(given as ProducerRecord) && typeof given.key !== 'string')
    throw new TypeError(`producer.send(): the key is ${typeof given.key}; pass a text, or none.`);
  if (callback !== undefined && typeof callback !== 'function')
    throw new TypeError('producer.send(): the callback is not a function.');
}
