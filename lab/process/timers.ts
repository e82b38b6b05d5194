// setTimeout, setInterval, Date and performance as the program sees them: in virtual time.

import { eventClass, type Scheduled } from '../clock/kernel.ts';
import type { ProgramProcess } from './process.ts';

type Callback = (...args: unknown[]) => void;

/** The time functions of one process; the names are those of the globals that they stand for. */
export interface VirtualTimers {
  setTimeout(run: Callback, delayMs?: number, ...args: unknown[]): number;
  clearTimeout(id?: number): void;
  setInterval(run: Callback, delayMs?: number, ...args: unknown[]): number;
  clearInterval(id?: number): void;
  setImmediate(run: Callback, ...args: unknown[]): number;
  clearImmediate(id?: number): void;
  /** ms since the epoch, whole. */
  nowEpochMs(): number;
  /** ms since the process started. */
  elapsedMs(): number;
}

/** As in Node: a delay below 1 ms, or none, is 1 ms. */
function delayOf(ms: unknown): number {
  const delay = Number(ms);
  return delay >= 1 && delay <= 2_147_483_647 ? delay : 1;
}

/**
 * Law: a timer fires at its virtual time and never after its process has died. An exception thrown by
 * a callback goes to `onError`.
 */
export function createVirtualTimers(
  process: ProgramProcess,
  epochMs: number,
  onError: (error: unknown) => void,
): VirtualTimers {
  const { kernel } = process;
  const startMs = kernel.nowMs;
  const pending = new Map<number, Scheduled>();
  let lastId = 0;

  function fire(run: Callback, args: unknown[]): void {
    try {
      run(...args);
    } catch (error) {
      onError(error);
    }
  }
  function check(run: unknown, name: string): asserts run is Callback {
    if (typeof run !== 'function')
      throw new TypeError(`${name}() needs a function as its first argument, got ${typeof run}.`);
  }
  function clear(id?: number): void {
    pending.get(id ?? 0)?.cancel();
    pending.delete(id ?? 0);
  }
  function once(delayMs: number, run: Callback, args: unknown[]): number {
    const id = ++lastId;
    pending.set(
      id,
      process.callAt(kernel.nowMs + delayMs, eventClass.timer, () => {
        pending.delete(id);
        fire(run, args);
      }),
    );
    return id;
  }

  return {
    setTimeout(run, delayMs, ...args) {
      check(run, 'setTimeout');
      return once(delayOf(delayMs), run, args);
    },
    clearTimeout: clear,
    setInterval(run, delayMs, ...args) {
      check(run, 'setInterval');
      const id = ++lastId;
      const everyMs = delayOf(delayMs);
      const next = () => {
        pending.set(
          id,
          process.callAt(kernel.nowMs + everyMs, eventClass.timer, () => {
            next();
            fire(run, args);
          }),
        );
      };
      next();
      return id;
    },
    clearInterval: clear,
    setImmediate(run, ...args) {
      check(run, 'setImmediate');
      return once(0, run, args);
    },
    clearImmediate: clear,
    nowEpochMs: () => epochMs + Math.floor(kernel.nowMs),
    elapsedMs: () => kernel.nowMs - startMs,
  };
}
