// A small exercise and its parts, for the tests of stores.

import { exercise as capIntake } from '#exercises/cap-intake/exercise.ts';
import type { Exercise } from '#graders/exercise.ts';
import type { TracePlots } from '#graders/plots.ts';
import type { CheckResult, CheckState, Failure, Verdict } from '#graders/verdict.ts';

const scenario = capIntake.scenarios[0] as Exercise['scenarios'][number];
const all = ['steady', 'spike', 'crash'];

export const sampleExercise: Exercise = {
  ...capIntake,
  id: 'sample',
  version: 3,
  seeds: [7, 8],
  scenarios: [
    { ...scenario, name: 'steady', title: 'Steady' },
    { ...scenario, name: 'spike', title: 'Spike' },
    { ...scenario, name: 'crash', title: 'Crash' },
  ],
  checks: [
    { id: 'heap', label: 'The heap is bounded', law: 'heap-bounded', target: 60, scenarios: all },
    { id: 'lag', label: 'Lag flattens', law: 'lag-flattens', target: 60, scenarios: ['spike'] },
    {
      id: 'p95',
      label: 'p95 is low',
      law: 'sink-p95',
      target: { steady: 60, spike: 120 },
      scenarios: ['steady', 'spike'],
    },
    { id: 'decision', label: 'The decision holds', law: 'decision-holds', target: 0, scenarios: ['spike'] },
  ],
};

export function sampleResult(
  id: string,
  scenarioName: string,
  state: CheckState,
  { atMs = null, measured = 1 }: { atMs?: number | null; measured?: number | null } = {},
): CheckResult {
  return {
    id,
    label: id,
    scenario: scenarioName,
    seed: 7,
    state,
    passed: state === 'met' || state === 'thin',
    measured,
    target: 60,
    comparison: '≤',
    unit: 'ms',
    depth: 0,
    atMs,
    cause: null,
    lever: null,
  };
}

/** One result for each check and scenario, all in one state. */
export function sampleResults(state: CheckState): CheckResult[] {
  return sampleExercise.checks.flatMap(({ id, scenarios }) => scenarios.map((name) => sampleResult(id, name, state)));
}

export function samplePlots(scenarioName: string): TracePlots {
  return {
    scenario: scenarioName,
    seed: 7,
    durationMs: 1_000,
    sampleMs: 100,
    series: { lag: [], queue: [], heap: [], p95: [] },
    incidents: [],
  };
}

export const sampleFailure: Failure = {
  kind: 'blocked',
  message: 'It blocked.',
  file: null,
  line: null,
  column: null,
  scenario: 'spike',
  seed: 7,
  atMs: null,
  stack: [],
};

export function sampleVerdict(checks: readonly CheckResult[], failure: Failure | null = null): Verdict {
  return {
    exercise: sampleExercise.id,
    version: sampleExercise.version,
    passed: failure === null && checks.every(({ passed }) => passed),
    didNotFinish: failure?.message ?? null,
    failure,
    checks,
    seeds: [7],
    wallMs: 12,
    steps: 34,
  };
}
