// Which run of a set begins next and which outcomes count, so that runs side by side give the verdict of runs in a row.

import type { CheckResult, Failure } from '#graders/verdict.ts';

/** What a set of runs came to: all that was found before the first failure, and that failure. */
export interface SetOutcome {
  readonly results: readonly CheckResult[];
  readonly steps: number;
  readonly failure: Failure | null;
}

/**
 * Runs are known by their place in the set. They begin in order and may end in any; the failure of the
 * least place counts, and of the runs after it nothing does.
 */
export interface Schedule {
  /** The next run to begin; null when none is left that can count. */
  next(): number | null;
  /** Whether there is such a run. */
  readonly hasNext: boolean;
  complete(place: number, results: readonly CheckResult[], steps: number): void;
  fail(place: number, failure: Failure): void;
  /** Whether what comes of a run can still count. */
  counts(place: number): boolean;
  /** What had begun and has not ended is to begin again. */
  reopen(): void;
  /** The first run that has not completed; the number of runs when all have. */
  readonly front: number;
  /** Whether the outcome is known. */
  readonly isSettled: boolean;
  outcome(): SetOutcome;
}

type Completed = Omit<SetOutcome, 'failure'>;

export function createSchedule(size: number): Schedule {
  const completed = new Map<number, Completed>();
  const begun = new Set<number>();
  /** The place of the failure that counts so far. */
  let end = size;
  let failure: Failure | null = null;

  function firstWithout(taken: { has(place: number): boolean }): number {
    let place = 0;
    while (place < size && taken.has(place)) place++;
    return place;
  }

  return {
    next() {
      const place = firstWithout(begun);
      if (place >= end) return null;
      begun.add(place);
      return place;
    },
    get hasNext() {
      return firstWithout(begun) < end;
    },
    complete: (place, results, steps) => void completed.set(place, { results, steps }),
    fail(place, given) {
      if (place >= end) return;
      end = place;
      failure = given;
    },
    counts: (place) => place < end,
    reopen() {
      for (const place of begun) if (!completed.has(place)) begun.delete(place);
    },
    get front() {
      return firstWithout(completed);
    },
    get isSettled() {
      return firstWithout(completed) >= end;
    },
    outcome() {
      const counted = [...completed].filter(([place]) => place < end).sort(([a], [b]) => a - b);
      return {
        results: counted.flatMap(([, { results }]) => results),
        steps: counted.reduce((sum, [, { steps }]) => sum + steps, 0),
        failure,
      };
    },
  };
}
