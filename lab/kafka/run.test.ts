import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, runPlain, type TestProgram } from '../testing/run.ts';
import type { ConsumerScenario } from './scenario.ts';

const mib = 1024 * 1024;
const busy: Partial<ConsumerScenario> = { durationMs: 3_000, traffic: { baseRecordsPerSecond: 2_000 } };

/** Reads, writes, commits: one after the other. */
const simple: TestProgram = async ({ consumer, sink, signal }) => {
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(50);
    if (records.length === 0) continue;
    await sink.write(records);
    await consumer.commitSync();
  }
};

describe('conservation (M0.4)', () => {
  it('holds at every sample: produced = committed + lag, and nothing is negative', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 100, max: 6_000 }), async (seed, rate) => {
        const trace = await runPlain(
          simple,
          { ...busy, traffic: { baseRecordsPerSecond: rate }, wobbleMs: 100 },
          { seed },
        );
        const { produced, committed, delivered, written, redelivered } = trace.totals;
        expect(written).toBe(committed);
        expect(delivered - redelivered).toBe(written);
        expect(produced).toBeGreaterThanOrEqual(delivered);
        for (const values of Object.values(trace.series))
          for (const value of values) expect(value).toBeGreaterThanOrEqual(0);
        const last = trace.series.lagRecords.length - 1;
        expect(trace.series.producedRecords[last]! - trace.series.lagRecords[last]!).toBeLessThanOrEqual(committed);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a run', () => {
  it('is the same for the same program, scenario and seed, and another for another seed', async () => {
    const [a, b, c] = [
      await runPlain(simple, busy, { seed: 5 }),
      await runPlain(simple, busy, { seed: 5 }),
      await runPlain(simple, busy, { seed: 6 }),
    ];
    expect(b).toEqual(a);
    expect(c.calls).not.toEqual(a.calls);
  });

  it('gives its program time of its own: timers, dates and elapsed time agree', async () => {
    const seen: number[] = [];
    await runPlain(
      async ({ timers, sleep }) => {
        const startMs = timers.nowEpochMs();
        timers.setTimeout(() => seen.push(timers.nowEpochMs() - startMs), 30);
        const id = timers.setInterval(() => seen.push(timers.elapsedMs()), 100);
        await sleep(350);
        timers.clearInterval(id);
        await sleep(500);
        timers.clearTimeout(timers.setTimeout(() => seen.push(-1), 10));
        await sleep(20);
      },
      { durationMs: 2_000 },
    );
    expect(seen).toEqual([30, 100, 200, 300]);
  });

  it('rounds a delay below one millisecond up to one, as Node does', async () => {
    const seen: number[] = [];
    await runPlain(async ({ timers, now }) => {
      await new Promise<void>((resolve) => {
        timers.setTimeout(() => resolve(), 0);
      });
      seen.push(now());
    }, {});
    expect(seen).toEqual([1]);
  });

  it('tells the program to stop, and waits for it no longer than its grace', async () => {
    const trace = await runPlain(async ({ consumer, signal }) => {
      consumer.subscribe(['orders']);
      while (!signal.aborted) await consumer.poll(100);
      for (;;) await consumer.poll(100);
    }, busy);
    expect(trace.endedMs).toBe(4_000);
    expect(trace.events.at(-1)).toMatchObject({ kind: 'end', how: 'stopped' });
  });

  it('ends when the program returns after its signal', async () => {
    const trace = await runPlain(simple, busy);
    expect(trace.endedMs).toBeLessThan(3_200);
    expect(trace.events.at(-1)).toMatchObject({ kind: 'end', how: 'returned' });
  });
});

