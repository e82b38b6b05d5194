import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runPlain } from '../testing/run.ts';
import type { ConsumerRecord } from './api.ts';
import { CommitFailedException, ConcurrentModificationException } from './errors.ts';

const idle = { traffic: { baseRecordsPerSecond: 0 } };
/** A backlog of `records` in each partition before anyone reads, and nothing after. */
const backlog = (records: number, partitions: number) => ({
  partitions,
  durationMs: 20_000,
  traffic: { baseRecordsPerSecond: 0, spike: { fromMs: 0, toMs: 1_000, recordsPerSecond: records * partitions } },
});
const spread = (records: readonly ConsumerRecord[]) => {
  const counts: Record<number, number> = {};
  for (const { partition } of records) counts[partition] = (counts[partition] ?? 0) + 1;
  return counts;
};

describe('lag (M1.2)', () => {
  it('is 500 to the committed offset and 100 to the position, with the log at 1,000', async () => {
    let seen: number[] = [];
    await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        const first = await consumer.poll(100);
        await consumer.commitSync();
        const second = await consumer.poll(100);
        const [tp] = consumer.assignment();
        const position = consumer.position(tp!);
        const committed = consumer.committed(tp!) ?? 0;
        seen = [
          first.length,
          second.length,
          position,
          committed,
          consumer.currentLag(tp!),
          position + consumer.currentLag(tp!) - committed,
        ];
      },
      {
        partitions: 1,
        durationMs: 3_000,
        traffic: { baseRecordsPerSecond: 0, spike: { fromMs: 0, toMs: 1_000, recordsPerSecond: 1_000 } },
      },
      { config: { 'max.poll.records': 500, 'max.partition.fetch.bytes': 900 * 1_024 } },
    );
    // 900 records fit one fetch: 500, then the remaining 400; position 900, committed 500, log end 1,000.
    expect(seen).toEqual([500, 400, 900, 500, 100, 500]);
  });
});

describe('poll and prefetch (M1.3)', () => {
  it('drains one fetch after the other: 500, 500, 24 + 476, 500, 48', async () => {
    const polls: Record<number, number>[] = [];
    await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        await consumer.poll(0);
        consumer.pause([]);
        await sleep(50);
        for (let i = 0; i < 5; i++) polls.push(spread(await consumer.poll(0)));
      },
      backlog(1_024, 2),
    );
    expect(polls).toEqual([{ 0: 500 }, { 0: 500 }, { 0: 24, 1: 476 }, { 1: 500 }, { 1: 48 }]);
  });

  it('buffers 6,144 records of six partitions although max.poll.records is 500', async () => {
    const trace = await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        await consumer.poll(0);
        await sleep(1_000);
      },
      backlog(5_000, 6),
    );
    expect(Math.max(...trace.series.bufferedRecords)).toBe(6_144);
  });

  it('takes as many records in one fetch as max.partition.fetch.bytes holds: 1,024 of 1 KiB in 1 MiB', async () => {
    let first = 0;
    await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        first = (await consumer.poll(100)).length;
      },
      backlog(5_000, 1),
      { config: { 'max.poll.records': 10_000 } },
    );
    expect(first).toBe(1_024);
  });

  it('waits for the next record, and no longer than its timeout', async () => {
    const waits: number[] = [];
    await runPlain(
      async ({ consumer, now }) => {
        consumer.subscribe(['orders']);
        expect(await consumer.poll(250)).toEqual([]);
        waits.push(now());
      },
      { ...idle, durationMs: 1_000 },
    );
    expect(waits).toEqual([250]);
  });

  it('waits for fetch.min.bytes, at most fetch.max.wait.ms', async () => {
    const sizes: number[] = [];
    await runPlain(
      async ({ consumer }) => {
        consumer.subscribe(['orders']);
        for (let i = 0; i < 3; i++) sizes.push((await consumer.poll(5_000)).length);
      },
      { partitions: 1 },
      { config: { 'fetch.min.bytes': 100 * 1_024 } },
    );
    for (const size of sizes) expect(size).toBeGreaterThanOrEqual(100);
  });

  it('refuses a second poll while one is under way', async () => {
    await runPlain(async ({ consumer }) => {
      consumer.subscribe(['orders']);
      const first = consumer.poll(100);
      await expect(consumer.poll(100)).rejects.toThrow(ConcurrentModificationException);
      await first;
    }, idle);
  });
});

