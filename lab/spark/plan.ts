// What a program's DataFrame stands for: a tree of steps from the topics to the rows of a batch, checked before it runs.

import { AnalysisException } from './errors.ts';
import type { AggregateFunction } from './functions.ts';
import type { OutputMode } from './api.ts';
import type { ReaderOptions } from './options.ts';
import type { Windowing } from './windows.ts';

/** A row as the engine handles it: columns by name. */
export type Row = Readonly<Record<string, unknown>>;

export interface SourcePlan {
  readonly kind: 'source';
  readonly topic: string;
  readonly options: ReaderOptions;
}

export interface AggregatePlan {
  readonly kind: 'aggregate';
  readonly input: Plan;
  /** The column of event times and its windows; null when nothing is windowed. */
  readonly window: (Windowing & { readonly column: string }) | null;
  readonly keys: readonly string[];
  readonly functions: readonly AggregateFunction[];
}

export type Plan =
  | SourcePlan
  | AggregatePlan
  | { readonly kind: 'filter'; readonly input: Plan; keep(row: Row): unknown }
  | { readonly kind: 'map'; readonly input: Plan; to(row: Row): unknown }
  | { readonly kind: 'watermark'; readonly input: Plan; readonly column: string; readonly delayMs: number }
  | { readonly kind: 'union'; readonly inputs: readonly [Plan, Plan] };

/**
 * What a filter's answer means: true keeps the row, false and null drop it, as in Spark. Throws TypeError for anything else,
 * such as the promise of an async function, which would keep or drop every row in silence.
 */
export function keeps(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer;
  if (answer === null) return false;
  const found =
    answer === undefined
      ? 'undefined: is a `return` missing?'
      : typeof (answer as { then?: unknown }).then === 'function'
        ? 'a promise: it cannot be async.'
        : `${typeof answer}: write a comparison, such as row.key !== ''.`;
  throw new TypeError(`The function of filter() must answer true or false for a row, but it answered ${found}`);
}

export function inputsOf(plan: Plan): readonly Plan[] {
  if (plan.kind === 'source') return [];
  return plan.kind === 'union' ? plan.inputs : [plan.input];
}

/** Most aggregates that lie one behind the other on the way to a topic. */
export function aggregatesDeep(plan: Plan): number {
  const below = Math.max(0, ...inputsOf(plan).map(aggregatesDeep));
  return plan.kind === 'aggregate' ? below + 1 : below;
}

/** The length of the windows in the column `window` of an aggregate's result, through filters and the like; null without. */
export function windowMsOf(plan: Plan): number | null {
  if (plan.kind === 'aggregate') return plan.window?.windowMs ?? null;
  const [input] = inputsOf(plan);
  return input === undefined ? null : windowMsOf(input);
}

/** Whether a watermark holds for a column; the `window` of an aggregate inherits that of its event times. */
function hasWatermark(plan: Plan, column: string): boolean {
  if (plan.kind === 'watermark' && plan.column === column) return true;
  if (plan.kind === 'aggregate') {
    return column === 'window' && plan.window !== null && hasWatermark(plan.input, plan.window.column);
  }
  return inputsOf(plan).some((input) => hasWatermark(input, column));
}

/** Whether the watermark evicts an aggregate's state: its windows lie over a column that has one. */
export function isEvicted({ window, input }: AggregatePlan): boolean {
  return window !== null && hasWatermark(input, window.column);
}

/**
 * Refuses what Spark refuses when a query is started, with AnalysisException: an aggregate without a watermark in append
 * mode (its groups would never be final), complete mode without an aggregate, aggregates behind each other in update and
 * complete mode (SS18).
 */
export function checkPlan(plan: Plan, mode: OutputMode): void {
  const deep = aggregatesDeep(plan);
  if (mode === 'complete' && deep === 0) {
    throw new AnalysisException(
      'Complete output mode not supported when there are no streaming aggregations: it would keep every row. Use append.',
    );
  }
  if (mode !== 'append' && deep > 1) {
    throw new AnalysisException(
      `Multiple stateful operators are not supported in ${mode} mode: an earlier aggregate would change what it has handed on. ` +
        'Use append mode with a watermark and windows, a second query, or an additive merge in the sink.',
    );
  }
  if (mode === 'append') checkAppend(plan);
}

function checkAppend(plan: Plan): void {
  if (plan.kind === 'aggregate' && !isEvicted(plan)) {
    throw new AnalysisException(
      'Append output mode not supported when there are streaming aggregations without watermark: no group would ever be final. ' +
        (plan.window === null
          ? "Group by a window(…) of a column with a watermark, or use outputMode('update')."
          : `Write .withWatermark('${plan.window.column}', '10 minutes') before groupBy, or use outputMode('update').`),
    );
  }
  for (const input of inputsOf(plan)) checkAppend(input);
}