describe('memory', () => {
  const small = { ...plain.process, limitBytes: 8 * mib, baseBytes: 2 * mib, bytesPerRecord: 2_048 };

  it('kills a process that keeps what it reads, and starts it again from its committed offsets', async () => {
    const kept: unknown[] = [];
    const trace = await runPlain(
      async ({ consumer, signal }) => {
        consumer.subscribe(['orders']);
        while (!signal.aborted) kept.push(...(await consumer.poll(50)));
      },
      { ...busy, traffic: { baseRecordsPerSecond: 4_000 }, process: small },
    );
    const deaths = trace.events.filter((event) => event.kind === 'end' && event.how === 'out-of-memory');
    expect(deaths.length).toBeGreaterThanOrEqual(1);
    expect(deaths[0]).toMatchObject({ lost: 0 });
    expect(trace.totals.redelivered).toBeGreaterThan(0);
    expect(Math.max(...trace.series.heapBytes)).toBeLessThanOrEqual(8 * mib);
  });

  it('gives up after the restarts that the scenario allows', async () => {
    const trace = await runPlain(
      async ({ consumer }) => {
        consumer.subscribe(['orders']);
        for (;;) await consumer.poll(50);
      },
      {
        durationMs: 60_000,
        traffic: { baseRecordsPerSecond: 4_000 },
        process: { ...small, restartMs: 100, mostRestarts: 2 },
      },
    );
    expect(trace.events.filter(({ kind }) => kind === 'start')).toHaveLength(3);
  });

  it('costs more garbage collection the fuller it is', async () => {
    const trace = await runPlain(
      async ({ consumer, signal }) => {
        consumer.subscribe(['orders']);
        while (!signal.aborted) await consumer.poll(50);
      },
      { durationMs: 1_000, traffic: { baseRecordsPerSecond: 2_500 }, process: small },
    );
    const { gcShare } = trace.series;
    for (let i = 1; i < gcShare.length; i++) expect(gcShare[i]!).toBeGreaterThanOrEqual(gcShare[i - 1]!);
    expect(gcShare.at(-1)!).toBeGreaterThan(0.05);
  });
});

describe('a crash', () => {
  it('rolls back calls under way and reads again what was not committed', async () => {
    const trace = await runPlain(simple, { ...busy, killAtMs: 1_505 });
    expect(trace.calls.filter(({ outcome }) => outcome === 'cut-off').length).toBeLessThanOrEqual(1);
    expect(trace.totals.lost).toBe(0);
    expect(trace.totals.duplicates).toBeLessThanOrEqual(trace.totals.redelivered);
    expect(trace.events.filter(({ kind }) => kind === 'start')).toHaveLength(2);
  });

  it('loses what was committed and not written', async () => {
    const trace = await runPlain(
      async ({ consumer, sink, signal }) => {
        consumer.subscribe(['orders']);
        while (!signal.aborted) {
          const records = await consumer.poll(50);
          await consumer.commitSync();
          if (records.length > 0) await sink.write(records);
        }
      },
      { ...busy, sink: { ...plain.sink, callMs: 300 }, killAtMs: 1_500 },
    );
    expect(trace.totals.lost).toBeGreaterThan(0);
  });

  it('never lets a dead life run on', async () => {
    const said: string[] = [];
    let life = 0;
    await runPlain(
      async ({ sleep }) => {
        const me = ++life;
        for (let i = 0; i < 30; i++) {
          await sleep(100);
          said.push(`${me}`);
        }
      },
      { ...busy, killAtMs: 1_050 },
    );
    expect(said.lastIndexOf('1')).toBe(9);
    expect(said.slice(10).every((text) => text === '2')).toBe(true);
  });
});

describe('errors', () => {
  it('of a simulated system that nothing catches end the process, which starts again', async () => {
    const trace = await runPlain(
      async ({ consumer, sink, signal }) => {
        consumer.subscribe(['orders']);
        while (!signal.aborted) {
          const records = await consumer.poll(100);
          if (records.length > 0) await sink.write(records);
        }
      },
      { ...busy, poisonShare: 0.01 },
    );
    expect(trace.events.find(({ kind }) => kind === 'end')).toMatchObject({ how: 'threw', error: 'SinkError' });
  });

  it('of the program itself end the run, with the time', async () => {
    const broken = runPlain(async ({ sleep }) => {
      await sleep(250);
      throw new TypeError('undefined is not a function');
    }, busy);
    await expect(broken).rejects.toMatchObject({ name: 'ProgramFailure', phase: 'run', atMs: 250 });
  });

  it('of settings name the setting and what it takes', async () => {
    const messageOf = async (config: object) => {
      const failure: unknown = await runPlain(simple, busy, { config }).catch((error: unknown) => error);
      return String((failure as Error).cause);
    };
    expect(await messageOf({ 'max.poll.record': 5 })).toMatch(/Unknown setting 'max.poll.record'.*max.poll.records/s);
    expect(await messageOf({ 'max.poll.records': '500' })).toMatch(/whole number of at least 1, not "500"/);
    expect(await messageOf({ 'enable.auto.commit': 'no' })).toMatch(/true or false/);
    expect(await messageOf({ 'max.poll.interval.ms': 600_000 })).toMatch(/at most 300000 on this platform/);
  });
});
