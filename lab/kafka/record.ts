// One record as the program sees it: a view into its partition's log that cannot be forged or changed.

import type { ConsumerRecord } from './api.ts';
import type { PartitionLog } from './log.ts';

/**
 * Law: what the lab believes of a record (its partition, its offset) lives in private fields that
 * only `poll()` sets; payloads are computed when read, so a record costs three words.
 */
export class LoggedRecord implements ConsumerRecord {
  readonly #log: PartitionLog;
  readonly #offset: number;

  constructor(log: PartitionLog, offset: number) {
    this.#log = log;
    this.#offset = offset;
  }
  get topic(): string {
    return this.#log.topic;
  }
  get partition(): number {
    return this.#log.partition;
  }
  get offset(): number {
    return this.#offset;
  }
  get key(): string {
    return this.#log.keyOf(this.#offset);
  }
  get value(): string {
    return this.#log.valueOf(this.#offset);
  }
  get timestamp(): number {
    return this.#log.timestampOf(this.#offset);
  }
  toJSON(): ConsumerRecord {
    const { topic, partition, offset, key, value, timestamp } = this;
    return { topic, partition, offset, key, value, timestamp };
  }

  /** The log that a record came from, or null for anything that `poll()` did not return. */
  static logOf(record: unknown): PartitionLog | null {
    return typeof record === 'object' && record !== null && #log in record ? record.#log : null;
  }
  /** The offset of a record that has passed `logOf`. */
  static offsetOf(record: LoggedRecord): number {
    return record.#offset;
  }
}

// A record must not lead a program to the class behind it, which knows the log.
Object.defineProperty(LoggedRecord.prototype, 'constructor', { value: Object });
Object.freeze(LoggedRecord.prototype);
