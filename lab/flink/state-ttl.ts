// How long an entry of keyed state lives: Flink's StateTtlConfig.

import { nonNegativeInteger, positive } from '../argument.ts';

/** Which access starts the time to live anew. */
export type TtlUpdateType = 'OnCreateAndWrite' | 'OnReadAndWrite';
/** Whether a read may still return an entry whose time is over and that nobody has removed yet. */
export type TtlStateVisibility = 'NeverReturnExpired' | 'ReturnExpiredIfNotCleanedUp';

/** After Flink's builder; times in ms where Java has a Duration. */
class StateTtlConfigBuilder {
  readonly #ttlMs: number;
  #updateType: TtlUpdateType = 'OnCreateAndWrite';
  #visibility: TtlStateVisibility = 'NeverReturnExpired';
  #cleanupSize = 5;

  constructor(ttlMs: number) {
    this.#ttlMs = positive(ttlMs, 'the time to live of StateTtlConfig.newBuilder()');
  }
  setUpdateType(updateType: TtlUpdateType): this {
    this.#updateType = updateType;
    return this;
  }
  setStateVisibility(visibility: TtlStateVisibility): this {
    this.#visibility = visibility;
    return this;
  }
  /** Each access to the state looks at this many further entries and removes those whose time is over. Default 5. */
  cleanupIncrementally(cleanupSize: number): this {
    this.#cleanupSize = nonNegativeInteger(cleanupSize, 'cleanupSize');
    return this;
  }
  /** Nothing is removed but what is read: keys that never come again stay for ever. */
  disableCleanupInBackground(): this {
    this.#cleanupSize = 0;
    return this;
  }
  build(): StateTtlConfig {
    return new StateTtlConfig(this.#ttlMs, this.#updateType, this.#visibility, this.#cleanupSize);
  }
}

/**
 * Bounds the age of entries (F28). Time to live counts in processing time. It frees memory and storage; it does not make a
 * saturated operator faster.
 */
export class StateTtlConfig {
  readonly ttlMs: number;
  readonly updateType: TtlUpdateType;
  readonly stateVisibility: TtlStateVisibility;
  /** Entries that each access looks at for cleaning up; 0 for none. */
  readonly cleanupSize: number;

  constructor(ttlMs: number, updateType: TtlUpdateType, visibility: TtlStateVisibility, cleanupSize: number) {
    this.ttlMs = ttlMs;
    this.updateType = updateType;
    this.stateVisibility = visibility;
    this.cleanupSize = cleanupSize;
  }

  /** A time to live in ms; entries live that long after they were created or written, and are removed in the background. */
  static newBuilder(ttlMs: number): StateTtlConfigBuilder {
    return new StateTtlConfigBuilder(ttlMs);
  }
}
