// What progress is made of: things that happened, each with an id of its own, never changed afterwards.

/** A program was put before its scenarios. */
export interface RunEvent {
  readonly kind: 'run';
  readonly exercise: string;
  readonly version: number;
  /** `ran` alone is graded: the others say why there was nothing to grade. */
  readonly outcome: 'ran' | 'did-not-compile' | 'did-not-finish';
  readonly passed: boolean;
  /** Checks that are met in every scenario, of all the exercise's checks. */
  readonly met: number;
  readonly total: number;
  /** A worked step or a solution had been opened before: practice, not mastery. */
  readonly assisted: boolean;
}

/** What can happen, without the id and time that the log adds. */
export type Happening =
  | { readonly kind: 'lesson-read'; readonly lesson: string }
  | { readonly kind: 'exercise-opened'; readonly exercise: string; readonly version: number }
  | RunEvent
  | {
      readonly kind: 'exercise-passed';
      readonly exercise: string;
      readonly version: number;
      readonly assisted: boolean;
    }
  | {
      readonly kind: 'hint-taken';
      readonly exercise: string;
      readonly version: number;
      readonly check: string;
      /** Counted from 1. */
      readonly rung: number;
      /** One of the last two rungs of its ladder. */
      readonly assists: boolean;
    }
  | { readonly kind: 'solution-opened'; readonly exercise: string; readonly version: number };

export type HappeningKind = Happening['kind'];

/** One entry of the log. `at` is in ms since the epoch, by the clock of the device where it happened. */
export type ProgressEvent = Happening & { readonly id: string; readonly at: number };

/**
 * What the log holds: our events, and those of a newer version of the site, which are kept and passed
 * on without being understood.
 */
export interface LogEntry {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
}

type FieldType = 'string' | 'number' | 'boolean';
const text = 'string';
const number = 'number';
const exercise = { exercise: text, version: number } as const;
const fieldsOf: Readonly<Record<HappeningKind, Readonly<Record<string, FieldType>>>> = {
  'lesson-read': { lesson: text },
  'exercise-opened': exercise,
  run: { ...exercise, outcome: text, passed: 'boolean', met: number, total: number, assisted: 'boolean' },
  'exercise-passed': { ...exercise, assisted: 'boolean' },
  'hint-taken': { ...exercise, check: text, rung: number, assists: 'boolean' },
  'solution-opened': exercise,
};

export function isKnown(entry: LogEntry): entry is ProgressEvent {
  return Object.hasOwn(fieldsOf, entry.kind);
}

/** What is wrong with something that should be an entry of the log, as the end of a sentence; null when nothing is. */
export function flawOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an event';
  const entry = value as Record<string, unknown>;
  if (typeof entry['id'] !== 'string' || entry['id'] === '') return 'has no id';
  if (typeof entry['at'] !== 'number' || !Number.isFinite(entry['at'])) return 'has no time';
  if (typeof entry['kind'] !== 'string' || entry['kind'] === '') return 'does not say what happened';
  const fields = Object.hasOwn(fieldsOf, entry['kind']) ? fieldsOf[entry['kind'] as HappeningKind] : {};
  for (const [name, type] of Object.entries(fields)) {
    if (typeof entry[name] !== type) return `of kind ${entry['kind']} has no valid ${name}`;
  }
  return null;
}

/** The order in which every fold reads the log; the same on every device. */
export function inOrder(a: LogEntry, b: LogEntry): number {
  return a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
