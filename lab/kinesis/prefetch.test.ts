import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayFetch, mostPendingRecords, prefetchLimits } from './prefetch.ts';

const mib = 1024 ** 2;

describe('M7 what the KCL reads ahead', () => {
  it('stops at 4 pending batches (3 before KCL 3.3), 8 MiB or 30,000 records, asked before each call', () => {
    expect(mayFetch({ inputs: 3, bytes: 0, records: 300 })).toBe(true);
    expect(mayFetch({ inputs: 4, bytes: 0, records: 400 })).toBe(false);
    expect(mayFetch({ inputs: 3, bytes: 0, records: 300 }, { ...prefetchLimits, inputs: 3 })).toBe(false);
    expect(mayFetch({ inputs: 1, bytes: 8 * mib - 1, records: 300 })).toBe(true);
    expect(mayFetch({ inputs: 1, bytes: 8 * mib, records: 300 })).toBe(false);
    expect(mayFetch({ inputs: 3, bytes: 0, records: 29_999 })).toBe(true);
    expect(mayFetch({ inputs: 3, bytes: 0, records: 30_000 })).toBe(false);
  });

  it('lets one batch overshoot M7’s 8 MiB, and always fetches when nothing is pending', () => {
    expect(mayFetch({ inputs: 0, bytes: 0, records: 0 }, { inputs: 1, bytes: 1, records: 1 })).toBe(true);
    // 5 MB a batch: one is below 8 MiB, so a second is fetched.
    expect(mostPendingRecords({ records: 5_000, recordBytes: 1_000 })).toBe(10_000);
    expect(mostPendingRecords({ records: 10_000, recordBytes: 1_000 })).toBe(10_000);
    expect(mostPendingRecords({ records: 10_000, recordBytes: 10 })).toBe(30_000);
    expect(mostPendingRecords({ records: 100, recordBytes: 10 })).toBe(400);
  });

  it('knows the most that a client which asks before each call can have pending', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 20_000 }), (records, recordBytes) => {
        const pending = { inputs: 0, bytes: 0, records: 0 };
        while (mayFetch(pending)) {
          pending.inputs += 1;
          pending.records += records;
          pending.bytes += records * recordBytes;
        }
        expect(mostPendingRecords({ records, recordBytes })).toBe(pending.records);
      }),
    );
  });
});
