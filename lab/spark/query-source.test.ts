import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitFiles } from '../delta/admit-files.ts';
import { readReaderOptions } from './options.ts';
import { filesWithin, planSource } from './query-source.ts';

const traffic = [{ fromMs: 0, recordsPerSecond: 1_000 }];
const rest = {
  traffic,
  trigger: { kind: 'default' },
  cluster: { executors: 1, coresPerExecutor: 1 },
  work: { batchOverheadMs: 0, taskOverheadMs: 0, rowMs: 0 },
  durationMs: 1,
} as const;

describe('a source as the planner sees it', () => {
  it('of a table takes the files that Delta would admit, whichever limit comes first (D1)', () => {
    const count = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.nat(60), count, count, count, (waiting, maxFilesPerTrigger, maxBytesPerTrigger, fileBytes) => {
        const given = { maxFilesPerTrigger, maxBytesPerTrigger };
        const options = readReaderOptions('delta', given, 1);
        const source = planSource({ ...rest, source: { format: 'delta', rowsPerFile: 1, fileBytes, options } });
        const files = Array.from({ length: waiting }, () => ({ bytes: fileBytes }));
        expect(source.take([waiting], false)).toEqual([admitFiles({ files, ...given }).files]);
      }),
    );
    expect(filesWithin(10e9, 3e9)).toBe(4);
  });

  it('begins at the end of a topic, or at its beginning, as startingOffsets says', () => {
    const startOf = (startingOffsets: string) =>
      planSource({
        ...rest,
        source: {
          format: 'kafka',
          partitions: 2,
          backlogRecords: 10,
          options: readReaderOptions('kafka', { startingOffsets }, 2),
        },
      }).startOffsets;
    expect(startOf('latest')).toEqual([5, 5]);
    expect(startOf('earliest')).toEqual([0, 0]);
  });

  it('ignores every limit under Trigger.Once (SS11)', () => {
    const options = readReaderOptions('kafka', { maxOffsetsPerTrigger: 10 }, 2);
    const source = planSource({ ...rest, source: { format: 'kafka', partitions: 2, options } });
    expect(source.take([500, 700], true)).toEqual([500, 700]);
    expect(source.take([500, 500], false)).toEqual([5, 5]);
  });
});
