// Views of progress: each is a fold over the log and holds nothing of its own.

import { isKnown, type LogEntry, type ProgressEvent } from './event.ts';

/** Where a learner stands with one version of an exercise. */
export interface ExerciseStanding {
  /** ms since the epoch; null when it was never opened. */
  readonly openedAt: number | null;
  /** Runs that were graded, and all that were tried. */
  readonly runs: number;
  readonly attempts: number;
  /** The most checks that were met in one run, of how many. */
  readonly bestMet: number;
  readonly total: number;
  readonly passedAt: number | null;
  /** Passed at least once before a worked step or a solution was opened. */
  readonly isUnassisted: boolean;
  /** A worked step or a solution has been opened. */
  readonly isAssisted: boolean;
}

const untouched: ExerciseStanding = {
  openedAt: null,
  runs: 0,
  attempts: 0,
  bestMet: 0,
  total: 0,
  passedAt: null,
  isUnassisted: false,
  isAssisted: false,
};

function* known(entries: readonly LogEntry[]): Generator<ProgressEvent> {
  for (const entry of entries) if (isKnown(entry)) yield entry;
}

/** The standing in one version of an exercise. */
export function exerciseStanding(entries: readonly LogEntry[], exercise: string, version: number): ExerciseStanding {
  let standing = untouched;
  for (const event of known(entries)) {
    if (!('exercise' in event) || event.exercise !== exercise || event.version !== version) continue;
    standing = after(standing, event);
  }
  return standing;
}

function after(standing: ExerciseStanding, event: Extract<ProgressEvent, { exercise: string }>): ExerciseStanding {
  switch (event.kind) {
    case 'exercise-opened':
      return { ...standing, openedAt: standing.openedAt ?? event.at };
    case 'run':
      return {
        ...standing,
        attempts: standing.attempts + 1,
        runs: standing.runs + (event.outcome === 'ran' ? 1 : 0),
        bestMet: Math.max(standing.bestMet, event.met),
        total: Math.max(standing.total, event.total),
      };
    case 'exercise-passed':
      return {
        ...standing,
        passedAt: standing.passedAt ?? event.at,
        isUnassisted: standing.isUnassisted || !event.assisted,
      };
    case 'hint-taken':
      return { ...standing, isAssisted: standing.isAssisted || event.assists };
    case 'solution-opened':
      return { ...standing, isAssisted: true };
  }
}

/** The rungs that were taken of each check's ladder, by check: the highest, counted from 1. */
export function hintsTaken(entries: readonly LogEntry[], exercise: string, version: number): Map<string, number> {
  const taken = new Map<string, number>();
  for (const event of known(entries)) {
    if (event.kind !== 'hint-taken' || event.exercise !== exercise || event.version !== version) continue;
    taken.set(event.check, Math.max(taken.get(event.check) ?? 0, event.rung));
  }
  return taken;
}

/** Lessons that were read, with the first time. */
export function lessonsRead(entries: readonly LogEntry[]): Map<string, number> {
  const read = new Map<string, number>();
  for (const event of known(entries)) {
    if (event.kind === 'lesson-read' && !read.has(event.lesson)) read.set(event.lesson, event.at);
  }
  return read;
}
