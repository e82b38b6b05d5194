import { describe, expect, it } from 'vitest';
import { plain, runPlain, type TestProgram } from '../testing/run.ts';
import type { ConsumerRecord } from '../kafka/api.ts';
import { SinkError } from './errors.ts';

/** A thousand records at once, then whatever `use` does with them. */
async function withRecords(
  use: (records: ConsumerRecord[], context: Parameters<TestProgram>[0]) => Promise<void>,
  changes: object = {},
) {
  let isDone = false;
  const trace = await runPlain(
    async (context) => {
      await context.sleep(1_500);
      context.consumer.subscribe(['orders']);
      const records = await context.consumer.poll(100);
      await use(records, context);
      isDone = true;
    },
    {
      partitions: 1,
      durationMs: 30_000,
      traffic: { baseRecordsPerSecond: 0, spike: { fromMs: 0, toMs: 1_000, recordsPerSecond: 1_000 } },
      ...changes,
    },
    { config: { 'max.poll.records': 1_000 } },
  );
  expect(isDone).toBe(true);
  return trace;
}
const codeOf = (error: unknown) => (error instanceof SinkError ? error.code : error);

describe('the cost of a call (M4.1)', () => {
  it('is 10.1 ms for one row and 30 ms for 200', async () => {
    const trace = await withRecords(async (records, { sink }) => {
      await sink.write(records.slice(0, 1));
      await sink.write(records.slice(1, 201));
    });
    expect(trace.calls.map(({ startMs, endMs }) => Math.round((endMs - startMs) * 10) / 10)).toEqual([10.1, 30]);
  });

  it('lets k calls run at once: 8 calls of 200 rows on 4 connections take 60 ms', async () => {
    const trace = await withRecords(async (records, { sink }) => {
      await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((i) => sink.write(records.slice(i * 100, i * 100 + 100))));
    });
    const ends = trace.calls.map(({ endMs }) => endMs);
    expect(Math.max(...ends) - Math.min(...trace.calls.map(({ startMs }) => startMs))).toBe(40);
    expect(Math.max(...trace.series.sinkCalls)).toBeLessThanOrEqual(8);
  });

  it('refuses the ninth call with 429 when four run and four wait', async () => {
    await withRecords(async (records, { sink }) => {
      const answers = await Promise.allSettled(Array.from({ length: 9 }, (_, i) => sink.write([records[i]!])));
      expect(
        answers
          .filter(({ status }) => status === 'rejected')
          .map((answer) => codeOf((answer as PromiseRejectedResult).reason)),
      ).toEqual(['TOO_MANY_REQUESTS']);
    });
  });

  it('is longer while calls wait, by the contention share', async () => {
    const sink = { ...plain.sink, contentionShare: 0.5 };
    const trace = await withRecords(
      async (records, context) => {
        await Promise.all([0, 1, 2, 3, 4, 5].map((i) => context.sink.write([records[i]!])));
      },
      { sink },
    );
    const times = trace.calls.map(({ startMs, endMs }) => endMs - startMs);
    expect(times[0]).toBeCloseTo(10.1);
    expect(times[4]).toBeGreaterThan(2 * 10.1);
  });
});

describe('a failover', () => {
  const sink = { ...plain.sink, failover: { fromMs: 2_000, toMs: 4_000, connectMs: 20 } };

  it('fails calls under way at once and refuses new ones until it is over', async () => {
    await withRecords(
      async (records, { sink: db, sleep, now }) => {
        await sleep(495);
        expect(codeOf(await db.write(records.slice(0, 200)).catch((error: unknown) => error))).toBe('UNAVAILABLE');
        expect(now()).toBeLessThan(2_010);
        expect(codeOf(await db.write(records.slice(0, 200)).catch((error: unknown) => error))).toBe('UNAVAILABLE');
        await sleep(2_500);
        await db.write(records.slice(0, 200));
      },
      { sink },
    );
  });

  it('stays down for a herd in lockstep and comes back for calls that are spread (T2, M4.3)', async () => {
    const trace = await withRecords(
      async (records, { sink: db, sleep }) => {
        await sleep(3_000);
        for (let round = 0; round < 5; round++) {
          const answers = await Promise.allSettled([0, 1, 2, 3].map((i) => db.write([records[i]!])));
          expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
          await sleep(100);
        }
        await db.write([records[0]!]);
        await Promise.all([1, 2, 3].map((i) => db.write([records[i]!])));
      },
      { sink },
    );
    expect(trace.totals.written).toBe(4);
  });
});

describe('rows', () => {
  it('are all or none: one bad row fails the call, which names it', async () => {
    const trace = await withRecords(
      async (records, { sink, deadLetters }) => {
        const error = await sink.write(records).catch((refusal: unknown) => refusal);
        expect(codeOf(error)).toBe('INVALID_ROWS');
        const bad = new Set((error as SinkError).rowIndexes);
        expect(bad.size).toBeGreaterThan(0);
        for (const index of bad) expect(() => JSON.parse(records[index]!.value) as unknown).toThrow();
        await deadLetters.send(
          records.filter((_, i) => bad.has(i)),
          'bad row',
        );
        const good = records.filter((_, i) => !bad.has(i));
        expect(() => good.map(({ value }) => JSON.parse(value) as unknown)).not.toThrow();
        await sink.write(good);
      },
      { poisonShare: 0.01 },
    );
    expect(trace.totals.written + trace.totals.deadLettersBad).toBe(1_000);
    expect(trace.totals.deadLettersGood).toBe(0);
  });

  it('count twice when a record is written twice', async () => {
    const trace = await withRecords(async (records, { sink }) => {
      await sink.write(records);
      await sink.write(records.slice(0, 10));
    });
    expect([trace.totals.written, trace.totals.duplicates]).toEqual([1_000, 10]);
  });

  it('must be records that poll() returned: copies and inventions are refused with a message', async () => {
    await withRecords(async (records, { sink, deadLetters }) => {
      await expect(sink.write([{ ...records[0]! }])).rejects.toThrow(
        /element 0 is not a record that poll\(\) returned/,
      );
      await expect(sink.write('rows' as never)).rejects.toThrow(/takes an array/);
      await expect(sink.write([])).rejects.toThrow(/no records/);
      await expect(deadLetters.send(records[0]!, '')).rejects.toThrow(/needs a reason/);
      await expect(deadLetters.send({} as never, 'x')).rejects.toThrow(/record that poll\(\) returned/);
    });
  });

  it('a record cannot be changed from outside', async () => {
    await withRecords(async ([record]) => {
      expect(() => Object.assign(record!, { offset: 5 })).toThrow(TypeError);
      expect(record!.offset).toBe(0);
      expect(JSON.stringify(record)).toContain('"offset":0');
      await Promise.resolve();
    });
  });
});
