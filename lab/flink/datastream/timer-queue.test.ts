import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TimerQueue } from './timer-queue.ts';

it('gives timers in order of time, each key and time once, and none that was removed', () => {
  const timers = fc.array(
    fc.record({ timestamp: fc.nat(30), key: fc.constantFrom('a', 'b', 1), isRemoval: fc.boolean() }),
  );
  fc.assert(
    fc.property(timers, fc.nat(35), (list, until) => {
      const queue = new TimerQueue();
      const wanted = new Map<string, number>();
      for (const { timestamp, key, isRemoval } of list) {
        const name = `${typeof key}${key}@${timestamp}`;
        if (isRemoval) {
          queue.remove({ timestamp, key });
          wanted.delete(name);
        } else {
          expect(queue.add({ timestamp, key })).toBe(!wanted.has(name));
          wanted.set(name, timestamp);
        }
      }
      expect(queue.size).toBe(wanted.size);
      expect(queue.snapshot()).toHaveLength(wanted.size);
      const fired: number[] = [];
      for (let timer = queue.takeDue(until); timer !== null; timer = queue.takeDue(until)) fired.push(timer.timestamp);
      expect(fired).toEqual([...wanted.values()].filter((timestamp) => timestamp <= until).sort((a, b) => a - b));
    }),
  );
});
