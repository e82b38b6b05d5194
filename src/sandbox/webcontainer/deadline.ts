// No wait without an end: the client's promises may stay pending for ever.

/**
 * Settles as `promise` does; as `onLate` says when that takes longer than `ms`; with the reason of `signal` when
 * that is aborted before. What `promise` does afterwards is nobody's concern.
 */
export function within<T, L>(promise: Promise<T>, ms: number, onLate: () => L, signal?: AbortSignal): Promise<T | L> {
  return new Promise<T | L>((resolve, reject) => {
    const timer = setTimeout(() => {
      free();
      try {
        resolve(onLate());
      } catch (error) {
        reject(error);
      }
    }, ms);
    function onAbort(): void {
      free();
      reject(signal?.reason);
    }
    function free(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
    promise.then(resolve, reject).finally(free);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
