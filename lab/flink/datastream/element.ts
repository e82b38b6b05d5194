// What moves between the subtasks of a job: records with their event time, and the marks that travel among them.

/** A record on its way, with what the lab remembers of it. */
export interface Element {
  readonly value: unknown;
  /** Event time in ms since the epoch. */
  readonly timestamp: number;
  /** The same for the same record after a replay, so that a sink's second row of it is known for a duplicate. */
  readonly id: number | string;
  /** The source record that it comes from, as the source numbers it; −1 for what windows and timers make. */
  readonly origin: number;
}

export type Item =
  | { readonly kind: 'record'; readonly element: Element }
  | { readonly kind: 'watermark'; readonly timestamp: number }
  /** The sender's watermark counts no longer, or again. */
  | { readonly kind: 'status'; readonly isIdle: boolean }
  /** What came before it belongs to the checkpoint, what comes after does not. */
  | { readonly kind: 'barrier'; readonly checkpoint: number }
  | { readonly kind: 'end' };
