// The run under way, as its events build it up: the same picture in whichever order runs side by side end.

import type { Exercise } from '#graders/exercise.ts';
import { runsOf, type RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { mergeSeeds } from '#graders/judge.ts';
import type { TracePlots } from '#graders/plots.ts';
import type { CheckResult, Failure } from '#graders/verdict.ts';
import type { ConsoleEntry } from '../verdict/run-record.ts';

/** A run under way. */
export interface LiveRun {
  /** Runs of the set that have ended, of how many. */
  readonly done: number;
  readonly total: number;
  /** Those that go on now; null while the engine is made ready. */
  readonly current: readonly RunKey[] | null;
  /** In the order of the set, each check and scenario at its worst seed so far. */
  readonly results: readonly CheckResult[];
  /** In the order of the exercise's scenarios, as are the lines of the console. */
  readonly plots: readonly TracePlots[];
  readonly console: readonly ConsoleEntry[];
}

export interface LiveSet {
  readonly run: LiveRun;
  /** What this event adds; the same set again when that is nothing. */
  with(event: SessionEvent): LiveSet;
  /** Without what runs have shown that a verdict with this failure does not count. */
  upTo(failure: Failure | null): LiveRun;
}

const mostLines = 5_000;

/** A set of which nothing has been heard. */
export function createLiveSet(exercise: Exercise): LiveSet {
  const runs = runsOf(exercise);
  const places = new Map(runs.map((run, place) => [keyOf(run), place]));
  const placeOf = (run: RunKey): number => places.get(keyOf(run)) ?? runs.length;
  const scenarios = new Map(exercise.scenarios.map(({ name }, place) => [name, place]));
  const scenarioOf = ({ scenario }: { scenario: string }): number => scenarios.get(scenario) ?? scenarios.size;

  function hold(run: LiveRun, found: readonly CheckResult[]): LiveSet {
    const set: LiveSet = {
      run,
      with(event) {
        switch (event.kind) {
          case 'start':
            return hold({ ...run, current: [...(run.current ?? []), event.run] }, found);
          case 'console': {
            const lines = event.lines.map((line) => ({ ...line, scenario: event.run.scenario }));
            const at = run.console.findLastIndex((line) => scenarioOf(line) <= scenarioOf(event.run)) + 1;
            const console = [...run.console.slice(0, at), ...lines, ...run.console.slice(at)];
            return hold({ ...run, console: console.slice(0, mostLines) }, found);
          }
          case 'run': {
            const all = [...found, ...event.results].sort((a, b) => placeOf(a) - placeOf(b));
            const plots = event.plots === null ? run.plots : [...run.plots, event.plots];
            const current = (run.current ?? []).filter((each) => keyOf(each) !== keyOf(event.run));
            return hold(
              {
                ...run,
                done: run.done + 1,
                current,
                results: mergeSeeds(all),
                plots: plots.toSorted((a, b) => scenarioOf(a) - scenarioOf(b)),
              },
              all,
            );
          }
          case 'failed':
          case 'done':
            return set;
        }
      },
      upTo(failure) {
        const { scenario = null, seed = null } = failure ?? {};
        if (scenario === null || seed === null) return run;
        const end = placeOf({ scenario, seed });
        const [shownSeed] = exercise.seeds;
        const placeOfShown = ({ scenario: name }: { scenario: string }) =>
          placeOf({ scenario: name, seed: shownSeed ?? seed });
        return {
          ...run,
          plots: run.plots.filter((plots) => placeOfShown(plots) < end),
          console: run.console.filter((line) => placeOfShown(line) <= end),
        };
      },
    };
    return set;
  }

  return hold({ done: 0, total: runs.length, current: null, results: [], plots: [], console: [] }, []);
}

const keyOf = ({ scenario, seed }: RunKey): string => `${seed} ${scenario}`;
