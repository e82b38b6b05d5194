// A boot under way: it ends once, and in time, for those who wait for it; it may still succeed after that.

import type { EngineTrouble } from '#graders/verdict.ts';
import { ContainerError } from './container.ts';

/** From here on a boot is slow: the learner is offered the embedded engine. */
export const slowMs = 5_000;

export interface Attempt {
  /** On the clock of `performance.now()`. */
  readonly startedMs: number;
  /** Rejects with ContainerError. Those who do not wait need not catch. */
  readonly promise: Promise<void>;
  readonly isSlow: boolean;
  readonly hasSettled: boolean;
  /** False when it had settled before. */
  succeed(): boolean;
  /** False when it had settled before; then nothing happens. */
  fail(trouble: EngineTrouble, detail: string): boolean;
}

export function startAttempt(hear: {
  /** It fails after this time. */
  limitMs: number;
  /** What it is then. */
  troubleWhenLate(): EngineTrouble;
  onSlow(): void;
  onFail(trouble: EngineTrouble, detail: string): void;
}): Attempt {
  const startedMs = performance.now();
  let isSlow = false;
  let hasSettled = false;
  let settle: { resolve(): void; reject(error: ContainerError): void };
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  promise.catch(() => {});

  const slow = setTimeout(() => {
    isSlow = true;
    hear.onSlow();
  }, slowMs);
  const limit = setTimeout(
    () => fail(hear.troubleWhenLate(), `not ready after ${hear.limitMs / 1_000} s`),
    hear.limitMs,
  );

  function close(): boolean {
    if (hasSettled) return false;
    hasSettled = true;
    clearTimeout(slow);
    clearTimeout(limit);
    return true;
  }
  function fail(trouble: EngineTrouble, detail: string): boolean {
    if (!close()) return false;
    hear.onFail(trouble, detail);
    settle.reject(new ContainerError(trouble, detail));
    return true;
  }
  return {
    startedMs,
    promise,
    get isSlow() {
      return isSlow;
    },
    get hasSettled() {
      return hasSettled;
    },
    succeed() {
      if (!close()) return false;
      settle.resolve();
      return true;
    },
    fail,
  };
}
