import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runStage, type StageSetup } from './stage.ts';

/** A source of 1,000/s before a stage of 200/s, for 10 s, with changes. */
function run(changes: Partial<StageSetup>) {
  return runStage({
    protocol: 'request-n',
    prefetch: 32,
    highWaterMark: 16,
    concurrency: 1,
    traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }],
    serviceMs: 5,
    withoutDemand: 'wait',
    linkMs: 0,
    durationMs: 10_000,
    sampleMs: 1_000,
    ...changes,
  });
}

describe('a stage', () => {
  it('by demand: the source makes 200/s instead of 1,000, and no more than the prefetch waits', async () => {
    const readings = await run({ prefetch: 32 });
    expect(readings.doneRecords).toBeCloseTo(2_000, -1);
    expect(readings.mostWaitingRecords).toBeLessThanOrEqual(32);
    expect(readings.sourceWaitedMs / 10_000).toBeGreaterThan(0.75);
    // 32 at the start, and 24 after each 24.
    expect(readings.requests).toBe(1 + Math.floor(readings.doneRecords / 24));
  });

  it('by unbounded demand, by push, and when write’s false is ignored: 800/s more wait', async () => {
    for (const protocol of ['unbounded', 'push', 'node-write', 'whatwg-write'] as const) {
      const { waitingRecords, sourceWaitedMs } = await run({ protocol });
      expect(waitingRecords).toBeCloseTo(8_000, -1);
      expect(sourceWaitedMs).toBe(0);
    }
  });

  it('that obeys drain holds no more than its mark', async () => {
    const { mostWaitingRecords, samples, doneRecords, stops } = await run({ protocol: 'node-drain' });
    expect(mostWaitingRecords).toBeLessThanOrEqual(16);
    expect(Math.min(...(samples.desiredRecords as number[]))).toBeGreaterThanOrEqual(0);
    expect(doneRecords).toBeGreaterThan(1_900);
    expect(stops).toBeGreaterThan(100);
  });

  it('that awaits ready keeps desiredSize at 0 or above; one that does not goes below', async () => {
    const waits = await run({ protocol: 'whatwg-ready', highWaterMark: 1 });
    expect(Math.min(...(waits.samples.desiredRecords as number[]))).toBe(0);
    const ignores = await run({ protocol: 'whatwg-write', highWaterMark: 1 });
    expect(ignores.samples.desiredRecords.at(-1)).toBeLessThan(-7_900);
  });

  it('stops and waits over a link of 10 ms: one record per round trip, 47.6/s of 500 (R4)', async () => {
    const link = { linkMs: 10, serviceMs: 1, traffic: [{ fromMs: 0, recordsPerSecond: 500 }] };
    expect((await run({ ...link, prefetch: 1 })).doneRecords / 10).toBeCloseTo(1_000 / 21, 0);
    // A refill is asked for when a quarter is left, and that quarter has to last for the round trip: 8 records do not, 16 do.
    expect((await run({ ...link, prefetch: 32 })).doneRecords / 10).toBeCloseTo(470, 0);
    expect((await run({ ...link, prefetch: 64 })).doneRecords / 10).toBeGreaterThan(498);
  });

  it('behind a source that cannot wait: buffer keeps, drop loses the new, latest is fresh, error ends', async () => {
    const of = (withoutDemand: StageSetup['withoutDemand']) => run({ withoutDemand, prefetch: 1 });
    const [buffer, drop, latest, error] = await Promise.all([of('buffer'), of('drop'), of('latest'), of('error')]);
    expect(buffer.waitingRecords).toBeCloseTo(8_000, -1);
    expect(drop.droppedRecords / drop.madeRecords).toBeCloseTo(0.8, 2);
    expect(latest.droppedRecords / latest.madeRecords).toBeCloseTo(0.8, 2);
    expect(latest.mostWaitingRecords).toBeLessThanOrEqual(2);
    expect(error).toMatchObject({ ended: 'failed', endedMs: 2 });
  });

  it('dies of what it keeps: 4,096 records at 800/s more than it serves last for 5.1 s', async () => {
    const { ended, endedMs } = await run({ protocol: 'node-write', mostInsideRecords: 4_096 });
    expect(ended).toBe('out of memory');
    expect(endedMs / 1_000).toBeCloseTo(5.1, 1);
  });

  it('conserves records, breaks no rule of Reactive Streams, and says the same twice', async () => {
    const setup: fc.Arbitrary<Partial<StageSetup>> = fc.record({
      protocol: fc.constantFrom(
        'request-n' as const,
        'unbounded' as const,
        'push' as const,
        'node-write' as const,
        'node-drain' as const,
        'whatwg-write' as const,
        'whatwg-ready' as const,
      ),
      prefetch: fc.integer({ min: 1, max: 40 }),
      highWaterMark: fc.integer({ min: 1, max: 20 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      traffic: fc
        .array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 3 })
        .map((rates) => rates.map((recordsPerSecond, i) => ({ fromMs: i * 300, recordsPerSecond }))),
      serviceMs: fc.integer({ min: 1, max: 30 }),
      withoutDemand: fc.constantFrom(
        'wait' as const,
        'buffer' as const,
        'drop' as const,
        'latest' as const,
        'error' as const,
      ),
      linkMs: fc.constantFrom(0, 0, 3, 20),
      mostInsideRecords: fc.constantFrom(Infinity, 50),
      durationMs: fc.constant(1_000),
      sampleMs: fc.constant(100),
    });
    await fc.assert(
      fc.asyncProperty(setup, async (changes) => {
        const readings = await run(changes);
        const { madeRecords, doneRecords, inServiceRecords, waitingRecords, droppedRecords, samples } = readings;
        expect(madeRecords).toBe(doneRecords + inServiceRecords + waitingRecords + droppedRecords);
        expect(waitingRecords).toBeGreaterThanOrEqual(0);
        expect(readings.brokenRules).toEqual([]);
        if (readings.ended === 'in time') expect(samples.stayMs).toHaveLength(11);
        for (const list of [samples.waitingRecords, samples.madeRecords, samples.doneRecords, samples.droppedRecords])
          expect(Math.min(...list)).toBeGreaterThanOrEqual(0);
        expect(JSON.stringify(await run(changes))).toBe(JSON.stringify(readings));
      }),
      { numRuns: 300 },
    );
  });
});
