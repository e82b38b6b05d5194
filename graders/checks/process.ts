// Laws of the process: it stays inside its heap, in its group, and does not flutter.

import { percentile } from '../../lab/trace/percentile.ts';
import { eventsOf } from '../diagnose.ts';
import { clock, met, notYet, percent, whole, type Law } from './law.ts';

const mib = 1024 * 1024;

/** The heap's peak stays below `target` MiB, its limit, and the process never dies of memory. */
export const heapBounded: Law<{ target: number }> = (trace, { target }) => {
  const deaths = eventsOf(trace, 'end').filter(({ how }) => how === 'out-of-memory');
  const { heapBytes, queueRecords } = trace.series;
  let peakAt = 0;
  heapBytes.forEach((bytes, i) => {
    if (bytes > (heapBytes[peakAt] ?? 0)) peakAt = i;
  });
  const [death] = deaths;
  const peak = death === undefined ? Math.round((heapBytes[peakAt] ?? 0) / mib) : Math.ceil(death.heapBytes / mib);
  const atMs = death?.atMs ?? peakAt * trace.sampleMs;
  if (death === undefined && peak <= target) return met(peak, atMs, peak > 0.85 * target);
  const queued = queueRecords[Math.max(0, Math.floor(atMs / trace.sampleMs))] ?? 0;
  return notYet(
    peak,
    atMs,
    `At ${clock(atMs)} the process was killed for memory: ${whole(queued)} records had been read and not written, and nothing made it stop reading. max.poll.records bounds one poll, not the sum of them.`,
    'Pause the partitions when the queue passes a high mark, and resume them at a low one.',
  );
};

/** The process never ends by an error of a simulated system that nothing caught. */
export const staysAlive: Law<{ target: number }> = (trace, { target }) => {
  const deaths = eventsOf(trace, 'end').filter(({ how }) => how === 'threw');
  const [first] = deaths;
  if (deaths.length <= target || first === undefined) return met(deaths.length, null);
  return notYet(
    deaths.length,
    first.atMs,
    `At ${clock(first.atMs)} nothing caught ${first.error ?? 'an error'}, so the process ended. What it held was read again by its next life.`,
    'Catch the error where the call is made, and decide there: wait and try again, park, or read again from the committed offset.',
  );
};

/** The member is never put out of its group for polling too late. */
export const noEviction: Law<{ target: number }> = (trace, { target }) => {
  const evictions = eventsOf(trace, 'evicted');
  const [first] = evictions;
  if (evictions.length <= target || first === undefined) return met(evictions.length, null);
  const wasPaused = (trace.series.pausedPartitions[Math.floor((first.atMs - 200) / trace.sampleMs)] ?? 0) > 0;
  const limit = whole(trace.scenario.maxPollInterval.defaultMs);
  return notYet(
    evictions.length,
    first.atMs,
    wasPaused
      ? `At ${clock(first.atMs)} the group put the member out: its partitions were paused, and it did not poll for ${limit} ms. Pausing does not excuse from polling.`
      : `At ${clock(first.atMs)} the group put the member out: it did not poll for ${limit} ms, because the loop waited for its writes.`,
    wasPaused
      ? 'Keep calling poll() while paused: it returns nothing and keeps the membership.'
      : 'Let writes run beside the loop, and poll on; pause the partitions when too much is waiting.',
  );
};

/** A pause that lets what is held fall by less than this share is a flutter: small buffers may switch often. */
const leastFallShare = 0.25;

/**
 * Flutters, each partition for itself: pauses during which what the program holds of the partition falls
 * by less than a quarter. At most `target` of them a second, counted over 2 s.
 */
export const noFlapping: Law<{ target: number }> = (trace, { target }) => {
  const paused = new Map<number, { atMs: number; heldRecords: number }>();
  const flutters: { atMs: number; fall: number }[] = [];
  for (const event of trace.events) {
    if (event.kind === 'start') paused.clear();
    if (event.kind !== 'pause' && event.kind !== 'resume') continue;
    for (const { partition, heldRecords } of event.partitions) {
      const since = paused.get(partition);
      if (event.kind === 'pause') paused.set(partition, { atMs: event.atMs, heldRecords });
      else if (since !== undefined && since.heldRecords > 0) {
        const fall = 1 - heldRecords / since.heldRecords;
        if (fall < leastFallShare) flutters.push({ atMs: event.atMs, fall });
        paused.delete(partition);
      }
    }
  }
  let [most, atMs] = [0, 0];
  for (let i = 0, from = 0; i < flutters.length; i++) {
    while ((flutters[i]?.atMs ?? 0) - (flutters[from]?.atMs ?? 0) > 2_000) from++;
    const perSecond = Math.round(((i - from + 1) / trace.scenario.partitions / 2) * 10) / 10;
    if (perSecond > most) [most, atMs] = [perSecond, flutters[from]?.atMs ?? 0];
  }
  if (most <= target) return met(most, most === 0 ? null : atMs);
  const fall = percentile(
    flutters.map((flutter) => flutter.fall),
    50,
  );
  return notYet(
    most,
    atMs,
    `From ${clock(atMs)} each partition was paused ${most} times a second, and a pause let what is queued of it fall by only ${percent(Math.max(0, fall))}: the mark that pauses and the one that resumes touch, so each write crosses both.`,
    'Leave a wide gap: pause at a high mark, and resume only when the queue has fallen to a much lower one.',
  );
};

/**
 * Told to stop, the program returns within the grace, and nothing that it had read is left unsettled or
 * uncommitted. Measured: records left, `target` 0.
 */
export const stopsCleanly: Law<{ target: number }> = (trace, { target }) => {
  const { uncommitted } = trace.totals;
  const { durationMs, graceMs } = trace.scenario;
  if (trace.returnedMs === null || trace.returnedMs < durationMs) {
    const early = trace.returnedMs !== null;
    return notYet(
      null,
      early ? trace.returnedMs : durationMs,
      early
        ? `run() returned at ${clock(trace.returnedMs ?? 0)}, before it was told to stop.`
        : `The signal came at ${clock(durationMs)}, and ${whole(graceMs)} ms later run() had not returned: the process was killed.`,
      'Loop while signal.aborted is false; then finish what is in flight, commit, and return.',
    );
  }
  if (uncommitted <= target) return met(uncommitted, trace.returnedMs);
  const isOffByOne = uncommitted <= trace.scenario.partitions;
  return notYet(
    uncommitted,
    durationMs,
    isOffByOne
      ? `${whole(uncommitted)} records were handed over and never committed, one for each partition at most: a committed offset is that of the next record to read, one past the last settled.`
      : `run() returned at ${clock(trace.returnedMs)} and left ${whole(uncommitted)} records that it had read uncommitted; the next life reads them again.`,
    isOffByOne
      ? 'Commit offset + 1.'
      : 'After the signal, write what is still gathered, wait for the writes under way, and commit once more.',
  );
};
