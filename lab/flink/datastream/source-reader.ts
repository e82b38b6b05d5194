// A source subtask's reading: its partitions in turn, their watermarks, and where a checkpoint finds them.

import type { SourceLog } from './source-log.ts';
import type { Element } from './element.ts';
import { noWatermark, SplitWatermarks } from '../watermark.ts';
import type { WatermarkStrategy } from './watermark-strategy.ts';

/**
 * Partition i belongs to subtask i mod parallelism, so a reader above the number of partitions has none (F23) and is idle from
 * the start. Laws: offsets of a partition are read in order, without a gap, from `positions` on.
 */
export class SourceReader {
  readonly #log: SourceLog;
  readonly #strategy: WatermarkStrategy<never>['settings'];
  readonly #partitions: readonly number[];
  readonly #positions: number[];
  readonly #watermarks: SplitWatermarks | null;
  #turn = 0;
  #aligned: readonly boolean[] = [];

  constructor(log: SourceLog, strategy: WatermarkStrategy<never>, subtask: number, parallelism: number) {
    this.#log = log;
    this.#strategy = strategy.settings;
    this.#partitions = Array.from({ length: log.partitions }, (_, i) => i).filter((i) => i % parallelism === subtask);
    this.#positions = this.#partitions.map(() => 0);
    const { outOfOrdernessMs, idleTimeoutMs, maxDriftMs } = this.#strategy;
    this.#watermarks =
      outOfOrdernessMs === null || this.#partitions.length === 0
        ? null
        : new SplitWatermarks({
            splits: this.#partitions.length,
            outOfOrdernessMs,
            ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
            ...(maxDriftMs !== undefined && { maxDriftMs }),
          });
  }

  /** By partition of the topic: the next offset to read. */
  positions(): [number, number][] {
    return this.#partitions.map((partition, i) => [partition, this.#positions[i] ?? 0]);
  }
  restore(positions: readonly (readonly [number, number])[]): void {
    const offsets = new Map(positions);
    for (const [i, partition] of this.#partitions.entries()) this.#positions[i] = offsets.get(partition) ?? 0;
  }

  /** The next record that has arrived, of the next partition in turn; null when there is none. `call` runs the program's code. */
  read(nowMs: number, call: <T>(fn: () => T) => T): Element | null {
    const count = this.#partitions.length;
    for (let step = 0; step < count; step++) {
      const split = (this.#turn + step) % count;
      const partition = this.#partitions[split] as number;
      const offset = this.#positions[split] as number;
      if (this.#aligned[split] === true || this.#log.arrivalMs(partition, offset) > nowMs) continue;
      this.#turn = split + 1;
      this.#positions[split] = offset + 1;
      const value = this.#log.record(partition, offset);
      const { assigner } = this.#strategy;
      const timestamp =
        assigner === undefined ? value.timestamp : call(() => assigner(value as never, value.timestamp));
      this.#watermarks?.record(split, timestamp, nowMs);
      const number = this.#log.numberOf(partition, offset);
      return { value, timestamp, id: number, origin: number };
    }
    return null;
  }

  /** When the next record arrives that may be read, in ms of the run; Infinity when none does. */
  nextArrivalMs(): number {
    let firstMs = Infinity;
    for (const [split, partition] of this.#partitions.entries())
      if (this.#aligned[split] !== true)
        firstMs = Math.min(firstMs, this.#log.arrivalMs(partition, this.#positions[split] as number));
    return firstMs;
  }

  /** The source is back-pressured, or no longer: time in which it cannot read does not count towards idleness. */
  setBlocked(isBlocked: boolean, nowMs: number): void {
    for (let split = 0; split < this.#partitions.length; split++)
      this.#pause(split, isBlocked || this.#aligned[split] === true, nowMs);
  }

  /** The periodic watermark, and whether the source is idle; aligns the splits. */
  tick(nowMs: number): { watermark: number; isIdle: boolean } {
    if (this.#watermarks === null) {
      // A reader without partitions holds the others back like a silent partition does.
      const { outOfOrdernessMs, idleTimeoutMs = Infinity } = this.#strategy;
      return { watermark: noWatermark, isIdle: outOfOrdernessMs !== null && nowMs >= idleTimeoutMs };
    }
    if (this.#strategy.maxDriftMs !== undefined) {
      this.#aligned = this.#watermarks.aheadAt(nowMs);
      for (const [split, isAhead] of this.#aligned.entries()) this.#pause(split, isAhead, nowMs);
    }
    return { watermark: this.#watermarks.watermarkAt(nowMs), isIdle: this.#watermarks.isIdleAt(nowMs) };
  }

  #pause(split: number, isPaused: boolean, nowMs: number): void {
    if (isPaused) this.#watermarks?.pause(split, nowMs);
    else this.#watermarks?.resume(split, nowMs);
  }
}
