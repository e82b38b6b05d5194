import { describe, expect, it } from 'vitest';
import { IllegalArgumentException } from './errors.ts';
import { resolvePollingConfig } from './polling-config.ts';

describe('PollingConfig', () => {
  it('begins with the KCL’s defaults', () => {
    const defaults = { maxRecords: 10_000, idleTimeBetweenReadsInMillis: 1_500, maxPendingProcessRecordsInput: 4 };
    expect(resolvePollingConfig(undefined)).toEqual(defaults);
    expect(resolvePollingConfig({ maxRecords: undefined })).toEqual(defaults);
    expect(resolvePollingConfig({ maxRecords: 100 })).toEqual({ ...defaults, maxRecords: 100 });
  });

  it('raises an idle time below 200 ms to it', () => {
    expect(resolvePollingConfig({ idleTimeBetweenReadsInMillis: 50 }).idleTimeBetweenReadsInMillis).toBe(200);
    expect(resolvePollingConfig({ idleTimeBetweenReadsInMillis: 250 }).idleTimeBetweenReadsInMillis).toBe(250);
  });

  it.each([
    [{ 'max.poll.records': 500 }, "Unknown setting 'max.poll.records'. PollingConfig takes: maxRecords, idle"],
    [{ maxRecords: 20_000 }, "'maxRecords' must be a whole number from 1 to 10000, not 20000."],
    [{ maxRecords: '100' }, `'maxRecords' must be a whole number from 1 to 10000, not "100".`],
    [
      { maxPendingProcessRecordsInput: 6 },
      "'maxPendingProcessRecordsInput' must be a whole number from 1 to 5, not 6.",
    ],
    [[], '`config` must be an object'],
  ])('refuses %j and says what to write', (given, says) => {
    expect(() => resolvePollingConfig(given)).toThrow(IllegalArgumentException);
    expect(() => resolvePollingConfig(given)).toThrow(says);
  });
});
