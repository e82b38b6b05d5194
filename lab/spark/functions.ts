// What a program groups by and sums up: window(…), count(), sum(…) and their like, as in pyspark.sql.functions.

import { intervalMs } from './interval.ts';
import { windowing, type Windowing } from './windows.ts';

/** A window over a column of event times, for `groupBy`. */
export interface WindowColumn extends Windowing {
  readonly column: string;
}

const windowColumns = new WeakSet<object>();

/**
 * Windows over `column`, which holds ms since the epoch (or a `window`, when it is the result of an aggregate):
 * `window('timestamp', '5 minutes')` tumbles, `window('timestamp', '10 minutes', '5 minutes')` slides.
 */
export function window(column: string, windowDuration: string, slideDuration?: string): WindowColumn {
  if (typeof column !== 'string')
    throw new TypeError("window() takes the name of a column first, such as 'timestamp'.");
  const windowMs = intervalMs(windowDuration, 'The window of window()');
  const slideMs = slideDuration === undefined ? windowMs : intervalMs(slideDuration, 'The slide of window()');
  const made = Object.freeze({ column, ...windowing(windowMs, slideMs) });
  windowColumns.add(made);
  return made;
}

/** Whether it came from `window(…)`. */
export function isWindowColumn(value: unknown): value is WindowColumn {
  return typeof value === 'object' && value !== null && windowColumns.has(value);
}

type AggregateKind = 'count' | 'sum' | 'avg' | 'min' | 'max';

/** A value for each group. */
export interface Aggregate<N extends string, C extends string> {
  /** The column of the result. */
  readonly name: N;
  /** The column that it is taken from; null for a count of rows. */
  readonly column: C | null;
  /** The same under another name. */
  alias<M extends string>(name: M): Aggregate<M, C>;
}

const kinds = new WeakMap<object, AggregateKind>();

function aggregate<N extends string, C extends string>(
  kind: AggregateKind,
  name: N,
  column: C | null,
): Aggregate<N, C> {
  const made: Aggregate<N, C> = Object.freeze({
    name,
    column,
    alias: <M extends string>(other: M) => aggregate(kind, other, column),
  });
  kinds.set(made, kind);
  return made;
}

function over<K extends AggregateKind>(kind: K) {
  return <C extends string>(column: C): Aggregate<`${K}(${C})`, C> => {
    if (typeof column !== 'string') throw new TypeError(`${kind}() takes the name of a column, such as 'cents'.`);
    return aggregate(kind, `${kind}(${column})`, column);
  };
}

/** Rows of the group. */
export const count = (): Aggregate<'count', never> => aggregate<'count', never>('count', 'count', null);
export const sum = over('sum');
export const avg = over('avg');
export const min = over('min');
export const max = over('max');

/** Two numbers for each aggregate: what has been summed up or found, and how many values it comes from. */
export type Accumulator = number[];

/** One aggregate as the engine sees it. */
export interface AggregateFunction {
  readonly name: string;
  /** Takes a row into the numbers at `at` and `at + 1`. */
  add(into: Accumulator, at: number, row: Readonly<Record<string, unknown>>): void;
  result(from: Accumulator, at: number): number;
}

/** The engine's view of an aggregate; TypeError for anything that `sum(…)` and its like did not make. */
export function aggregateFunction(given: unknown): AggregateFunction {
  const kind = typeof given === 'object' && given !== null ? kinds.get(given) : undefined;
  if (kind === undefined) throw new TypeError("agg() takes aggregates, such as agg(sum('cents'), count()).");
  const { name, column } = given as Aggregate<string, string>;
  return {
    name,
    add(into, at, row) {
      const value = column === null ? 1 : numberIn(row, column, kind);
      const before = into[at] as number;
      const isFirst = into[at + 1] === 0;
      if (kind === 'min') into[at] = isFirst ? value : Math.min(before, value);
      else if (kind === 'max') into[at] = isFirst ? value : Math.max(before, value);
      else into[at] = before + value;
      into[at + 1] = (into[at + 1] as number) + 1;
    },
    result: (from, at) => (kind === 'avg' ? (from[at] as number) / (from[at + 1] as number) : (from[at] as number)),
  };
}

function numberIn(row: Readonly<Record<string, unknown>>, column: string, kind: AggregateKind): number {
  const value = row[column];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const found = column in row ? `a row has ${JSON.stringify(value)}` : 'there is no such column';
  throw new TypeError(`${kind}('${column}') needs a number in each row, but ${found}.`);
}
