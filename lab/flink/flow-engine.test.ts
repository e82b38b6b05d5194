import { describe, expect, it } from 'vitest';
import { findBottleneck } from './bottleneck.ts';
import { runFlow } from './flow-engine.ts';
import type { FlowSetup } from './flow-plan.ts';
import type { FlowRun } from './flow-readings.ts';

const s = 1_000;

/** Seed scenario "heavy enrichment": 10,000/s, and an enrichment that blocks for 2 ms; 10,000 records of buffer before it. */
function heavy(enrichers: number, bufferRecords = 10_000): FlowSetup {
  return {
    source: { parallelism: 4, serviceMs: 0.01, partitions: 12 },
    operators: [
      { name: 'map', parallelism: 4, serviceMs: 0.02, bufferRecords: 500 },
      { name: 'enrich', parallelism: enrichers, serviceMs: 2, bufferRecords: bufferRecords / enrichers },
      { name: 'sink', parallelism: 4, serviceMs: 0.05, bufferRecords: 500 },
    ],
    traffic: [{ fromMs: 0, recordsPerSecond: 10_000 }],
    durationMs: 60 * s,
  };
}
const checkpoint = {
  intervalMs: 10 * s,
  mode: 'aligned' as const,
  timeoutMs: 600 * s,
  stateBytes: 100_000_000,
  recordBytes: 1_000,
  storageBytesPerSecond: 100_000_000,
};

/** Means over an operator's subtasks in a span: busy, back-pressured, idle. */
function timesOf(run: FlowRun, fromMs: number, toMs: number): Record<string, number[]> {
  return Object.fromEntries(
    run.readingsBetween(fromMs, toMs).map(({ name, parallelism, subtasks }) => {
      const mean = (pick: (reading: (typeof subtasks)[number]) => number): number =>
        subtasks.reduce((sum, reading) => sum + pick(reading) * reading.subtasks.length, 0) / parallelism;
      return [
        name,
        [mean((r) => r.busyMsPerSecond), mean((r) => r.backPressuredMsPerSecond), mean((r) => r.idleMsPerSecond)].map(
          (ms) => Math.round(ms * 10) / 10,
        ),
      ];
    }),
  );
}

describe('M3.3 heavy enrichment in the count engine', () => {
  it('settles at X = 4,000 with the Kafka lag growing by 6,000 a second', () => {
    const run = runFlow(heavy(8));
    expect(timesOf(run, 30 * s, 60 * s)).toEqual({
      source: [10, 990, 0],
      map: [20, 980, 0],
      enrich: [1000, 0, 0],
      sink: [50, 0, 950],
    });
    expect((run.lagRecordsAt(60 * s) - run.lagRecordsAt(30 * s)) / 30).toBeCloseTo(6_000, 6);
    expect(findBottleneck(run.readingsBetween(30 * s, 60 * s))).toEqual({
      kind: 'operator',
      operator: 'enrich',
      cause: 'capacity',
    });
  });

  it('holds nobody back with ×24', () => {
    const run = runFlow(heavy(24, 24_000));
    expect(timesOf(run, 30 * s, 60 * s)).toEqual({
      source: [25, 0, 975],
      map: [50, 0, 950],
      enrich: [833.3, 0, 166.7],
      sink: [125, 0, 875],
    });
    expect(findBottleneck(run.readingsBetween(30 * s, 60 * s))).toEqual({ kind: 'none' });
  });

  it('turns the map black after 1.67 s, and the source a map’s buffer later', () => {
    const run = runFlow(heavy(8));
    const [first, second] = run.stretches;
    expect((first?.toMs ?? 0) / s).toBeCloseTo(10_000 / 6_000, 9);
    expect(((second?.toMs ?? 0) - (first?.toMs ?? 0)) / s).toBeCloseTo(2_000 / 6_000, 6);
  });

  it('delivers no more with twice the buffer: 4,000 a second, and 10,000 records more that wait', () => {
    const [small, large] = [runFlow(heavy(8)), runFlow(heavy(8, 20_000))];
    const written = (run: FlowRun): number => run.counts.at(-1)?.processedRecords ?? 0;
    expect(written(large)).toBeCloseTo(written(small), 3);
    expect(small.lagRecordsAt(60 * s) - large.lagRecordsAt(60 * s)).toBeCloseTo(10_000, 3);
  });
});

