// Where a job's records end: the table, which keeps every row it is given, and the dead-letter topic.

import { createTokenBucket, type TokenBucket } from '../../sink/token-bucket.ts';
import type { Element } from './element.ts';
import { isThenable, type Operator, type TaskHost } from './operator.ts';
import { fate, type SourceLog } from './source-log.ts';

/** What a sink has been given, over all lives of the job. */
export interface SinkCounts {
  rows: number;
  /** Rows beyond the first of each record: at-least-once, made visible. */
  duplicates: number;
}

/** A sink of the run; it outlives jobs, and knows no transactions. */
export class SinkTarget {
  readonly name: string;
  readonly counts: SinkCounts = { rows: 0, duplicates: 0 };
  /** Source records in it for the first time that can never succeed, and others. */
  readonly firsts = { bad: 0, good: 0 };
  /** The first values that it was given, as JSON has them. */
  readonly values: unknown[] = [];
  readonly #log: SourceLog;
  readonly #fate: typeof fate.written | typeof fate.parked;
  /** By the operator that wrote them: two branches of a job may write a row each of the same record. */
  readonly #ids = new Map<string, Set<number | string>>();
  readonly #keep: number;
  readonly #limit: TokenBucket | null;

  constructor(options: {
    name: string;
    log: SourceLog;
    fate: typeof fate.written | typeof fate.parked;
    /** Values to keep for whoever reads the trace. */
    keep: number;
    /** Rows/s that it takes from all subtasks together. */
    rowsPerSecond?: number;
  }) {
    const { rowsPerSecond } = options;
    this.name = options.name;
    this.#log = options.log;
    this.#fate = options.fate;
    this.#keep = options.keep;
    this.#limit = rowsPerSecond === undefined ? null : createTokenBucket({ tokensPerSecond: rowsPerSecond, burst: 1 });
  }

  /** When the sink takes a row that is offered now, in ms of the run. */
  takesAtMs(nowMs: number): number {
    return this.#limit?.reserve(nowMs) ?? nowMs;
  }

  write({ id, origin, value }: Element, operator: string): void {
    this.counts.rows++;
    const ids = this.#ids.get(operator) ?? new Set();
    this.#ids.set(operator, ids);
    if (ids.has(id)) this.counts.duplicates++;
    else ids.add(id);
    if (this.#log.mark(origin, this.#fate)) this.firsts[this.#log.isBad(origin) ? 'bad' : 'good']++;
    if (this.values.length < this.#keep) this.values.push(plainOf(value));
  }
}

export function createSink(host: TaskHost, target: SinkTarget): Operator {
  return {
    serviceMs: (costMs) => Math.max(costMs, target.takesAtMs(host.nowMs) - host.nowMs),
    process(element) {
      host.call(() => checkRow(element.value));
      target.write(element, host.uid);
    },
  };
}

function checkRow(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const name = Object.keys(value).find((key) => isThenable((value as Record<string, unknown>)[key]));
  if (name !== undefined)
    throw new TypeError(`The row's field '${name}' is a promise. Await it in AsyncDataStream, before the sink.`);
}

/** A value as JSON has it; null for what it cannot say. */
function plainOf(value: unknown): unknown {
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text === undefined ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
