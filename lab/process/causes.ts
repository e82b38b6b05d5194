// The chain of errors behind an error, as `new Error(message, { cause })` links them.

/** An error and what it was caused by, the outermost first; a chain that comes back to itself ends there. */
export function causesOf(error: unknown): readonly unknown[] {
  const chain = new Set<unknown>();
  let next = error;
  while (next !== undefined && next !== null && !chain.has(next)) {
    chain.add(next);
    next = typeof next === 'object' ? (next as { cause?: unknown }).cause : undefined;
  }
  return [...chain];
}
