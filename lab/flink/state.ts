// Keyed state: one value, or one map, for each key of a stream; how many rows and bytes it takes, and when they go.

import type { StateTtlConfig } from './state-ttl.ts';
import { bytesOf, copyOf } from './state-value.ts';

interface Row {
  readonly value: unknown;
  /** When its time to live began anew. */
  touchedMs: number;
  readonly bytes: number;
}

/** A table's rows at an instant; rows are never changed, so a copy of the maps is enough. */
export type StateSnapshot = ReadonlyMap<string, ReadonlyMap<unknown, Row>>;

/** Bytes of a row's timestamp, which a time to live adds. */
const timestampBytes = 8;

/**
 * The rows of one state, by the stream's key and, in a map state, by the map's key (F28).
 *
 * Laws: `rows` and `bytes` count what is stored, expired or not; without a time to live nothing ever goes by itself; with
 * NeverReturnExpired no read returns a row at or after its time. Times are ms of the run and never step back.
 */
export class StateTable {
  readonly #ttl: StateTtlConfig | null;
  #keys = new Map<string, Map<unknown, Row>>();
  #rows = 0;
  #bytes = 0;
  #cleaning: Iterator<[string, Map<unknown, Row>]> | null = null;

  constructor(ttl: StateTtlConfig | null = null) {
    this.#ttl = ttl;
  }

  get rows(): number {
    return this.#rows;
  }
  get bytes(): number {
    return this.#bytes;
  }

  /** The value of a row, or undefined where there is none or its time is over. */
  get(key: string, mapKey: unknown, nowMs: number): unknown {
    this.#clean(nowMs);
    const row = this.#keys.get(key)?.get(mapKey);
    return row === undefined ? undefined : this.#read(key, mapKey, row, nowMs);
  }

  put(key: string, mapKey: unknown, value: unknown, nowMs: number): void {
    this.#clean(nowMs);
    const rows = this.#keys.get(key) ?? new Map<unknown, Row>();
    if (rows.size === 0) this.#keys.set(key, rows);
    const before = rows.get(mapKey);
    const own = bytesOf(key) + (mapKey === null ? 0 : bytesOf(mapKey)) + (this.#ttl === null ? 0 : timestampBytes);
    const row = { value: copyOf(value), touchedMs: nowMs, bytes: own + bytesOf(value) };
    rows.set(mapKey, row);
    this.#bytes += row.bytes - (before?.bytes ?? 0);
    if (before === undefined) this.#rows++;
  }

  remove(key: string, mapKey: unknown): void {
    const rows = this.#keys.get(key);
    const row = rows?.get(mapKey);
    if (rows === undefined || row === undefined) return;
    rows.delete(mapKey);
    if (rows.size === 0) this.#keys.delete(key);
    this.#rows--;
    this.#bytes -= row.bytes;
  }

  /** All rows of a key whose time is not over, in the order in which they were first put. */
  entries(key: string, nowMs: number): [unknown, unknown][] {
    this.#clean(nowMs);
    const result: [unknown, unknown][] = [];
    for (const [mapKey, row] of this.#keys.get(key) ?? []) {
      const value = this.#read(key, mapKey, row, nowMs);
      if (value !== undefined) result.push([copyOf(mapKey), value]);
    }
    return result;
  }

  clear(key: string): void {
    for (const mapKey of this.#keys.get(key)?.keys() ?? []) this.remove(key, mapKey);
  }

  snapshot(): StateSnapshot {
    return new Map(
      [...this.#keys].map(([key, rows]) => [key, new Map([...rows].map(([at, row]) => [at, { ...row }]))]),
    );
  }

  restore(snapshot: StateSnapshot): void {
    this.#keys = new Map(
      [...snapshot].map(([key, rows]) => [key, new Map([...rows].map(([at, row]) => [at, { ...row }]))]),
    );
    this.#cleaning = null;
    this.#rows = 0;
    this.#bytes = 0;
    for (const rows of this.#keys.values())
      for (const { bytes } of rows.values()) {
        this.#rows++;
        this.#bytes += bytes;
      }
  }

  #isExpired(row: Row, nowMs: number): boolean {
    return this.#ttl !== null && nowMs >= row.touchedMs + this.#ttl.ttlMs;
  }

  #read(key: string, mapKey: unknown, row: Row, nowMs: number): unknown {
    if (this.#isExpired(row, nowMs)) {
      this.remove(key, mapKey);
      if (this.#ttl?.stateVisibility === 'NeverReturnExpired') return undefined;
    } else if (this.#ttl?.updateType === 'OnReadAndWrite') row.touchedMs = nowMs;
    return copyOf(row.value);
  }

  /** Looks at the next few keys, and starts again at the first after the last. */
  #clean(nowMs: number): void {
    const most = this.#ttl?.cleanupSize ?? 0;
    for (let looked = 0; looked < most && this.#rows > 0;) {
      this.#cleaning ??= this.#keys.entries();
      const next = this.#cleaning.next();
      if (next.done === true) {
        this.#cleaning = null;
        return;
      }
      const [key, rows] = next.value;
      for (const [mapKey, row] of rows) {
        looked++;
        if (this.#isExpired(row, nowMs)) this.remove(key, mapKey);
      }
    }
  }
}
