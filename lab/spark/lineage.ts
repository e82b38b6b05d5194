// Which record of a log each row stands for, however often a program has mapped it.

import type { LoggedRecord } from '../kafka/record.ts';
import { SourceRow } from './source-row.ts';

/**
 * Law: what the lab believes of a row is known here and in the row of the source, by the object itself; a copy of a row is
 * no row.
 */
export class Lineage {
  readonly #records = new WeakMap<object, LoggedRecord>();

  /** Notes that a row, which is new, stands for a record. */
  add(row: object, record: LoggedRecord): void {
    this.#records.set(row, record);
  }
  recordOf(row: unknown): LoggedRecord | null {
    if (typeof row !== 'object' || row === null) return null;
    return SourceRow.recordOf(row) ?? this.#records.get(row) ?? null;
  }

  /** What a program's `map` made of a row, checked; the new row stands for the same record. */
  derive(from: object, made: unknown): object {
    if (typeof made !== 'object' || made === null) {
      throw new TypeError(
        `map() must return a row, an object with named columns such as { key: row.key }; it returned ${made === null ? 'null' : typeof made}.`,
      );
    }
    if (made === from) return made;
    if (this.recordOf(made) !== null) {
      throw new TypeError('map() returned an object that is a row already. Make a new one for each row.');
    }
    const record = this.recordOf(from);
    if (record !== null) this.#records.set(made, record);
    return made;
  }
}
