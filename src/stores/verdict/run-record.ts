// One run as it is kept and shown: its verdict, the drawable part of its traces, its console.

import type { ConsoleLine } from '#graders/hosts/console.ts';
import type { TracePlots } from '#graders/plots.ts';
import type { Verdict } from '#graders/verdict.ts';

/** A line of the program's console, with the scenario in which it was written. */
export interface ConsoleEntry extends ConsoleLine {
  readonly scenario: string;
}

export interface RunRecord {
  readonly verdict: Verdict;
  /** Of the seed that the learner sees, one for each scenario that was run to its end. */
  readonly plots: readonly TracePlots[];
  readonly console: readonly ConsoleEntry[];
  /** When it ended, in ms since the epoch. */
  readonly at: number;
  /** A worked step or a solution had been opened before. */
  readonly assisted: boolean;
  /** The line of code that the failure points at, as it was then. */
  readonly failureLine: string | null;
}

/** What is kept of an exercise: its last run, and the one before it that gave plots. */
export interface KeptRuns {
  readonly last: RunRecord;
  readonly previous: RunRecord | null;
}

const mostKeptChars = 200_000;

/** The console without the lines that are too many to keep; the newest stay. */
export function boundedConsole(lines: readonly ConsoleEntry[]): readonly ConsoleEntry[] {
  let chars = 0;
  let from = lines.length;
  while (from > 0) {
    chars += lines[from - 1]?.text.length ?? 0;
    if (chars > mostKeptChars) break;
    from--;
  }
  return from === 0 ? lines : lines.slice(from);
}

/** Whether something that was kept is a run that can be shown. */
export function isRun(value: unknown): value is RunRecord {
  const { verdict, plots, console } = (value ?? {}) as Partial<Record<keyof RunRecord, unknown>>;
  return (
    typeof verdict === 'object' &&
    verdict !== null &&
    Array.isArray((verdict as { checks?: unknown }).checks) &&
    Array.isArray(plots) &&
    Array.isArray(console)
  );
}