describe('the poll deadline (M1.5)', () => {
  it('evicts after 300 s of a 350 s batch; the commit fails, and its 500 records come again', async () => {
    let refused: unknown;
    let again = 0;
    const trace = await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        const batch = await consumer.poll(100);
        await sleep(700 * batch.length);
        refused = await consumer.commitSync().catch((error: unknown) => error);
        for (let i = 0; again < 500 && i < 20; i++) again += (await consumer.poll(1_000)).length;
      },
      { ...backlog(500, 1), durationMs: 400_000 },
      { host: { sampleMs: 10_000 } },
    );
    expect(refused).toBeInstanceOf(CommitFailedException);
    expect(again).toBe(500);
    expect(trace.totals.redelivered).toBe(500);
    const evicted = trace.events.find(({ kind }) => kind === 'evicted');
    expect((evicted?.atMs ?? 0) - 1_500).toBeCloseTo(300_000, -2);
  });

  it('leaves a batch of 200 alone: 140 s', async () => {
    const trace = await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        const batch = await consumer.poll(100);
        await sleep(700 * batch.length);
        await consumer.commitSync();
      },
      { ...backlog(500, 1), durationMs: 200_000 },
      { config: { 'max.poll.records': 200 }, host: { sampleMs: 10_000 } },
    );
    expect(trace.events.some(({ kind }) => kind === 'evicted')).toBe(false);
    expect(trace.totals.committed).toBe(200);
  });
});

describe('pause and resume (M1.6)', () => {
  it('keeps what is fetched, fetches nothing more, and gives it first on resume', async () => {
    const sizes: number[] = [];
    let lagWhilePaused = 0;
    await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        sizes.push((await consumer.poll(100)).length);
        consumer.pause(consumer.assignment());
        for (let i = 0; i < 10; i++) sizes.push((await consumer.poll(100)).length);
        lagWhilePaused = consumer.currentLag(consumer.assignment()[0]!);
        consumer.resume(consumer.paused());
        sizes.push((await consumer.poll(0)).length, (await consumer.poll(0)).length);
      },
      backlog(5_000, 1),
    );
    expect(sizes).toEqual([500, ...Array.from({ length: 10 }, () => 0), 500, 24]);
    expect(lagWhilePaused).toBe(4_500);
  });

  it('is no reason for a rebalance when polled each second for ten minutes', async () => {
    const trace = await runPlain(
      async ({ consumer }) => {
        consumer.subscribe(['orders']);
        await consumer.poll(100);
        consumer.pause(consumer.assignment());
        for (let i = 0; i < 600; i++) await consumer.poll(1_000);
        expect(consumer.assignment()).toHaveLength(2);
      },
      { ...idle, durationMs: 700_000 },
      { host: { sampleMs: 10_000 } },
    );
    expect(trace.events.some(({ kind }) => kind === 'evicted')).toBe(false);
  });

  it('evicts when it is not polled for 301 s', async () => {
    const trace = await runPlain(
      async ({ consumer, sleep }) => {
        consumer.subscribe(['orders']);
        await consumer.poll(100);
        consumer.pause(consumer.assignment());
        await sleep(301_000);
      },
      { ...idle, durationMs: 400_000 },
      { host: { sampleMs: 10_000 } },
    );
    expect(trace.events.filter(({ kind }) => kind === 'evicted')).toHaveLength(1);
  });

  it('does not survive a rebalance: partitions come back unpaused, and the listener hears of both', async () => {
    const heard: string[] = [];
    await runPlain(
      async ({ consumer, sleep }) => {
        consumer.subscribe(['orders'], {
          onPartitionsAssigned: (partitions) => void heard.push(`assigned ${partitions.length}`),
          onPartitionsLost: (partitions) => void heard.push(`lost ${partitions.length}`),
        });
        await consumer.poll(100);
        consumer.pause(consumer.assignment());
        await sleep(301_000);
        await consumer.poll(5_000);
        heard.push(`paused ${consumer.paused().length}`);
      },
      { ...idle, durationMs: 400_000 },
      { host: { sampleMs: 10_000 } },
    );
    expect(heard).toEqual(['assigned 2', 'lost 2', 'assigned 2', 'paused 0']);
  });
});

