import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { maxQueueRecords } from '#lab/kafka/water-marks.ts';
import { Cancelled } from '../page-hop.ts';
import { moved } from './controls.tsx';
import { outcomeOf } from './outcome.ts';
import { runIntake } from './run.ts';
import { defaults, fullSpeedPerSecond, inOrder, maxPollRecords, type IntakeSettings } from './settings.ts';

const hop = () => setImmediate(undefined);
const run = (changes: Partial<IntakeSettings> = {}) => runIntake(inOrder({ ...defaults, ...changes }), hop);

test('with its marks the consumer stays within its bound, lives, and catches up', async () => {
  const bounded = await run();
  expect(Math.max(...bounded.queue)).toBeLessThanOrEqual(maxQueueRecords(defaults.highMark, maxPollRecords));
  expect(bounded).toMatchObject({ deaths: 0, duplicates: 0, refused: 0 });
  expect(bounded.recoveredMs).toBeGreaterThan(12_000);
  expect(outcomeOf(bounded, defaults).state).toBe('met');
});

test('without them it runs out of memory, and its restarts with it', async () => {
  const settings = { ...defaults, isBounded: false };
  const unbounded = await run(settings);
  expect(unbounded.deaths).toBeGreaterThan(1);
  const { state, head } = outcomeOf(unbounded, settings);
  expect([state, head]).toEqual(['not-yet', expect.stringContaining('Out of memory at 00:05')]);
});

test('marks without a gap make it pause many times more', async () => {
  const [wide, narrow] = await Promise.all([run(), run({ lowMark: defaults.highMark })]);
  expect(narrow.pauses).toBeGreaterThan(5 * wide.pauses);
});

test('the same settings give the same run', async () => {
  expect(await run()).toEqual(await run());
});

test('the sink’s full speed is enough for the spike, and small writes are not', async () => {
  const sinkPerSecond = fullSpeedPerSecond;
  const [large, small] = await Promise.all([run({ sinkPerSecond }), run({ sinkPerSecond, rowsPerWrite: 20 })]);
  expect(large.pauses).toBe(0);
  expect(Math.max(...small.lag)).toBeGreaterThan(5 * Math.max(...large.lag));
});

test('more writes than the sink has room for are refused and tried again', async () => {
  const settings = { ...defaults, writesAtOnce: 12 };
  const crowded = await run(settings);
  expect(crowded.refused).toBeGreaterThan(0);
  expect(crowded.deaths).toBe(0);
  expect(outcomeOf(crowded, settings).rest).toContain('429');
});

test('a run that is no longer wanted ends with Cancelled', async () => {
  let turns = 0;
  const stop = () => (++turns > 50 ? Promise.reject(new Cancelled('enough')) : hop());
  await expect(runIntake(defaults, stop)).rejects.toBeInstanceOf(Cancelled);
});

test('the marks push each other rather than cross', () => {
  expect(moved(defaults, 'highMark', 2_000)).toMatchObject({ highMark: 2_000, lowMark: 2_000 });
  expect(moved(defaults, 'lowMark', 12_000)).toMatchObject({ highMark: 12_000, lowMark: 12_000 });
  expect(inOrder({ ...defaults, lowMark: 8_000 }).lowMark).toBe(7_999);
});
