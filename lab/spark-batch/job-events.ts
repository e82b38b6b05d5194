// What happens in a batch job, as events of its trace, and their words.

import type { RunEvent } from '../trace/run-trace.ts';
import { durationInWords, numberInWords } from '../trace/words.ts';
import type { JobRun, RanStage } from './job.ts';
import type { StageFailure } from './stage.ts';

export type JobEvent = RunEvent &
  (
    | { readonly kind: 'stage'; readonly stage: number; readonly tasks: number; readonly isWriting: boolean }
    | { readonly kind: 'attempt-failed'; readonly task: number; readonly failure: StageFailure }
    | { readonly kind: 'spills'; readonly stage: number }
    | { readonly kind: 'late'; readonly slaMs: number }
    | { readonly kind: 'finished' }
    | { readonly kind: 'failed'; readonly failure: StageFailure }
  );

/** Failed attempts of a stage beyond these are not events of their own. */
const mostAttempts = 8;

/** The events of a job up to `durationMs`, in order of time. */
export function eventsOf(
  job: JobRun,
  { slaMs, durationMs }: { readonly slaMs?: number; readonly durationMs: number },
): JobEvent[] {
  const events = job.stages.flatMap((stage, i): JobEvent[] => [
    { atMs: stage.startMs, kind: 'stage', stage: i + 1, tasks: stage.tasks, isWriting: stage.isWriting },
    ...(stage.fullAtMs === null ? [] : [{ atMs: stage.fullAtMs, kind: 'spills', stage: i + 1 } as const]),
    ...failedAttempts(stage),
  ]);
  if (slaMs !== undefined && slaMs < job.endMs) events.push({ atMs: slaMs, kind: 'late', slaMs });
  events.push(
    job.failure === null
      ? { atMs: job.endMs, kind: 'finished' }
      : { atMs: job.endMs, kind: 'failed', failure: job.failure },
  );
  return events.filter(({ atMs }) => atMs <= durationMs).sort((a, b) => a.atMs - b.atMs);
}

function failedAttempts({ failures }: RanStage): JobEvent[] {
  return failures
    .slice(0, mostAttempts)
    .map(({ atMs, kind, task }) => ({ atMs, kind: 'attempt-failed', task, failure: kind }));
}

const causes: Record<StageFailure, string> = {
  partition: 'its partition does not fit into the memory of a task',
  'result size': 'what it collects is larger than spark.driver.maxResultSize',
  collect: 'what it collects does not fit into spark.driver.memory',
  connections: 'the sink accepts no more connections',
};

/** An event in words. */
export function describeJobEvent(event: RunEvent): string {
  const given = event as JobEvent;
  switch (given.kind) {
    case 'stage':
      return `Stage ${given.stage} begins: ${numberInWords(given.tasks)} ${given.tasks === 1 ? 'task' : 'tasks'}${given.isWriting ? ', which write' : ''}`;
    case 'attempt-failed':
      return `An attempt of task ${given.task} fails: ${causes[given.failure]}`;
    case 'spills':
      return 'The cache is full: further rows go to disk, which takes longer';
    case 'late':
      return `The deadline of ${durationInWords(given.slaMs)} passes, and the job still runs`;
    case 'finished':
      return 'The job is done';
    case 'failed':
      return `The job gives up: ${causes[given.failure]}`;
    default:
      return given satisfies never;
  }
}
