// The run's timers in the shapes that Node.js gives them: objects that can be unref'd, and promises.

import type { GlobalTimers } from './realm.ts';

/** What Node.js returns for a timer. */
class Timeout {
  readonly #start: () => number;
  readonly #stop: (id: number) => void;
  #id: number;
  #isHeld = true;
  constructor(start: () => number, stop: (id: number) => void) {
    this.#start = start;
    this.#stop = stop;
    this.#id = start();
  }
  /** A run goes on to its end whether a timer holds its process or not. */
  ref(): this {
    this.#isHeld = true;
    return this;
  }
  unref(): this {
    this.#isHeld = false;
    return this;
  }
  hasRef(): boolean {
    return this.#isHeld;
  }
  refresh(): this {
    this.close();
    this.#id = this.#start();
    return this;
  }
  close(): this {
    this.#stop(this.#id);
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.#id;
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

type Abortable = { readonly signal?: AbortSignal };

/** A promise of a timer that `options.signal` can give up. */
function waiting<T>(start: (resolve: () => void) => () => void, value: T, options: Abortable = {}): Promise<T> {
  const { signal } = options;
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(aborted(signal));
    const onAbort = (): void => {
      stop();
      reject(aborted(signal));
    };
    const stop = start(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve(value);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function aborted(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

/** What `node:timers/promises` exports, on `timers`. */
export function timerPromises(timers: GlobalTimers) {
  const sleep = <T>(ms?: number, value?: T, options?: Abortable) =>
    waiting((resolve) => {
      const id = timers.setTimeout(resolve, ms);
      return () => timers.clearTimeout(id);
    }, value, options); // prettier-ignore
  const turn = <T>(value?: T, options?: Abortable) =>
    waiting((resolve) => {
      const id = timers.setImmediate(resolve);
      return () => timers.clearImmediate(id);
    }, value, options); // prettier-ignore
  return {
    setTimeout: sleep,
    setImmediate: turn,
    async *setInterval<T>(ms?: number, value?: T, options?: Abortable) {
      let due = 0;
      let wake = (): void => {};
      const id = timers.setInterval(() => {
        due++;
        wake();
      }, ms);
      const tick = (resolve: () => void) => {
        wake = resolve;
        return () => {};
      };
      try {
        for (;;) {
          if (due === 0) await waiting(tick, undefined, options);
          for (; due > 0; due--) yield value;
        }
      } finally {
        timers.clearInterval(id);
      }
    },
    scheduler: { wait: (ms: number, options?: Abortable) => sleep(ms, undefined, options), yield: () => turn() },
  };
}

/** Timers that return objects, are cleared by object or number, and that `util.promisify` knows. */
export function timersAsInNode(timers: GlobalTimers): Readonly<Record<string, unknown>> {
  const asInNode: Record<string, unknown> = {};
  for (const what of ['Timeout', 'Interval', 'Immediate'] as const) {
    const set = timers[`set${what}`] as (...args: unknown[]) => number;
    const clear = timers[`clear${what}`];
    asInNode[`set${what}`] = (...args: unknown[]) => new Timeout(() => set(...args), clear);
    asInNode[`clear${what}`] = (timer?: unknown) => {
      if (timer instanceof Timeout) timer.close();
      else if (timer !== undefined && timer !== null) clear(Number(timer));
    };
  }
  const promises = timerPromises(timers);
  for (const name of ['setTimeout', 'setImmediate'] as const) {
    const wait = promises[name] as (...args: unknown[]) => Promise<unknown>;
    // util.promisify marks what it gets here: each time a new one, since what is global is frozen.
    const get = () => (...args: unknown[]) => wait(...args); // prettier-ignore
    Object.defineProperty(asInNode[name], Symbol.for('nodejs.util.promisify.custom'), { get });
  }
  return asInNode;
}
