import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitFiles } from './admit-files.ts';

const gb = 1_000_000_000;
const filesOf = (count: number, bytes: number) => Array.from({ length: count }, () => ({ bytes }));

describe('D1 files of a Delta source', () => {
  it('crosses a soft maximum of 10 GB with the last of its 3 GB files: 4 files, 12 GB', () => {
    expect(admitFiles({ files: filesOf(20, 3 * gb), maxBytesPerTrigger: 10 * gb })).toEqual({
      files: 4,
      bytes: 12 * gb,
      reached: 'maxBytesPerTrigger',
    });
  });

  it('takes 1,000 files when no option is set', () => {
    expect(admitFiles({ files: filesOf(2_500, 1) })).toEqual({
      files: 1_000,
      bytes: 1_000,
      reached: 'maxFilesPerTrigger',
    });
  });

  it('has no limit on files when only bytes are limited', () => {
    expect(admitFiles({ files: filesOf(2_500, 1), maxBytesPerTrigger: gb }).files).toBe(2_500);
  });

  it('stops at whichever limit comes first when both are set', () => {
    const both = { maxFilesPerTrigger: 3, maxBytesPerTrigger: 10 * gb };
    expect(admitFiles({ files: filesOf(20, 3 * gb), ...both })).toMatchObject({
      files: 3,
      reached: 'maxFilesPerTrigger',
    });
    expect(admitFiles({ files: filesOf(20, 6 * gb), ...both })).toMatchObject({
      files: 2,
      reached: 'maxBytesPerTrigger',
    });
  });

  it('reads a file larger than the limit alone, and nothing where nothing waits', () => {
    expect(admitFiles({ files: filesOf(2, 30 * gb), maxBytesPerTrigger: 10 * gb }).files).toBe(1);
    expect(admitFiles({ files: [] })).toEqual({ files: 0, bytes: 0, reached: null });
  });

  it('always moves on, and only the last file may cross the soft limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ bytes: fc.nat(1_000) }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5_000 }),
        (files, maxFilesPerTrigger, maxBytesPerTrigger) => {
          const admitted = admitFiles({ files, maxFilesPerTrigger, maxBytesPerTrigger });
          expect(admitted.files).toBeGreaterThanOrEqual(1);
          expect(admitted.files).toBeLessThanOrEqual(maxFilesPerTrigger);
          expect(admitted.bytes - (files[admitted.files - 1]?.bytes ?? 0)).toBeLessThan(maxBytesPerTrigger);
        },
      ),
    );
  });

  it('refuses a limit of 0 with what to pass instead', () => {
    expect(() => admitFiles({ files: [], maxFilesPerTrigger: 0 })).toThrow('pass a whole number of 1 or more');
    expect(() => admitFiles({ files: [], maxBytesPerTrigger: 0 })).toThrow('pass a finite number above 0');
  });
});
