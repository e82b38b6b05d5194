import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lagOfStopRecords, redeliveredRecords } from './rebalance-cost.ts';

describe('M1.7 cost of a rebalance', () => {
  it('adds 360,000 records of lag in 3 s at 120,000/s', () => {
    expect(lagOfStopRecords({ recordsPerSecond: 120_000, stopMs: 3_000 })).toBe(360_000);
  });

  it('delivers again what was read and not committed', () => {
    const revoked = [
      { positionOffset: 900, committedOffset: 500, isCommittedOnRevoke: false },
      { positionOffset: 900, committedOffset: 500, isCommittedOnRevoke: true },
      { positionOffset: 70, committedOffset: 70, isCommittedOnRevoke: false },
    ];
    expect(redeliveredRecords(revoked)).toBe(400);
    expect(redeliveredRecords([])).toBe(0);
  });

  it('delivers nothing again when every partition is committed on revoke', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat())), (offsets) => {
        const revoked = offsets.map(([committedOffset, ahead]) => ({
          committedOffset,
          positionOffset: committedOffset + ahead,
          isCommittedOnRevoke: true,
        }));
        expect(redeliveredRecords(revoked)).toBe(0);
      }),
    );
  });

  it('refuses a position behind the commit', () => {
    expect(() => redeliveredRecords([{ positionOffset: 1, committedOffset: 2, isCommittedOnRevoke: false }])).toThrow(
      'lies below',
    );
  });
});
