import { describe, expect, it } from 'vitest';
import { eventClass, Kernel } from '../clock/kernel.ts';
import { hop } from '../testing/run.ts';
import { createMergeMap } from './merge-map.ts';

/** 100 values a second pushed for 60 s into `concurrency` inner streams of 100 ms each. */
async function pushed(concurrency: number) {
  const kernel = new Kernel();
  const done: number[] = [];
  const stage = createMergeMap<number>(concurrency, (value, finish) => {
    kernel.after(100, eventClass.completion, () => {
      done.push(value);
      finish();
    });
  });
  for (let i = 1; i <= 6_000; i++) kernel.at(i * 10, eventClass.arrival, () => stage.next(i));
  kernel.at(60_000, eventClass.dispatch, () => kernel.stop());
  await kernel.run(hop);
  return { buffered: stage.bufferedRecords, active: stage.activeRecords, done };
}

describe('M11 concatMap of RxJS: values come at 100/s, inner streams take 10/s', () => {
  it('lets its array grow by 90/s, without bound', async () => {
    const { buffered, active, done } = await pushed(1);
    expect(Math.round(buffered / 60)).toBe(90);
    expect(buffered + active + done.length).toBe(6_000);
    expect(done).toEqual(Array.from({ length: done.length }, (_, i) => i + 1));
  });

  it('buffers nothing when the concurrency carries the load', async () => {
    expect((await pushed(10)).buffered).toBe(0);
  });

  it('counts an end once, and refuses a concurrency below 1', () => {
    const ends: (() => void)[] = [];
    const stage = createMergeMap<string>(1, (_, done) => ends.push(done));
    stage.next('a');
    stage.next('b');
    ends[0]?.();
    ends[0]?.();
    expect([stage.activeRecords, stage.bufferedRecords]).toEqual([1, 0]);
    expect(() => createMergeMap(0, () => undefined)).toThrow('concurrency is 0');
  });
});
