// The checklist as it is read: one item for each check, over all its scenarios, the first cause first.

import type { Exercise } from '#graders/exercise.ts';
import { inOrderOfCause } from '#graders/judge.ts';
import type { CheckResult, CheckState } from '#graders/verdict.ts';

/** How a check stands in one scenario; `result` is null until that run has ended. */
export interface ScenarioStanding {
  readonly scenario: string;
  readonly title: string;
  readonly target: number;
  readonly state: CheckState | 'open';
  readonly result: CheckResult | null;
}

/** One item: a check over all its scenarios. */
export interface ChecklistItem {
  readonly id: string;
  readonly label: string;
  /** `open` while a run that counts for it has not ended. */
  readonly state: CheckState | 'open';
  readonly standings: readonly ScenarioStanding[];
  /** The result to show first: the first cause, or the one nearest to its target; null when there is none. */
  readonly shown: CheckResult | null;
}

export interface Checklist {
  /** In the order of the exercise. */
  readonly items: readonly ChecklistItem[];
  /** As a finished verdict is read: not yet met by their cause, then what was not tested, then the met. */
  readonly inReadingOrder: readonly ChecklistItem[];
  readonly met: number;
  readonly total: number;
}

const badness: Record<CheckState, number> = { met: 0, thin: 1, 'not-tested': 2, 'not-yet': 3 };

/** How much of its target a result uses up. */
function use({ measured, target }: CheckResult): number {
  return measured === null ? -1 : target === 0 ? measured : measured / target;
}

/**
 * Puts results into the order of the exercise. What has no result counts as open while the run goes
 * on (`isOver` false) and as not tested in this run afterwards.
 */
export function checklistOf(exercise: Exercise, results: readonly CheckResult[], isOver: boolean): Checklist {
  const titles = new Map(exercise.scenarios.map(({ name, title }) => [name, title]));
  const causes = inOrderOfCause(results);
  const items = exercise.checks.map((check): ChecklistItem => {
    const { id, label } = check;
    const standings = check.scenarios.map((scenario): ScenarioStanding => {
      const result = results.find((each) => each.id === id && each.scenario === scenario) ?? null;
      return {
        scenario,
        title: titles.get(scenario) ?? scenario,
        target: typeof check.target === 'number' ? check.target : (check.target[scenario] ?? 0),
        state: result?.state ?? (isOver ? 'not-tested' : 'open'),
        result,
      };
    });
    const shown = causes.find((result) => result.id === id) ?? closest(standings);
    return { id, label, state: stateOf(standings), standings, shown };
  });
  const rank = ({ id, state }: ChecklistItem): number => {
    if (state === 'not-yet') return causes.findIndex((result) => result.id === id);
    return state === 'met' || state === 'thin' ? Infinity : causes.length;
  };
  return {
    items,
    inReadingOrder: items.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b))),
    met: items.filter(({ state }) => state === 'met' || state === 'thin').length,
    total: items.length,
  };
}

/** Not yet met in one scenario settles a check; otherwise what is unknown of one is unknown of all. */
function stateOf(standings: readonly ScenarioStanding[]): ChecklistItem['state'] {
  const states = standings.map(({ state }) => state);
  return (['not-yet', 'open', 'not-tested', 'thin'] as const).find((state) => states.includes(state)) ?? 'met';
}

/** Of results that hold, or say nothing, the one to show: the worst, and of equals the nearest to its target. */
function closest(standings: readonly ScenarioStanding[]): CheckResult | null {
  return standings.reduce<CheckResult | null>((shown, { result }) => {
    if (result === null) return shown;
    const isWorse =
      shown === null ||
      badness[result.state] > badness[shown.state] ||
      (result.state === shown.state && use(result) > use(shown));
    return isWorse ? result : shown;
  }, null);
}