describe('offsets', () => {
  it('auto-commit, on by default as in Kafka, commits what was handed over and not yet written', async () => {
    const trace = await runPlain(
      async ({ consumer, signal }) => {
        consumer.subscribe(['orders']);
        while (!signal.aborted) await consumer.poll(100);
      },
      {},
      { config: { 'enable.auto.commit': true } },
    );
    expect(trace.totals.committed).toBeGreaterThan(3_000);
    expect(trace.totals.lost).toBe(trace.totals.committed);
  });

  it('seek reads from there, in order and without a gap', async () => {
    let offsets: number[] = [];
    await runPlain(
      async ({ consumer, sleep }) => {
        await sleep(1_500);
        consumer.subscribe(['orders']);
        await consumer.poll(100);
        consumer.seek(consumer.assignment()[0]!, 10);
        offsets = (await consumer.poll(100)).map(({ offset }) => offset);
      },
      backlog(1_000, 1),
    );
    expect(offsets).toEqual(Array.from({ length: 500 }, (_, i) => i + 10));
  });

  it('says what is wrong with a call', async () => {
    await runPlain(async ({ consumer }) => {
      await expect(consumer.poll(100)).rejects.toThrow(/subscribe\(\['orders'\]\) first/);
      expect(() => consumer.subscribe(['order'])).toThrow(/Unknown topic 'order'/);
      consumer.subscribe(['orders']);
      await expect(consumer.poll(Number.NaN)).rejects.toThrow(/longest time to wait/);
      await consumer.poll(10);
      expect(() => consumer.pause([{ topic: 'orders', partition: 9 }])).toThrow(/partition 9 is not assigned/);
      await expect(consumer.commitSync([{ topic: 'orders', partition: 0, offset: -1 }])).rejects.toThrow(
        /whole partition and offset/,
      );
      await expect(consumer.commitSync([{ topic: 'orders', partition: 0, offset: 99 }])).rejects.toThrow(
        /past the end/,
      );
      await consumer.close();
      await expect(consumer.poll(10)).rejects.toThrow(/closed/);
    }, idle);
  });

  it('hands each record over once and in order, whatever the sizes of polls and fetches', async () => {
    const sizes = fc.record({ poll: fc.integer({ min: 1, max: 700 }), fetchKiB: fc.integer({ min: 1, max: 300 }) });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ poll, fetchKiB }) => {
        const next = [0, 0, 0];
        const trace = await runPlain(
          async ({ consumer, signal }) => {
            consumer.subscribe(['orders']);
            while (!signal.aborted) {
              for (const { partition, offset } of await consumer.poll(50)) {
                expect(offset).toBe(next[partition]);
                next[partition] = offset + 1;
              }
            }
          },
          { partitions: 3, durationMs: 1_000 },
          { config: { 'max.poll.records': poll, 'max.partition.fetch.bytes': fetchKiB * 1_024 } },
        );
        expect(trace.totals.delivered).toBe(next.reduce((a, b) => a + b, 0));
      }),
      { numRuns: 25 },
    );
  });
});
