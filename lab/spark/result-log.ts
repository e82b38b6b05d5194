// The rows that aggregates hand to the program's batches, so that what becomes of each is known.

import { LoggedRecord } from '../kafka/record.ts';
import { QueryLog } from './query-log.ts';

/** Result rows that one run may have. */
const capacity = 2_000_000;

/**
 * Law: the same result of the same batch is the same record, also when the batch is repeated; so a result that is written
 * in both attempts counts as a duplicate.
 */
export class ResultLog extends QueryLog {
  readonly #offsets = new Map<string, number>();
  readonly #isFinal = new Uint8Array(capacity);

  constructor() {
    super({
      topic: 'results',
      partition: 0,
      arrivals: { arrivedBy: () => 0, arrivalTimeOf: () => 0 },
      epochMs: 0,
      seed: 0,
      poison: new Set(),
      capacity,
    });
  }

  /** The record of a result, by a name that is the same in each attempt. */
  record(name: string): LoggedRecord {
    let offset = this.#offsets.get(name);
    if (offset === undefined) {
      offset = this.#offsets.size;
      if (offset >= capacity) throw new RangeError(`The queries of this run give more than ${capacity} result rows.`);
      this.#offsets.set(name, offset);
    }
    this.hold(offset);
    return new LoggedRecord(this, offset);
  }
  /** The batch of these results is committed: nobody will bring them again. */
  finish(results: readonly LoggedRecord[]): void {
    for (const result of results) this.#isFinal[LoggedRecord.offsetOf(result)] = 1;
  }
  /** Different results so far. */
  get emitted(): number {
    return this.#offsets.size;
  }
  /** Results of committed batches that were neither written, nor dead-lettered, nor filtered out. */
  get lost(): number {
    let lost = 0;
    for (let at = 0; at < this.#offsets.size; at++) {
      if (this.#isFinal[at] === 1 && !this.isSettled(at) && !this.isUsedUp(at)) lost++;
    }
    return lost;
  }
}
