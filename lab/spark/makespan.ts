// How long the tasks of a batch take on the cores that there are.

import { positiveInteger } from '../argument.ts';

/**
 * Time from the first start to the last end, in ms, when tasks start in their order, each on the first core that is free
 * (M2.3, SS13). Between the longest task and it lies whatever more cores could save; below the longest task nothing helps.
 *
 * Laws: at least the longest task and at least the sum over the cores; with equal tasks exactly waves · length; 0 without
 * tasks. Costs n · log(cores), less when all tasks fit at once or are equal. Throws RangeError for cores below 1 and for a
 * time that is negative or not finite.
 */
export function makespanMs(taskMs: readonly number[], cores: number): number {
  positiveInteger(cores, 'cores');
  const first = taskMs[0] ?? 0;
  let longest = 0;
  let areEqual = true;
  for (const [task, ms] of taskMs.entries()) {
    if (!(ms >= 0 && ms < Infinity)) throw new RangeError(`taskMs[${task}] is ${ms}; pass ms of 0 or more.`);
    if (ms > longest) longest = ms;
    if (ms !== first) areEqual = false;
  }
  if (taskMs.length <= cores) return longest;
  if (areEqual) return Math.ceil(taskMs.length / cores) * first;

  // freeAt is a heap: the core that is free first stands in front.
  const freeAt = new Float64Array(cores);
  let end = 0;
  for (const ms of taskMs) {
    const done = (freeAt[0] ?? 0) + ms;
    if (done > end) end = done;
    replaceFirst(freeAt, done);
  }
  return end;
}

/** Puts `value`, which is not below the first, in the place of the first, and the heap in order again. */
function replaceFirst(heap: Float64Array, value: number): void {
  const { length } = heap;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= length) break;
    if (child + 1 < length && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    const below = heap[child] as number;
    if (below >= value) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = value;
}