describe('M3.6 skew in the count engine', () => {
  it('lets 1,250 a second through with 40 % in one subtask: task busy 1000, the other seven 214', () => {
    const setup = heavy(8);
    const skewed = setup.operators.map((operator) =>
      operator.name === 'enrich' ? { ...operator, input: 'hash' as const, keys: { hotShare: 0.4 } } : operator,
    );
    const run = runFlow({ ...setup, operators: skewed });
    const [, , enrich, sink] = run.readingsBetween(40 * s, 60 * s);
    expect(enrich?.subtasks.map(({ busyMsPerSecond }) => Math.round(busyMsPerSecond))).toEqual([1000, 214]);
    expect((sink?.subtasks[0]?.numRecordsInPerSecond ?? 0) * 4).toBeCloseTo(1_250, 6);
    expect(findBottleneck(run.readingsBetween(40 * s, 60 * s))).toMatchObject({ operator: 'enrich', cause: 'skew' });
  });
});

describe('incidents and the network', () => {
  it('makes everything black up to a sink that slows down, and drains its lag afterwards', () => {
    const run = runFlow({
      ...heavy(24, 24_000),
      incidents: [{ operator: 'sink', fromMs: 10 * s, toMs: 20 * s, serviceMs: 4 }],
      durationMs: 120 * s,
    });
    const at18s = timesOf(run, 18 * s, 19 * s);
    expect(at18s['sink']).toEqual([1000, 0, 0]);
    for (const name of ['source', 'map', 'enrich']) expect(at18s[name]?.[1]).toBeGreaterThan(500);
    expect(findBottleneck(run.readingsBetween(18 * s, 19 * s))).toMatchObject({ operator: 'sink' });
    // Nine tenths of the offered rate queue up for 10 s; the enrichment has 2,000/s to spare.
    const peak = run.lagRecordsAt(20 * s);
    expect(peak).toBeCloseTo(90_000 - 28_000, -3);
    expect(run.lagRecordsAt(120 * s)).toBe(0);
  });

  it('points to the network when what follows has nothing to do', () => {
    const setup = heavy(24, 24_000);
    const operators = setup.operators.map((operator) =>
      operator.name === 'enrich' ? { ...operator, networkPerSecond: 5_000 } : operator,
    );
    const run = runFlow({ ...setup, operators });
    expect(timesOf(run, 30 * s, 60 * s)['enrich']).toEqual([416.7, 0, 583.3]);
    expect(findBottleneck(run.readingsBetween(30 * s, 60 * s))).toEqual({ kind: 'network-or-external', after: 'map' });
    expect((run.lagRecordsAt(60 * s) - run.lagRecordsAt(30 * s)) / 30).toBeCloseTo(5_000, 6);
  });

  it('leaves surplus readers of a source idle (F23)', () => {
    const setup = heavy(24, 24_000);
    const run = runFlow({ ...setup, source: { parallelism: 6, serviceMs: 0.01, partitions: 4 } });
    const [source] = run.readingsBetween(30 * s, 60 * s);
    expect(source?.subtasks.map(({ subtasks }) => subtasks)).toEqual([
      [0, 1, 2, 3],
      [4, 5],
    ]);
    expect(source?.subtasks[1]?.idleMsPerSecond).toBe(1000);
  });
});

