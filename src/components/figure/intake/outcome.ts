// What a run of the intake figure came to, in words.

import { clock, whole } from '#graders/checks/law.ts';
import { maxQueueRecords } from '#lab/kafka/water-marks.ts';
import type { IntakeRun } from './run.ts';
import { maxPollRecords, type IntakeSettings } from './settings.ts';

export interface Outcome {
  readonly state: 'met' | 'thin' | 'not-yet';
  readonly head: string;
  readonly rest: string;
}

const most = (values: readonly (number | null)[]) => Math.max(...values.map((value) => value ?? 0));
const times = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`);

export function outcomeOf(run: IntakeRun, settings: IntakeSettings): Outcome {
  const lag = most(run.lag);
  if (run.deaths > 0) {
    const first = run.incidents.find(({ label }) => label === 'out of memory')?.fromMs ?? 0;
    const why = settings.isBounded
      ? 'The high mark lies above what the heap can hold, so it is never reached.'
      : 'Nothing stops the queue, so it grows until the heap is full.';
    const again =
      run.duplicates > 0
        ? ` Each restart reads again what was not committed: ${whole(run.duplicates)} rows were written twice.`
        : '';
    return {
      state: 'not-yet',
      head: `Out of memory at ${clock(first)}${run.deaths > 1 ? `, ${times(run.deaths)} in all` : ''}.`,
      rest: `${why}${again}`,
    };
  }
  const bound = maxQueueRecords(settings.highMark, maxPollRecords);
  const queue = settings.isBounded
    ? `The queue held at most ${whole(most(run.queue))} records (bound ${whole(bound)})`
    : `The queue held at most ${whole(most(run.queue))} records, with no bound at all`;
  const memory = `memory ${whole(most(run.memory))} of ${run.memoryLimit} MiB`;
  const refused = run.refused > 0 ? ` The sink refused ${whole(run.refused)} calls with 429.` : '';
  const flutter =
    run.pauses > 40
      ? ` It paused ${run.pauses} times: the marks lie too close together.`
      : run.pauses > 0
        ? ` It paused ${times(run.pauses)}.`
        : '';
  if (run.recoveredMs === null) {
    return {
      state: 'thin',
      head: `Alive, and ${whole(run.lag.at(-1) ?? 0)} records behind at the end.`,
      rest: `${queue}, ${memory}.${flutter}${refused} The rest waits in Kafka’s log.`,
    };
  }
  const lagWords =
    run.recoveredMs <= 7_500
      ? `Lag never rose above ${whole(lag)}.`
      : `Lag rose to ${whole(lag)} and was back to usual at ${clock(run.recoveredMs)}.`;
  return { state: 'met', head: lagWords, rest: `${queue}, ${memory}.${flutter}${refused}` };
}
