// How patient the programs in the container are with it.

/** A thread's first sign of life may take this long: a container's first one is slow to start. */
export const startMs = 15_000;