describe('forward edges', () => {
  // Reader 0 has two of three partitions, and each lane serves 500/s.
  const lanes: FlowSetup = {
    source: { parallelism: 2, serviceMs: 0.1, partitions: 3 },
    operators: [
      { name: 'map', parallelism: 2, serviceMs: 2, bufferRecords: 50, input: 'forward' },
      { name: 'sink', parallelism: 4, serviceMs: 0.1, bufferRecords: 50 },
    ],
    traffic: [{ fromMs: 0, recordsPerSecond: 1_200 }],
    durationMs: 60 * s,
  };

  it('hold up only the lane whose subtask is full: the other goes on with its 400/s', () => {
    const [source, map, sink] = runFlow(lanes).readingsBetween(30 * s, 60 * s);
    const rates = (operator: typeof map): number[] =>
      operator?.subtasks.map(({ numRecordsInPerSecond }) => Math.round(numRecordsInPerSecond)) ?? [];
    expect([rates(source), rates(map), rates(sink)]).toEqual([[500, 400], [500, 400], [225]]);
    expect(source?.subtasks.map(({ backPressuredMsPerSecond }) => Math.round(backPressuredMsPerSecond))).toEqual([
      950, 0,
    ]);
  });

  it('share what a slow sink behind them lets in', () => {
    const operators = lanes.operators.map((one) => (one.name === 'sink' ? { ...one, serviceMs: 10 } : one));
    const run = runFlow({ ...lanes, operators });
    const [source] = run.readingsBetween(30 * s, 60 * s);
    expect(source?.subtasks.map(({ numRecordsInPerSecond }) => Math.round(numRecordsInPerSecond))).toEqual([200, 200]);
    expect(run.stretches.length).toBeLessThan(20);
  });

  it('take no network limit, for they stay in their slot', () => {
    const operators = lanes.operators.map((one) => (one.name === 'map' ? { ...one, networkPerSecond: 5 } : one));
    expect(() => runFlow({ ...lanes, operators })).toThrow('stays in its slot');
  });
});

describe('rescaling', () => {
  const cost = { ...heavy(8), checkpoint, restartMs: 20 * s, durationMs: 400 * s };
  const more = { atMs: 93 * s, operator: 'enrich', parallelism: 24 };

  it('from a checkpoint reads again what came since it began, and writes it twice', () => {
    const run = runFlow({ ...cost, rescales: [{ ...more, from: 'checkpoint' }] });
    const [restart] = run.restarts;
    // The checkpoint of 90 s still waits behind the buffers: the last completed one began at 80 s, and its barrier passed
    // the sink at 83 s.
    expect(restart).toMatchObject({ stoppedMs: 93 * s, runningMs: 113 * s, parallelisms: [4, 4, 24, 4] });
    expect(restart?.readAgainRecords).toBeCloseTo(4_000 * (93 - 80), 3);
    expect(restart?.duplicateRecords).toBeCloseTo(4_000 * (93 - 83), 3);
    expect(run.isDownBetween(100 * s, 101 * s)).toBe(true);
    expect(run.lagRecordsAt(400 * s)).toBeLessThan(run.lagRecordsAt(113 * s));
  });

  it('writes nothing twice with a transactional sink', () => {
    const run = runFlow({ ...cost, rescales: [{ ...more, from: 'checkpoint' }], isSinkTransactional: true });
    expect(run.restarts[0]?.duplicateRecords).toBe(0);
    expect(run.restarts[0]?.readAgainRecords).toBeGreaterThan(0);
  });

  it('from a savepoint first works off what is in flight, then repeats nothing', () => {
    const run = runFlow({ ...cost, rescales: [{ ...more, from: 'savepoint' }] });
    // 12,000 records in the buffers at 4,000/s, then 20 s of restart.
    expect(run.restarts[0]?.runningMs).toBeCloseTo(93 * s + 3 * s + 20 * s, 3);
    expect(run.restarts[0]).toMatchObject({ readAgainRecords: 0, duplicateRecords: 0 });
    expect(run.readAgainRecords).toBe(0);
    expect(run.counts.every(({ discardedRecords }) => discardedRecords === 0)).toBe(true);
  });

  it('does nothing for more TaskManagers at a fixed parallelism (F33)', () => {
    const cluster = {
      scheduler: 'default' as const,
      taskManagers: 2,
      slotsPerTaskManager: 4,
      changes: [{ atMs: 95 * s, taskManagers: 6 }],
    };
    const run = runFlow({ ...cost, cluster });
    expect(run.restarts).toEqual([]);
    expect(run.withoutEffect).toEqual([{ atMs: 95 * s, taskManagers: 6 }]);
    const reactive = runFlow({ ...cost, cluster: { ...cluster, scheduler: 'reactive' } });
    expect(reactive.restarts[0]?.parallelisms).toEqual([24, 24, 24, 24]);
  });

  it('takes several rescales of an instant as one restart', () => {
    const setup = heavy(8);
    const operators = setup.operators.map((operator) =>
      operator.name === 'sink' ? { ...operator, parallelism: 8, input: 'forward' as const } : operator,
    );
    const rescales = ['enrich', 'sink'].map((operator) => ({
      atMs: 10 * s,
      operator,
      parallelism: 16,
      from: 'savepoint' as const,
    }));
    expect(runFlow({ ...setup, operators, rescales }).restarts.length).toBe(1);
    expect(() => runFlow({ ...setup, operators, rescales: rescales.slice(0, 1) })).toThrow('forward needs the same');
  });
});

