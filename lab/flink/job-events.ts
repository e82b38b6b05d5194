// What happened in a Flink job that is worth a mark on the timeline, and the words for it.

import { numberInWords } from '../trace/words.ts';
import { findBottleneck } from './bottleneck.ts';
import type { FlowRun } from './flow-readings.ts';
import { taskLevelOf, type BackPressureLevel } from './levels.ts';
import type { JobRun } from './readings.ts';

/** What the scenario does to the job. */
export type PlannedEvent =
  | { readonly atMs: number; readonly kind: 'traffic'; readonly recordsPerSecond: number }
  | { readonly atMs: number; readonly kind: 'service'; readonly operator: string; readonly serviceMs: number };

/** What the job does. */
export type JobEvent =
  | PlannedEvent
  | {
      readonly atMs: number;
      readonly kind: 'level';
      readonly operator: string;
      readonly from: BackPressureLevel;
      readonly to: BackPressureLevel;
    }
  | { readonly atMs: number; readonly kind: 'bottleneck'; readonly operator: string; readonly cause: string }
  | { readonly atMs: number; readonly kind: 'no-bottleneck'; readonly after: string | null }
  | { readonly atMs: number; readonly kind: 'stop' }
  | {
      readonly atMs: number;
      readonly kind: 'restart';
      readonly readAgainRecords: number;
      readonly duplicateRecords: number;
      readonly parallelisms: readonly number[];
    }
  | { readonly atMs: number; readonly kind: 'task-managers'; readonly taskManagers: number }
  | { readonly atMs: number; readonly kind: 'checkpoint-expired'; readonly startedMs: number };

/** All events of a run in order of time. Levels and bottlenecks are read every `windowMs`, as metrics of that span. */
export function jobEvents(
  run: JobRun & Partial<Pick<FlowRun, 'checkpoints' | 'restarts' | 'withoutEffect'>>,
  given: { windowMs: number; lastMs: number; planned: readonly PlannedEvent[] },
): readonly JobEvent[] {
  const events: JobEvent[] = given.planned.filter(({ atMs }) => atMs > 0 && atMs <= run.durationMs);
  for (const { stoppedMs, runningMs, readAgainRecords, duplicateRecords, parallelisms } of run.restarts ?? []) {
    events.push({ atMs: stoppedMs, kind: 'stop' });
    const records = { readAgainRecords: Math.round(readAgainRecords), duplicateRecords: Math.round(duplicateRecords) };
    events.push({ atMs: runningMs, kind: 'restart', ...records, parallelisms });
  }
  for (const change of run.withoutEffect ?? []) events.push({ ...change, kind: 'task-managers' });
  for (const { startedMs, endedMs, outcome } of run.checkpoints ?? [])
    if (outcome === 'expired') events.push({ atMs: endedMs, kind: 'checkpoint-expired', startedMs });
  events.push(...observed(run, given));
  return events.sort((a, b) => a.atMs - b.atMs);
}

function observed(run: JobRun, { windowMs, lastMs }: { windowMs: number; lastMs: number }): JobEvent[] {
  const events: JobEvent[] = [];
  const levels = new Map<string, BackPressureLevel>();
  let known = 'none';
  for (let atMs = windowMs; atMs <= lastMs; atMs += windowMs) {
    if (run.isDownBetween(atMs - windowMs, atMs)) continue;
    const readings = run.readingsBetween(atMs - windowMs, atMs);
    for (const { name, subtasks } of readings) {
      const from = levels.get(name) ?? 'ok';
      const to = taskLevelOf(subtasks.map(({ backPressuredMsPerSecond }) => backPressuredMsPerSecond / 1000));
      levels.set(name, to);
      if (from !== to) events.push({ atMs, kind: 'level', operator: name, from, to });
    }
    const finding = findBottleneck(readings);
    const now = JSON.stringify(finding);
    if (now === known || (finding.kind === 'none' && known === 'none')) continue;
    known = finding.kind === 'none' ? 'none' : now;
    if (finding.kind === 'operator')
      events.push({ atMs, kind: 'bottleneck', operator: finding.operator, cause: finding.cause });
    else events.push({ atMs, kind: 'no-bottleneck', after: finding.kind === 'none' ? null : finding.after });
  }
  return events;
}

/** An event in a few words. */
export function describeJobEvent(event: JobEvent): string {
  switch (event.kind) {
    case 'traffic':
      return `Traffic goes to ${numberInWords(event.recordsPerSecond)}/s`;
    case 'service':
      return `${event.operator} takes ${event.serviceMs} ms for a record`;
    case 'level':
      return `Backpressure of ${event.operator} goes from ${event.from} to ${event.to}`;
    case 'bottleneck':
      return event.cause === 'skew'
        ? `${event.operator} is the bottleneck, in some of its subtasks`
        : `${event.operator} is the bottleneck`;
    case 'no-bottleneck':
      return event.after === null ? 'No bottleneck inside the job' : `Network or a thread holds ${event.after} back`;
    case 'stop':
      return 'The job stops';
    case 'restart': {
      const again = event.readAgainRecords === 0 ? 'nothing' : `${numberInWords(event.readAgainRecords)} records`;
      const twice = event.duplicateRecords === 0 ? '' : ` and writes ${numberInWords(event.duplicateRecords)} twice`;
      return `The job runs at parallelism ${event.parallelisms.join(', ')}; it reads ${again} again${twice}`;
    }
    case 'task-managers':
      return `${event.taskManagers} TaskManagers change nothing: the parallelism is fixed`;
    case 'checkpoint-expired':
      return `The checkpoint of ${event.startedMs / 1000} s expires`;
  }
}
