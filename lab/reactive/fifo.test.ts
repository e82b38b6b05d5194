import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from './fifo.ts';

it('a fifo does what an array with push and shift does, long lists too', () => {
  const step = fc.oneof(fc.integer({ min: 1, max: 1_500 }), fc.integer({ min: -1_500, max: -1 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const fifo = new Fifo<number>();
      const list: number[] = [];
      let next = 0;
      for (const change of steps) {
        for (let i = 0; i < change; i++) {
          list.push(next);
          fifo.push(next++);
        }
        for (let i = 0; i > change; i--) expect(fifo.shift()).toBe(list.shift());
        expect(fifo.size).toBe(list.length);
      }
      fifo.clear();
      expect([fifo.size, fifo.shift()]).toEqual([0, undefined]);
    }),
  );
});