describe('checkpoints under backpressure (F6)', () => {
  const lengthsMs = (run: FlowRun): number[] =>
    run.checkpoints.map(({ startedMs, endedMs }) => Math.round(endedMs - startedMs));

  it('put records back into fewer subtasks than took them: the pool is full, never more', () => {
    const run = runFlow({
      ...heavy(8),
      checkpoint: { ...checkpoint, mode: 'unaligned' },
      rescales: [{ atMs: 30 * s, operator: 'enrich', parallelism: 1, from: 'checkpoint' }],
      restartMs: 1 * s,
    });
    const enrich = run.readingsBetween(31.5 * s, 32 * s)[2]?.subtasks[0];
    expect(enrich?.inPoolUsage).toBe(1);
    expect(enrich?.waitingRecords).toBeGreaterThan(9_000);
  });

  it('take as long as the buffers in front of an aligned barrier, besides the upload', () => {
    const run = runFlow({ ...heavy(8), checkpoint });
    // 12,000 records at 4,000/s, one record at work in each operator, 100 MB at 100 MB/s.
    expect(lengthsMs(run).at(-1)).toBe(3_000 + 2 + 1_000);
    expect(lengthsMs(runFlow({ ...heavy(24, 24_000), checkpoint })).at(-1)).toBe(1_002);
  });

  it('overtake the records when unaligned, and write them too', () => {
    const run = runFlow({ ...heavy(8), checkpoint: { ...checkpoint, mode: 'unaligned' } });
    // 12,000 records of 1,000 bytes are 12 MB more to write.
    expect(lengthsMs(run).at(-1)).toBe(2 + 1_120);
  });

  it('expire when the buffers are too deep for the timeout', () => {
    const run = runFlow({ ...heavy(8, 40_000), checkpoint: { ...checkpoint, timeoutMs: 5 * s } });
    expect(run.checkpoints.map(({ outcome }) => outcome)).toContain('expired');
  });

  it('wait for the slowest subtask: a hot one delays them all', () => {
    const setup = heavy(8, 8_000);
    const operators = setup.operators.map((operator) =>
      operator.name === 'enrich' ? { ...operator, input: 'hash' as const, keys: { hotShare: 0.4 } } : operator,
    );
    // 2,000 records before the map's barrier leave at 1,250/s, then 1,000 before the hot subtask's at 500/s.
    const run = runFlow({ ...setup, operators, checkpoint });
    expect(lengthsMs(run).at(-1)).toBe(1_600 + 2_000 + 2 + 1_000);
  });
});

describe('input that cannot be meant', () => {
  it('is refused with what to write instead', () => {
    const setup = heavy(8);
    expect(() => runFlow({ ...setup, operators: [] })).toThrow('at least a sink');
    expect(() => runFlow({ ...setup, traffic: [{ fromMs: 5, recordsPerSecond: 1 }] })).toThrow('fromMs 0');
    expect(() => runFlow({ ...setup, rescales: [{ atMs: 1, parallelism: 2, from: 'checkpoint' }] })).toThrow(
      'add checkpoint',
    );
    expect(() => runFlow({ ...setup, incidents: [{ operator: 'x', fromMs: 1, toMs: 2, serviceMs: 1 }] })).toThrow(
      'no such operator',
    );
    expect(() => runFlow(setup).lagRecordsAt(70 * s)).toThrow('a time of the run');
    expect(() => runFlow(setup).readingsBetween(5, 5)).toThrow('is empty');
  });
});
