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

/** A pause that lets the queue fall by less than this share is a flutter. */
const leastFallShare = 0.25;

/**
 * A partition is paused at most `target` times a second (2 s windows), or each pause lets the queue
 * fall by a quarter: small buffers may switch often, marks that touch may not.
 */
export const noFlapping: Law<{ target: number }> = (trace, { target }) => {
  const pauses = eventsOf(trace, 'pause');
  const resumes = eventsOf(trace, 'resume');
  const falls: number[] = [];
  let [most, atMs, inWindow] = [0, 0, 0];
  for (let i = 0, from = 0, next = 0; i < pauses.length; i++) {
    const pause = pauses[i] as (typeof pauses)[number];
    inWindow += pause.partitions;
    for (let first = pauses[from]; first !== undefined && pause.atMs - first.atMs > 2_000; first = pauses[++from])
      inWindow -= first.partitions;
    const perSecond = Math.round((inWindow / trace.scenario.partitions / 2) * 10) / 10;
    if (perSecond > most) [most, atMs] = [perSecond, pauses[from]?.atMs ?? 0];
    while ((resumes[next]?.atMs ?? Infinity) < pause.atMs) next++;
    const resume = resumes[next];
    if (resume !== undefined && pause.queueRecords > 0) falls.push(1 - resume.queueRecords / pause.queueRecords);
  }
  const fall = falls.length === 0 ? 1 : percentile(falls, 50);
  if (most <= target || fall >= leastFallShare) return met(most, most === 0 ? null : atMs);
  return notYet(
    most,
    atMs,
    `From ${clock(atMs)} each partition was paused ${most} times a second, and a pause let the queue fall by only ${percent(Math.max(0, fall))}: the mark that pauses and the one that resumes touch, so each write crosses both.`,
    'Leave a wide gap: pause at a high mark, and resume only when the queue has fallen to a much lower one.',
  );
};
