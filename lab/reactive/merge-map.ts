// RxJS for contrast: values are pushed, nobody can ask, and what does not fit waits in an array without bound.

import { Fifo } from './fifo.ts';

export interface MergeMap<T> {
  /** A value is pushed in; there is no way to say no. */
  next(value: T): void;
  /** Values that wait for a free place: the array. */
  readonly bufferedRecords: number;
  readonly activeRecords: number;
}

/**
 * `mergeMap(project, concurrency)` of RxJS, and with a concurrency of 1 `concatMap` (R9): `project` is called for a value when
 * fewer than `concurrency` are at work, and calls `done` when it has finished with it. Others wait, in order, as many as come.
 * Law: pushed = done + active + buffered.
 */
export function createMergeMap<T>(concurrency: number, project: (value: T, done: () => void) => void): MergeMap<T> {
  if (!(concurrency >= 1)) throw new RangeError(`concurrency is ${concurrency}; pass 1 for concatMap, or more.`);
  const buffer = new Fifo<T>();
  let active = 0;

  function start(value: T): void {
    active += 1;
    let isDone = false;
    project(value, () => {
      if (isDone) return;
      isDone = true;
      active -= 1;
      if (buffer.size > 0) start(buffer.shift() as T);
    });
  }

  return {
    next(value) {
      if (active < concurrency) start(value);
      else buffer.push(value);
    },
    get bufferedRecords() {
      return buffer.size;
    },
    get activeRecords() {
      return active;
    },
  };
}
