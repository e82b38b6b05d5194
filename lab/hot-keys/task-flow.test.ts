import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTaskFlow, type TaskFlowSetup } from './task-flow.ts';

const s = 1_000;
/** M5: 10,000/s, of which one key is 60 %, over 100 tasks of 1,000/s. */
const hotKey: TaskFlowSetup = {
  arrivals: [{ fromMs: 0, recordsPerSecond: 10_000 }],
  skew: { tasks: 100, hotShare: 0.6 },
  taskCapacityPerSecond: 1_000,
  waits: 'at the source',
  durationMs: 100 * s,
};
const end = (setup: TaskFlowSetup) => runTaskFlow(setup).readAt([setup.durationMs])[0];

describe('M5 the hot key in a run', () => {
  it('lets 1,655.6/s through when it slows the others, and 834,437 records wait after 100 s', () => {
    const flow = runTaskFlow(hotKey);
    expect(flow.boundPerSecond).toBeCloseTo(1_655.63, 2);
    expect(end(hotKey)?.sourceBacklogRecords).toBeCloseTo(834_437, 0);
    expect(end(hotKey)?.stretch.servedPerSecond.map(Math.round)).toEqual([1_000, 7]);
  });

  it('leaves the others alone when each task has a backlog of its own: only one grows, by 5,040/s', () => {
    const last = end({ ...hotKey, waits: 'at the tasks' });
    expect(last?.backlogRows.map(Math.round)).toEqual([504_000, 0]);
    expect(last?.stretch.servedPerSecond.map(Math.round)).toEqual([1_000, 40]);
  });

  it('is stable with 10 salts at 640/s, and not with two of them on one task at 1,240/s', () => {
    const salted = { ...hotKey, skew: { ...hotKey.skew, salts: 10 } };
    expect(end(salted)?.sourceBacklogRecords).toBe(0);
    expect(end(salted)?.stretch.servedPerSecond.map(Math.round)).toEqual([640, 40]);
    const collided = { ...hotKey, skew: { ...salted.skew, spread: 'hash' as const, hotKey: 'user-4' } };
    expect(end(collided)?.stretch.rowsPerSecond.map(Math.round)[0]).toBe(1_000);
    expect(end({ ...collided, waits: 'at the tasks' })?.stretch.rowsPerSecond.map(Math.round)[0]).toBe(1_240);
  });

  it('catches up after a spike: 1,000 records/s below the bound empty the source', () => {
    const spike = {
      ...hotKey,
      arrivals: [
        { fromMs: 0, recordsPerSecond: 2_655.629139072847 },
        { fromMs: 10 * s, recordsPerSecond: 655.6291390728477 },
      ],
    };
    const [peak, later] = runTaskFlow(spike).readAt([10 * s, 20 * s]);
    expect(peak?.sourceBacklogRecords).toBeCloseTo(10_000, 3);
    expect(later?.sourceBacklogRecords).toBeCloseTo(0, 3);
  });
});

describe('SS30 map-side combine', () => {
  it('sends 20 rows of the hot key every 10 s, whatever it has, so no task is full at any rate', () => {
    const combined = { ...hotKey, combine: { inputPartitions: 20, otherKeys: 1_000, everyMs: 10 * s } };
    const flow = runTaskFlow(combined);
    expect(flow.boundPerSecond).toBe(Infinity);
    // 20 rows of the hot key and 10 keys' 200 rows of the rest in 10 s.
    expect(flow.stretches[0]?.rowsPerSecond.map((rate) => Math.round(rate * 10) / 10)).toEqual([22, 20]);
  });

  it('bounds where one part has levelled off and the other goes on rising', () => {
    const [class0] = runTaskFlow({
      ...hotKey,
      skew: { tasks: 10, hotShare: 0.5 },
      combine: { inputPartitions: 10, otherKeys: 1_000_000, everyMs: s },
    }).classes;
    // The hot key sends 10 rows/s from 20 records/s on; the rest, 5 % of the records, may take 990 rows/s: 19,800 records/s.
    expect(class0?.boundPerSecond(1_000)).toBeCloseTo(19_800, 6);
    expect(class0?.rowsPerSecond(19_800)).toBeCloseTo(1_000, 6);
  });
});

it('keeps its laws: nothing lost, nothing negative, no task above its capacity', () => {
  const rate = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(
      fc.tuple(rate, rate, rate),
      fc.integer({ min: 1, max: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('at the tasks' as const, 'at the source' as const),
      fc.constantFrom('ideal' as const, 'hash' as const),
      fc.option(fc.record({ inputPartitions: fc.integer({ min: 1, max: 50 }), otherKeys: fc.nat(1_000) })),
      ([a, b, c], tasks, hotShare, salts, waits, spread, combine) => {
        const flow = runTaskFlow({
          arrivals: [a, b, c].map((recordsPerSecond, i) => ({ fromMs: i * 10 * s, recordsPerSecond })),
          skew: { tasks, hotShare, salts, spread },
          taskCapacityPerSecond: 500,
          ...(combine !== null && { combine: { ...combine, everyMs: s } }),
          waits,
          durationMs: 40 * s,
        });
        for (const reading of flow.readAt([0, 5 * s, 12 * s, 33 * s, 40 * s])) {
          expect(reading.taken + reading.sourceBacklogRecords).toBeCloseTo(reading.arrived, 3);
          for (const [i, rows] of reading.rows.entries()) {
            expect((reading.servedRows[i] ?? 0) + (reading.backlogRows[i] ?? 0)).toBeCloseTo(rows, 3);
            expect(reading.stretch.servedPerSecond[i]).toBeLessThanOrEqual(500);
          }
        }
        expect(flow.classes.reduce((sum, each) => sum + each.tasks, 0)).toBe(tasks);
        expect(flow.stretches.at(-1)?.toMs).toBeCloseTo(40 * s, 6);
      },
    ),
    { numRuns: 200 },
  );
});
