// Where the prose puts a number into words, the words have to hold.
import { expect, test } from 'vitest';
import * as n from './cap-intake-and-protect-downstream.numbers.ts';

test('the spike leaves 35,000 records behind, gone 6.4 s after it', () => {
  expect(n.peak.member).toBe(15_000);
  expect(n.usual.member).toBe(n.base.traffic.baseRecordsPerSecond);
  expect(n.spike.backlog).toBeCloseTo(35_000, 3);
  expect(n.inSeconds(n.spike.drainMs)).toBe('6.4 s');
  expect(n.minute.backlog).toBeCloseTo(300_000, 3);
  expect(n.minute.drainMs).toBeCloseTo(40_000, 3);
});

test('calls of 200 rows are worth 67 of one row; 1,000 bring a third more and take nearly four times as long', () => {
  expect([n.single.one, n.batch.one, n.batch.all].map(Math.round)).toEqual([99, 6_667, 26_667]);
  expect(n.huge.all / n.batch.all).toBeCloseTo(4 / 3, 1);
  expect(n.huge.ms / n.batch.ms).toBeGreaterThan(3.5);
  expect(n.huge.ms / n.batch.ms).toBeLessThan(4);
  expect(n.batch.one).toBeLessThan(n.peak.member / 2);
});

test('the clock flushes on a quiet day, the size in the spike', () => {
  expect([n.calmFlush.trigger, n.spikeFlush.trigger]).toEqual(['time', 'size']);
  expect([n.calmFlush.recordsPerFlush, n.spikeFlush.flushesPerSecond, n.crossover]).toEqual([125, 75, 4_000]);
});

test('the sink takes four calls, keeps four waiting and refuses the ninth', () => {
  expect([n.connections, n.base.sink.waiting]).toEqual([4, 4]);
});

test('the bound, what is fetched ahead, and what the heap leaves for the queue', () => {
  expect(n.queueBound).toBe(8_499);
  expect(n.prefetch).toEqual({ perPartition: 1_024, records: 6_144, bytes: 6 * 1024 ** 2 });
  expect(n.marks.highMarkRecords / n.room.queue).toBeCloseTo(0.5, 1);
});

test('retries: 1.75 calls of every one, three in an outage, a tenth more within a budget', () => {
  expect([n.attempts.half, n.attempts.outage]).toEqual([1.75, 3]);
  expect([n.budget.within, n.budget.without]).toEqual([990, 2_700].map((calls) => expect.closeTo(calls, 6)));
});

test('groups grow in steps, and a full sink takes no more from more members', () => {
  expect(n.groups.map(({ backlog }) => Math.round(backlog))).toEqual([24_000_000, 12_000_000, 0, 0]);
  expect(n.busiest).toEqual([2, 2, 2, 1]);
  expect(n.sinkBound).toBeCloseTo(50_000, 3);
});
