import { describe, expect, it } from 'vitest';
import { combinedRows, replicatedRows } from './shuffle-rows.ts';

describe('M5 rows', () => {
  it('map-side combine over 200 input partitions makes 200 shuffle rows of 6,000,000; 100 salts make that 20,000', () => {
    expect(combinedRows({ rows: 6_000_000, inputPartitions: 200 })).toBe(200);
    expect(combinedRows({ rows: 6_000_000, inputPartitions: 200, salts: 100 })).toBe(20_000);
    expect(combinedRows({ rows: 50, inputPartitions: 200 })).toBe(50);
  });

  it('a salted join holds its small side once for each salt', () => {
    expect(replicatedRows(50_000, 10)).toBe(500_000);
  });
});
