// Silence is told from a page that was held up: a clock of our own moves the time.
import { expect, test } from 'vitest';
import { createWatchdog, type WatchClock } from './watchdog.ts';

/** A clock that only moves when told, and that may run its timers late, as a busy page does. */
function createClock() {
  let nowMs = 0;
  let timers: { id: number; atMs: number; run: () => void }[] = [];
  let lastId = 0;
  const clock: WatchClock = {
    now: () => nowMs,
    set(run, ms) {
      timers.push({ id: ++lastId, atMs: nowMs + ms, run });
      return lastId;
    },
    clear: (id) => {
      timers = timers.filter((timer) => timer.id !== id);
    },
  };
  /** Time goes on to `ms`; timers run on time, or all of them at its end when the page is busy. */
  function goTo(ms: number, isBusy = false): void {
    for (;;) {
      const due = timers.filter(({ atMs }) => atMs <= ms).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      nowMs = isBusy ? ms : due.atMs;
      clock.clear(due.id);
      due.run();
    }
    nowMs = ms;
  }
  return { clock, goTo };
}

function watch(limitMs: number) {
  const { clock, goTo } = createClock();
  const barks: number[] = [];
  const watchdog = createWatchdog(limitMs, () => barks.push(clock.now()), clock);
  return { ...watchdog, goTo, barks };
}

test('barks once, when nothing was heard for the limit', () => {
  const { goTo, barks } = watch(2_000);
  goTo(10_000);
  expect(barks).toEqual([2_000]);
});

test('counts from the last sign of life', () => {
  const { goTo, heard, barks } = watch(2_000);
  for (let ms = 500; ms <= 5_000; ms += 500) {
    goTo(ms);
    heard();
  }
  goTo(10_000);
  expect(barks).toEqual([7_000]);
});

test('is quiet after its end', () => {
  const { goTo, end, barks } = watch(2_000);
  goTo(1_000);
  end();
  goTo(10_000);
  expect(barks).toEqual([]);
});

test('a page that was busy gets a moment to hear what waits in its queue', () => {
  const { goTo, heard, barks } = watch(2_000);
  goTo(4_000, true);
  expect(barks).toEqual([]);
  heard();
  goTo(5_900);
  expect(barks).toEqual([]);
});

test('a page that was busy still barks when its queue holds nothing', () => {
  const { goTo, barks } = watch(2_000);
  goTo(4_000, true);
  goTo(10_000);
  expect(barks).toEqual([4_200]);
});

test('timers that are late for ever, as in a hidden tab, do not put it off for ever', () => {
  const { goTo, barks } = watch(2_000);
  for (let ms = 3_000; ms <= 10_000; ms += 1_000) goTo(ms, true);
  expect(barks).toEqual([5_000]);
});
