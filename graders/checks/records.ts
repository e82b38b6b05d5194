// Laws of the records: none lost, none twice without a reason, the bad ones parked and only those.

import { eventsOf, poisonRetries } from '../diagnose.ts';
import { clock, met, notTested, notYet, whole, type Law } from './law.ts';

/**
 * Every record below the committed offsets is in the sink or in the dead-letter queue, at every commit
 * and not only when a death shows it. Measured: records lost, or else at risk at the worst commit.
 */
export const nothingLost: Law<{ target: number }> = (trace, { target }) => {
  const { lost, committed } = trace.totals;
  if (committed === 0) return notTested('Nothing was committed, so nothing could be left behind.');
  const early = eventsOf(trace, 'commit').filter(({ unsettled }) => unsettled > target);
  const [first] = early;
  if (lost <= target && first === undefined) return met(lost, null);
  const passed =
    first === undefined
      ? ''
      : `The commit at ${clock(first.atMs)} passed ${whole(first.unsettled)} records that were in neither the sink nor the dead-letter queue.`;
  const lever = 'Commit after the write has succeeded, up to the last offset before which everything is settled.';
  if (lost <= target) {
    const worst = Math.max(...early.map(({ unsettled }) => unsettled));
    return notYet(
      worst,
      first?.atMs ?? null,
      `${passed} Had the process died then, they would be lost; this time they were written in time.`,
      lever,
    );
  }
  const death = eventsOf(trace, 'end').find(
    (event) => event.lost > 0 && event.how !== 'returned' && event.how !== 'stopped',
  );
  if (death === undefined) {
    return notYet(
      lost,
      first?.atMs ?? null,
      `${whole(lost)} records were committed and never settled: they are gone. ${passed}`,
      'Commit only what the sink or the dead-letter queue has taken. A record that is in the way may wait in Kafka; it may not be dropped.',
    );
  }
  return notYet(
    lost,
    Math.min(death.atMs, first?.atMs ?? death.atMs),
    `${passed} When the process died at ${clock(death.atMs)}, ${whole(death.lost)} records were committed and not written; the next life began after them.`,
    lever,
  );
};

/**
 * A second row for a record is explained by its being read again after a death or an eviction; at most
 * `target` of those, which is what a commit now and then keeps it to.
 */
export const duplicatesExplained: Law<{ target: number }> = (trace, { target }) => {
  const { duplicates, redelivered } = trace.totals;
  if (duplicates <= redelivered && duplicates <= target) return met(duplicates, null, duplicates > 0.85 * target);
  if (duplicates > redelivered) {
    const first = trace.calls.find(({ attempt }) => attempt > 1);
    return notYet(
      duplicates,
      first?.startMs ?? null,
      `${whole(duplicates - redelivered)} rows were written twice although their records were read only once.`,
      'Take a record out of the queue when you send it, and send it again only when the sink has refused it.',
    );
  }
  const death =
    eventsOf(trace, 'end').find(({ how }) => how !== 'returned' && how !== 'stopped') ?? eventsOf(trace, 'evicted')[0];
  const last = eventsOf(trace, 'commit')
    .filter(({ atMs }) => atMs < (death?.atMs ?? 0))
    .at(-1);
  return notYet(
    duplicates,
    death?.atMs ?? null,
    `${whole(redelivered)} records were read again after ${clock(death?.atMs ?? 0)}; the last commit before it was ${last === undefined ? 'never made' : `at ${clock(last.atMs)}`}.`,
    'Commit more often: what is committed is not read again.',
  );
};

/**
 * The dead-letter queue holds the bad records that were passed, all of them and nothing else, and each
 * before a commit passes it. Measured: records that are missing or do not belong there.
 */
export const deadLettersExact: Law<{ target: number }> = (trace, { target }) => {
  const { poisonMissing, poisonPassed, deadLettersGood } = trace.totals;
  const again = poisonRetries(trace);
  if (again !== null) {
    return notYet(
      again.times,
      again.firstMs,
      `A row that can never be written was sent ${whole(again.times)} times, the first at ${clock(again.firstMs)}; the records behind it wait.`,
      'On INVALID_ROWS send the rows in rowIndexes to the dead-letter queue and write the others.',
    );
  }
  if (deadLettersGood > 0) {
    return notYet(
      deadLettersGood + poisonMissing,
      trace.firstGoodDeadLetterMs,
      `${whole(deadLettersGood)} good records were parked, the first at ${clock(trace.firstGoodDeadLetterMs ?? 0)}.`,
      'Park only what can never succeed, the rows in rowIndexes. A sink that is busy or down is a reason to wait.',
    );
  }
  const early = eventsOf(trace, 'commit').find(({ unparked }) => unparked > 0);
  const lever =
    'Send the rows that INVALID_ROWS names in rowIndexes to deadLetters, and await it before you commit past them.';
  if (poisonMissing > target) {
    return notYet(
      poisonMissing,
      early?.atMs ?? null,
      `${whole(poisonMissing)} of ${whole(poisonPassed)} bad records were passed by and are not in the dead-letter queue.`,
      lever,
    );
  }
  if (early !== undefined) {
    return notYet(
      early.unparked,
      early.atMs,
      `The commit at ${clock(early.atMs)} passed ${whole(early.unparked)} bad records that the dead-letter queue had not taken yet. Had the process died then, they would be in neither place.`,
      lever,
    );
  }
  const isUntested = trace.scenario.poisonShare > 0 && poisonPassed === 0;
  return isUntested ? notTested('No bad record was passed in this run.') : met(poisonMissing, null);
};
