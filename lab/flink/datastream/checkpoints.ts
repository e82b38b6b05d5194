// The checkpoints of a run: what a job that fails is restarted from.

/** A completed checkpoint. */
export interface Checkpoint {
  readonly id: number;
  /** By the operator's uid and the subtask's number: what it had. */
  readonly states: ReadonlyMap<string, unknown>;
}

/** Outlives jobs. Law: `latest` is complete: every subtask has given its part. */
export class CheckpointStore {
  latest: Checkpoint | null = null;
  completed = 0;
  longestMs = 0;
  #lastId = 0;

  nextId(): number {
    return ++this.#lastId;
  }
  complete(checkpoint: Checkpoint, tookMs: number): void {
    this.latest = checkpoint;
    this.completed++;
    this.longestMs = Math.max(this.longestMs, tookMs);
  }

  /** The next offset to read, by partition: what a source has in the last checkpoint. */
  offsets(partitions: number): number[] {
    const offsets = Array.from({ length: partitions }, () => 0);
    for (const [name, state] of this.latest?.states ?? [])
      if (name.startsWith('source/'))
        for (const [partition, offset] of state as [number, number][]) offsets[partition] = offset;
    return offsets;
  }
}

/** A checkpoint under way. */
export class PendingCheckpoint {
  readonly id: number;
  readonly startedMs: number;
  readonly #missing: Set<string>;
  readonly #states = new Map<string, unknown>();

  constructor(id: number, startedMs: number, names: readonly string[]) {
    this.id = id;
    this.startedMs = startedMs;
    this.#missing = new Set(names);
  }

  /** A subtask's part; the whole when it was the last. */
  acknowledge(name: string, state: unknown): Checkpoint | null {
    if (state !== undefined) this.#states.set(name, state);
    this.#missing.delete(name);
    return this.#missing.size === 0 ? { id: this.id, states: this.#states } : null;
  }
}
