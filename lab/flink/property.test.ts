// Laws that hold for every job, in both engines.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFlow } from './flow-engine.ts';
import type { FlowSetup } from './flow-plan.ts';
import type { JobSetup, OperatorSetup } from './job.ts';
import type { JobRun } from './readings.ts';
import { runRecords, type RecordSetup } from './record-engine.ts';

const durationMs = 20_000;

function anyOperator(name: string): fc.Arbitrary<OperatorSetup> {
  return fc
    .record({
      parallelism: fc.integer({ min: 1, max: 6 }),
      serviceMs: fc.constantFrom(0.5, 1, 3, 7.5, 20, 60),
      selectivity: fc.constantFrom(1, 1, 1, 0.5, 0.3, 2),
      bufferRecords: fc.integer({ min: 1, max: 60 }),
      skew: fc.constantFrom(
        {},
        {},
        { input: 'hash' as const, keys: { hotShare: 0.6 } },
        {
          input: 'hash' as const,
          keys: { zipfKeys: 40 },
        },
      ),
    })
    .map(({ skew, ...operator }) => ({ name, ...operator, ...skew }));
}

const anyJob: fc.Arbitrary<JobSetup> = fc.record({
  source: fc.record({
    parallelism: fc.integer({ min: 1, max: 4 }),
    serviceMs: fc.constantFrom(0.2, 1, 2),
    partitions: fc.integer({ min: 1, max: 6 }),
  }),
  operators: fc.tuple(anyOperator('map'), anyOperator('enrich'), anyOperator('sink')),
  traffic: fc.tuple(fc.nat(400), fc.nat(400), fc.integer({ min: 1, max: 15_000 })).map(([early, late, fromMs]) => [
    { fromMs: 0, recordsPerSecond: early },
    { fromMs, recordsPerSecond: late },
  ]),
  startLagRecords: fc.constantFrom(0, 0, 500, 50_000),
  incidents: fc.constantFrom([], [{ operator: 'enrich', fromMs: 4_000, toMs: 9_000, serviceMs: 200 }]),
  durationMs: fc.constant(durationMs),
});

const anyFlow: fc.Arbitrary<FlowSetup> = fc
  .record({
    job: anyJob,
    network: fc.constantFrom(undefined, 50),
    mode: fc.constantFrom('aligned' as const, 'unaligned' as const),
    intervalMs: fc.integer({ min: 500, max: 8_000 }),
    timeoutMs: fc.constantFrom(700, 600_000),
    rescales: fc.array(
      fc.record({
        atMs: fc.integer({ min: 1_000, max: 18_000 }),
        operator: fc.constantFrom('map', 'enrich', 'sink'),
        parallelism: fc.integer({ min: 1, max: 8 }),
        from: fc.constantFrom('savepoint' as const, 'checkpoint' as const),
      }),
      { maxLength: 3 },
    ),
    isSinkTransactional: fc.boolean(),
  })
  .map(({ job, network, mode, intervalMs, timeoutMs, ...rest }) => ({
    ...job,
    ...rest,
    restartMs: 1_500,
    operators: job.operators.map((operator, i) =>
      network === undefined || i !== 1 ? operator : { ...operator, networkPerSecond: network },
    ),
    checkpoint: { intervalMs, mode, timeoutMs, stateBytes: 1e6, recordBytes: 500, storageBytesPerSecond: 1e7 },
  }));

/** Every record that an operator hands on reaches the next one, and each operator knows where all that it got has gone. */
function expectConserved(run: JobRun, slack: number): void {
  for (const [i, operator] of run.counts.entries()) {
    const before = run.counts[i - 1];
    const sent = before === undefined ? run.arrivedRecords + run.readAgainRecords : before.emittedRecords;
    expect(Math.abs(sent - operator.receivedRecords)).toBeLessThanOrEqual(slack * (1 + 1e-3 * sent));
    const { receivedRecords, restoredRecords, processedRecords, inServiceRecords, waitingRecords, discardedRecords } =
      operator;
    const gone = processedRecords + inServiceRecords + waitingRecords + discardedRecords;
    expect(Math.abs(receivedRecords + restoredRecords - gone)).toBeLessThanOrEqual(slack * (1 + 1e-3 * sent));
    for (const value of Object.values(operator))
      if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(-slack);
  }
}

