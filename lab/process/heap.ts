// The memory of the consumer's process: what is live, what garbage collection costs, where it ends.

/** Sizes of one process's heap, in bytes. */
export interface HeapLimits {
  /** The process is killed when its live bytes pass this. */
  limitBytes: number;
  /** Live bytes of the program and its libraries before any record. */
  baseBytes: number;
  /** Heap bytes of one record, object overhead included. */
  bytesPerRecord: number;
}

/**
 * Live bytes when `records` are in the process (fetched, handed over or in flight).
 */
export function liveBytes(limits: HeapLimits, records: number): number {
  return limits.baseBytes + records * limits.bytesPerRecord;
}

/** Share of CPU that a collection costs at half occupancy. A teaching value, stated in the scenario's help. */
const gcShareAtHalf = 0.03;

/**
 * Share of CPU time that garbage collection takes, 0 … 0.9, at occupancy u = live/limit.
 *
 * A tracing collector does work in proportion to the live bytes each time the free bytes are used up,
 * so its share goes as u/(1 − u): 3 % at a half, 7 % at 0.7, 17 % at 0.85, 57 % at 0.95. The shape
 * follows from the mechanism; the scale is a teaching value (fact T10: "5–10 %" is a rule of thumb).
 */
export function gcShareAt(live: number, limits: HeapLimits): number {
  const occupancy = Math.min(1, live / limits.limitBytes);
  if (occupancy >= 1) return 0.9;
  return Math.min(0.9, (gcShareAtHalf * occupancy) / (1 - occupancy));
}
