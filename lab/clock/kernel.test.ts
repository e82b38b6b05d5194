import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hop } from '../testing/run.ts';
import { eventClass, Kernel, StepBudgetError } from './kernel.ts';

describe('the kernel', () => {
  it('runs events of one instant as completions, timers, arrivals, dispatch (M0.2)', async () => {
    const kernel = new Kernel();
    const seen: string[] = [];
    for (const name of ['dispatch', 'arrival', 'timer', 'completion'] as const)
      kernel.at(5, eventClass[name], () => seen.push(name));
    await kernel.run(hop);
    expect(seen).toEqual(['completion', 'timer', 'arrival', 'dispatch']);
  });

  it('breaks ties inside a class by the order of scheduling (M0.2)', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    for (let i = 0; i < 100; i++) kernel.at(7, eventClass.timer, () => seen.push(i));
    await kernel.run(hop);
    expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('runs any set of events in order of time, class and scheduling', async () => {
    const event = fc.record({ ms: fc.nat(50), rank: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const) });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 200 }), async (events) => {
        const kernel = new Kernel();
        const seen: number[] = [];
        events.forEach(({ ms, rank }, i) => kernel.at(ms, rank, () => seen.push(i)));
        await kernel.run(hop);
        const expected = events
          .map((_, i) => i)
          .sort((a, b) => {
            const [x, y] = [events[a], events[b]] as [(typeof events)[number], (typeof events)[number]];
            return x.ms - y.ms || x.rank - y.rank || a - b;
          });
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('holds 10.1 ms exactly and never steps back', async () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    kernel.at(10.1, eventClass.timer, () => {
      seen.push(kernel.nowMs);
      kernel.at(3, eventClass.timer, () => seen.push(kernel.nowMs));
    });
    await kernel.run(hop);
    expect(seen).toEqual([10.1, 10.1]);
  });

  it('moves on only when every continuation of the program has come to rest', async () => {
    const kernel = new Kernel();
    const seen: string[] = [];
    kernel.at(1, eventClass.timer, () => {
      kernel.wake();
      void (async () => {
        for (let i = 0; i < 50; i++) await Promise.resolve();
        seen.push(`rested at ${kernel.nowMs}`);
      })();
    });
    kernel.at(2, eventClass.timer, () => seen.push('next'));
    await kernel.run(hop);
    expect(seen).toEqual(['rested at 1', 'next']);
  });

  it('spends no hop on events that resume nobody', async () => {
    const kernel = new Kernel();
    for (let i = 0; i < 1_000; i++) kernel.at(i, eventClass.arrival, () => {});
    await kernel.run(hop);
    expect([kernel.hops, kernel.events]).toEqual([0, 1_000]);
  });

  it('forgets a cancelled event', async () => {
    const kernel = new Kernel();
    let ran = false;
    kernel.at(1, eventClass.timer, () => (ran = true)).cancel();
    await kernel.run(hop);
    expect(ran).toBe(false);
  });

  it('ends a program that spins, and says where in time', async () => {
    const kernel = new Kernel({ maxHops: 100 });
    const spin = (): void => {
      kernel.wake();
      kernel.after(0, eventClass.timer, spin);
    };
    kernel.at(1_500, eventClass.timer, spin);
    await expect(kernel.run(hop)).rejects.toThrow(StepBudgetError);
    await expect(new Kernel({ maxHops: 0 }).run(hop)).resolves.toBeUndefined();
    expect(kernel.nowMs).toBe(1_500);
  });
});