function expectWithinBounds(run: JobRun, job: JobSetup, stepMs: number): void {
  for (let ms = 0; ms < durationMs; ms += stepMs) {
    for (const [i, { subtasks }] of run.readingsBetween(ms, ms + stepMs).entries()) {
      const serviceMs = i === 0 ? job.source.serviceMs : (job.operators[i - 1]?.serviceMs ?? 1);
      for (const reading of subtasks) {
        const { busyMsPerSecond, backPressuredMsPerSecond, idleMsPerSecond } = reading;
        expect(busyMsPerSecond + backPressuredMsPerSecond + idleMsPerSecond).toBeCloseTo(1000, 9);
        expect(Math.min(busyMsPerSecond, backPressuredMsPerSecond, idleMsPerSecond)).toBeGreaterThanOrEqual(-1e-9);
        expect(reading.waitingRecords).toBeGreaterThanOrEqual(-1e-6);
        expect(reading.inPoolUsage ?? 0).toBeLessThanOrEqual(1);
        // A span may begin with the start of a record's service, so one record more than its capacity fits in.
        expect(reading.numRecordsInPerSecond).toBeLessThanOrEqual(1000 / serviceMs + 1000 / stepMs + 1e-6);
      }
    }
    expect(run.lagRecordsAt(ms)).toBeGreaterThanOrEqual(0);
    expect(run.lagMsAt(ms)).toBeGreaterThanOrEqual(0);
  }
}

describe('the count engine', () => {
  it('conserves records through incidents, checkpoints and restarts', () => {
    fc.assert(
      fc.property(anyFlow, (setup) => {
        const run = runFlow(setup);
        expectConserved(run, 1e-3);
        expect(run.stretches.length).toBeLessThan(1_000);
        let atMs = 0;
        for (const stretch of run.stretches) {
          expect(stretch.fromMs).toBe(atMs);
          atMs = stretch.toMs;
        }
        expect(atMs).toBe(durationMs);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps buffers within their bounds, nobody above capacity, and times that add up to 1000 ms a second', () => {
    const anyCalm = anyFlow.map((setup) => ({ ...setup, rescales: [] }));
    fc.assert(
      fc.property(anyCalm, (setup) => expectWithinBounds(runFlow(setup), setup, 500)),
      { numRuns: 100 },
    );
  });
});

describe('the record engine', () => {
  const anyRecords: fc.Arbitrary<RecordSetup> = fc
    .record({ job: anyJob, service: fc.constantFrom('even' as const, 'exponential' as const), seed: fc.nat() })
    .map(({ job, ...rest }) => ({ ...job, ...rest, sampleMs: 500 }));

  it('conserves records to the last one, and each subtask’s times to the microsecond', () => {
    fc.assert(
      fc.property(anyRecords, (setup) => {
        const run = runRecords(setup);
        expectConserved(run, 0);
        for (const { busyUs, backPressuredUs, idleUs } of run.times)
          expect(busyUs + backPressuredUs + idleUs).toBe(durationMs * 1000);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps buffers within their bounds and nobody above capacity', () => {
    const anyEven = anyRecords.map((setup) => ({ ...setup, service: 'even' as const, incidents: [] }));
    fc.assert(
      fc.property(anyEven, (setup) => expectWithinBounds(runRecords(setup), setup, 500)),
      { numRuns: 30 },
    );
  });

  it('says the same for the same seed', () => {
    fc.assert(
      fc.property(anyRecords, (setup) => {
        expect(JSON.stringify(runRecords(setup).counts)).toBe(JSON.stringify(runRecords(setup).counts));
      }),
      { numRuns: 10 },
    );
  });

  it('comes to what the count engine says, where chance is left out', () => {
    const anyEven = fc.tuple(anyJob, fc.integer({ min: 0, max: 3 })).map(([job, lanes]) => ({
      ...job,
      // Lanes from the source on may differ; without them, partitions are as many as readers.
      source: lanes > 0 ? job.source : { ...job.source, partitions: job.source.parallelism },
      // Rounding of a selectivity and the draw of a key are chance; a buffer of one record is not a fluid's.
      operators: job.operators.map(({ name, parallelism, serviceMs, bufferRecords }, i) => ({
        name,
        ...(i < lanes ? { parallelism: job.source.parallelism, input: 'forward' as const } : { parallelism }),
        serviceMs,
        bufferRecords: bufferRecords + 9,
      })),
    }));
    fc.assert(
      fc.property(anyEven, (job) => {
        const flow = runFlow(job);
        const records = runRecords({ ...job, sampleMs: 500 });
        const written = (run: JobRun): number => run.counts.at(-1)?.processedRecords ?? 0;
        const inHand = job.operators.reduce((sum, { parallelism }) => sum + parallelism, job.source.parallelism);
        expect(Math.abs(written(flow) - written(records))).toBeLessThanOrEqual(3 * inHand + 0.02 * written(flow));
        expect(Math.abs(flow.lagRecordsAt(durationMs) - records.lagRecordsAt(durationMs))).toBeLessThanOrEqual(
          3 * inHand + 0.02 * flow.arrivedRecords,
        );
      }),
      { numRuns: 60 },
    );
  });
});
