import { describe, expect, it } from 'vitest';
import { fate, SourceLog, type SourceSpec } from './source-log.ts';

const spec: SourceSpec = {
  topic: 'orders',
  partitions: 4,
  arrivals: [{ fromMs: 0, recordsPerSecond: 1_000 }],
  customers: 20,
};
const open = (changes: Partial<SourceSpec> = {}, seed = 1) =>
  new SourceLog({ spec: { ...spec, ...changes }, seed, epochMs: 1_000_000, untilMs: 20_000 });
const records = (log: SourceLog, count = 1_000) => Array.from({ length: count }, (_, offset) => log.record(0, offset));

describe('the topic of a job', () => {
  it('depends on the seed alone, and holds orders as JSON', () => {
    expect(open().record(2, 17)).toEqual(open().record(2, 17));
    expect(open({}, 2).record(2, 17)).not.toEqual(open().record(2, 17));
    expect(JSON.parse(open().record(2, 17).value)).toMatchObject({ order: '2-17', customer: open().record(2, 17).key });
  });

  it('spreads its traffic evenly, or by weight, or not at all over a partition that has fallen silent', () => {
    expect(open().endOffset(3, 2_000)).toBe(500);
    expect(open({ partitionWeights: [1, 0, 0, 3] }).endOffset(3, 2_000)).toBe(1_500);
    const silent = open({ silence: { fromMs: 1_000, partitions: 1 } });
    expect([silent.endOffset(2, 2_000), silent.endOffset(3, 2_000)]).toEqual([500, 250]);
    expect(silent.arrivalMs(3, 250)).toBe(Infinity);
    expect(() => open({ partitionWeights: [1] })).toThrow('holds 1 weights');
  });

  it('has a hot customer, unreadable records and guests, each with its share', () => {
    const log = open({ hotCustomerShare: 0.4, unreadableShare: 0.05, guestShare: 0.1 });
    const all = records(log);
    const shareOf = (is: (record: (typeof all)[number]) => boolean) => all.filter(is).length / all.length;
    expect(shareOf(({ key }) => key === 'customer-0')).toBeCloseTo(0.36, 1);
    expect(shareOf(({ value }) => !value.endsWith('}'))).toBeCloseTo(0.05, 1);
    expect(shareOf(({ key }) => key.startsWith('guest-'))).toBeCloseTo(0.1, 1);
    const bad = all.filter((_, offset) => log.isBad(log.numberOf(0, offset)));
    expect(bad.every(({ key, value }) => key.startsWith('guest-') || !value.endsWith('}'))).toBe(true);
  });

  it('lets event times lie before the arrival, within the disorder but for those that are late', () => {
    const log = open({ disorderMs: 200, late: { share: 0.1, byMs: 5_000 } });
    const before = records(log).map(({ timestamp }, offset) => 1_000_000 + log.arrivalMs(0, offset) - timestamp);
    expect(Math.min(...before)).toBeGreaterThanOrEqual(0);
    const late = before.filter((ms) => ms > 201);
    expect(late.length / before.length).toBeCloseTo(0.1, 1);
    expect(late.every((ms) => ms >= 5_000 && ms <= 5_201)).toBe(true);
  });

  it('remembers what became of each record', () => {
    const log = open();
    expect(log.mark(log.numberOf(1, 5), fate.written)).toBe(true);
    expect(log.mark(log.numberOf(1, 5), fate.written)).toBe(false);
    expect(log.mark(-1, fate.written)).toBe(false);
    expect(log.count([0, 6, 0, 0], (fates) => (fates & fate.written) !== 0)).toBe(1);
    expect(log.count([0, 5, 0, 0], (fates) => (fates & fate.written) !== 0)).toBe(0);
  });
});
