// From traces to a verdict: each check against each of its scenarios, at the worst seed.

import type { Trace } from '../lab/trace/trace.ts';
import { laws } from './checks/index.ts';
import type { Check, Exercise } from './exercise.ts';
import type { CheckResult, CheckState, Failure, Verdict } from './verdict.ts';

const badness: Record<CheckState, number> = { met: 0, thin: 1, 'not-tested': 2, 'not-yet': 3 };

function targetIn(check: Check, scenario: string): number {
  if (typeof check.target === 'number') return check.target;
  const target = check.target[scenario];
  if (target === undefined)
    throw new Error(`Check ${check.id} has no target for scenario ${scenario}: add it in exercise.ts.`);
  return target;
}

/** Holds one trace against every check that looks at its scenario. Pure: the same trace, the same results. */
export function judgeTrace(exercise: Exercise, trace: Trace): CheckResult[] {
  const scenario = trace.scenario.name;
  return exercise.checks
    .filter(({ scenarios }) => scenarios.includes(scenario))
    .map((check) => {
      const { holds, unit, comparison, depth } = laws[check.law];
      const target = targetIn(check, scenario);
      const finding = holds(trace, { target });
      return {
        ...finding,
        id: check.id,
        label: check.label,
        scenario,
        seed: trace.seed,
        passed: finding.state === 'met' || finding.state === 'thin',
        target,
        comparison,
        unit,
        depth,
      };
    });
}

/** Of two results of one check in one scenario, the one to show: the worse, and of equals the first. */
export function worse(a: CheckResult, b: CheckResult): CheckResult {
  return badness[b.state] > badness[a.state] ? b : a;
}

/** One result for each check and scenario, at its worst seed, in the order of the exercise. */
export function mergeSeeds(results: readonly CheckResult[]): CheckResult[] {
  const merged = new Map<string, CheckResult>();
  for (const result of results) {
    const key = `${result.id}/${result.scenario}`;
    const known = merged.get(key);
    merged.set(key, known === undefined ? result : worse(known, result));
  }
  return [...merged.values()];
}

/**
 * The checks that are not met, causes before symptoms: by scenario in the exercise's order, from the
 * easier to the harder, then by the moment, then by depth.
 */
export function inOrderOfCause(checks: readonly CheckResult[]): CheckResult[] {
  const scenarios = [...new Set(checks.map(({ scenario }) => scenario))];
  const place = ({ scenario }: CheckResult) => scenarios.indexOf(scenario);
  return checks
    .filter(({ state }) => state === 'not-yet')
    .sort((a, b) => place(a) - place(b) || (a.atMs ?? Infinity) - (b.atMs ?? Infinity) || a.depth - b.depth);
}

/** The verdict on a whole set of runs. A failure leaves what it kept from running untested. */
export function verdictOf(
  exercise: Exercise,
  results: readonly CheckResult[],
  run: { failure: Failure | null; seeds: readonly number[]; wallMs: number; steps: number },
): Verdict {
  const checks = mergeSeeds(results);
  const { failure, seeds, wallMs, steps } = run;
  return {
    exercise: exercise.id,
    version: exercise.version,
    passed: failure === null && checks.length > 0 && checks.every(({ passed }) => passed),
    didNotFinish: failure === null ? null : failure.message,
    failure,
    checks,
    seeds,
    wallMs,
    steps,
  };
}
