// DataFrames as a program builds them: each call makes a new one, and nothing is read until a query starts.

import { AnalysisException } from './errors.ts';
import type { Aggregate } from './functions.ts';
import { aggregateFunction, count, isWindowColumn } from './functions.ts';
import type { DataFrame, DataStreamWriter, GroupedData } from './api.ts';
import { intervalMs } from './interval.ts';
import { windowMsOf, type AggregatePlan, type Plan, type Row } from './plan.ts';

const plans = new WeakMap<object, Plan>();

/** What a frame needs of its session: a way to write it. */
export type OpenWriter = (plan: Plan) => DataStreamWriter<Row>;

function functionOf<F>(given: F, what: string): F {
  if (typeof given === 'function') return given;
  throw new TypeError(`${what} takes a function of a row, such as (row) => …; got ${typeof given}.`);
}

function columnOf(given: unknown, what: string): string {
  if (typeof given === 'string' && given !== '') return given;
  throw new TypeError(`${what} takes the name of a column, such as 'key'.`);
}

/** A frame over a plan. Throws TypeError for what is no function, column or frame of this lab. */
export function createFrame(plan: Plan, openWriter: OpenWriter): DataFrame<Row> {
  const next = (made: Plan): DataFrame<Row> => createFrame(made, openWriter);
  const mapped = (to: (row: Row) => unknown): DataFrame<Row> => next({ kind: 'map', input: plan, to });

  const frame = Object.freeze({
    filter: (keep: (row: Row) => boolean) => next({ kind: 'filter', input: plan, keep: functionOf(keep, 'filter()') }),
    map: (to: (row: Row) => object) => mapped(functionOf(to, 'map()')),
    select(...columns: string[]) {
      for (const column of columns) columnOf(column, 'select()');
      return mapped((row) => Object.fromEntries(columns.map((column) => [column, existing(row, column)])));
    },
    withColumn: (name: string, of: (row: Row) => unknown) => {
      columnOf(name, 'withColumn()');
      functionOf(of, 'withColumn()');
      return mapped((row) => ({ ...row, [name]: of(row) }));
    },
    withWatermark: (column: string, delay: string) =>
      next({
        kind: 'watermark',
        input: plan,
        column: columnOf(column, 'withWatermark()'),
        delayMs: intervalMs(delay, 'The delay of withWatermark()'),
      }),
    union(other: object) {
      const right = plans.get(other);
      if (right === undefined) throw new TypeError('union() takes another DataFrame.');
      return next({ kind: 'union', inputs: [plan, right] });
    },
    groupBy: (...by: unknown[]) => grouped(plan, by, next),
    get writeStream() {
      return openWriter(plan);
    },
  });
  plans.set(frame, plan);
  return frame as unknown as DataFrame<Row>;
}

function existing(row: Row, column: string): unknown {
  if (column in row) return row[column];
  throw new AnalysisException(`There is no column '${column}'; a row has: ${Object.keys(row).join(', ')}.`);
}

function grouped(input: Plan, by: readonly unknown[], next: (plan: Plan) => DataFrame<Row>): GroupedData<Row, object> {
  const windows = by.filter(isWindowColumn);
  if (windows.length > 1) throw new AnalysisException('groupBy() takes one window at most.');
  const columns = by.filter((each) => !isWindowColumn(each)).map((each) => columnOf(each, 'groupBy()'));
  const isRegrouped = windows.length === 0 && columns.includes('window');
  const windowMs = isRegrouped ? windowMsOf(input) : null;
  // The windows of an earlier aggregate, taken up again: each of its results lies in exactly one.
  const window = windows[0] ?? (windowMs === null ? null : { column: 'window', windowMs, slideMs: windowMs });
  const keys = window?.column === 'window' ? columns.filter((column) => column !== 'window') : columns;
  if (by.length === 0)
    throw new AnalysisException("groupBy() needs columns, such as window('timestamp', '5 minutes') and 'key'.");

  const agg = (...aggregates: readonly Aggregate<string, string>[]): DataFrame<Row> => {
    if (aggregates.length === 0) throw new TypeError("agg() takes at least one aggregate, such as sum('cents').");
    const plan: AggregatePlan = {
      kind: 'aggregate',
      input,
      window,
      keys,
      functions: aggregates.map(aggregateFunction),
    };
    return next(plan);
  };
  return Object.freeze({ agg, count: () => agg(count()) }) as unknown as GroupedData<Row, object>;
}
