// A plan made ready to run: a batch's rows go in at the topics, through filters and aggregates, and come out in partitions.

import { LoggedRecord } from '../kafka/record.ts';
import { deriveSeed } from '../traffic/rng.ts';
import type { OutputMode } from './api.ts';
import type { Accumulator } from './functions.ts';
import type { Lineage } from './lineage.ts';
import { keeps, type AggregatePlan, type Plan, type Row, type SourcePlan } from './plan.ts';
import { QueryLog } from './query-log.ts';
import type { StateRow, StateUpdate } from './state-store.ts';
import { windowStarts } from './windows.ts';

/** Rows that one task has, and how many it reads or is sent to get them: what its time is counted by. */
export interface Part {
  readonly inputRows: number;
  readonly rows: readonly object[];
}

/** Rows in partitions, and the tasks of the stages before: one number of rows for each. A shuffle ends a stage. */
export interface Parts {
  readonly before: readonly (readonly number[])[];
  readonly parts: readonly Part[];
}

/** One batch, as the pipeline asks for it. */
export interface BatchInput {
  /** The rows of a source, by task. */
  read(source: number): readonly Part[];
  /** An event time of a watermarked input, in ms since the epoch. */
  observe(input: number, eventMs: number): void;
  /** The state that an aggregate works on. */
  update(aggregate: number): StateUpdate<Accumulator>;
  /** The record of a row of the result, by a name within the query and batch. */
  result(name: string): LoggedRecord;
  readonly statePartitions: number;
}

export interface Pipeline {
  readonly sources: readonly SourcePlan[];
  /** The delay of each watermark, in ms. */
  readonly delaysMs: readonly number[];
  readonly aggregates: readonly AggregatePlan[];
  run(batch: BatchInput): Parts;
}

type Step = (batch: BatchInput) => Parts;

/**
 * Makes a plan ready. A source, watermark or aggregate that stands in two places of it counts twice, as in Spark.
 *
 * Laws: each row that comes in comes out, or its record is marked as used up; a row of a final aggregate's result stands
 * for a record of its own. Throws TypeError where a row has no event time, or a key that is no plain value.
 */
export function compile(plan: Plan, mode: OutputMode, lineage: Lineage): Pipeline {
  const sources: SourcePlan[] = [];
  const delaysMs: number[] = [];
  const aggregates: AggregatePlan[] = [];

  function build(step: Plan, isFinal: boolean): Step {
    switch (step.kind) {
      case 'source': {
        const source = sources.push(step) - 1;
        return (batch) => ({ before: [], parts: batch.read(source) });
      }
      case 'filter': {
        const input = build(step.input, isFinal);
        return (batch) => eachPart(input(batch), (rows) => filtered(rows, step.keep, lineage));
      }
      case 'map': {
        const input = build(step.input, isFinal);
        return (batch) => eachPart(input(batch), (rows) => rows.map((row) => lineage.derive(row, step.to(row as Row))));
      }
      case 'watermark': {
        const index = delaysMs.push(step.delayMs) - 1;
        const input = build(step.input, isFinal);
        return (batch) =>
          eachPart(input(batch), (rows) => {
            for (const row of rows) batch.observe(index, eventMsOf(row as Row, step.column));
            return rows;
          });
      }
      case 'union': {
        const [left, right] = step.inputs.map((input) => build(input, isFinal)) as [Step, Step];
        return (batch) => union(left(batch), right(batch));
      }
      case 'aggregate': {
        // The inner ones first: they run first.
        const input = build(step.input, false);
        const index = aggregates.push(step) - 1;
        return (batch) => aggregated(step, index, input(batch), batch, { mode, isFinal, lineage });
      }
    }
  }

  const run = build(plan, true);
  return { sources, delaysMs, aggregates, run };
}

function eachPart({ before, parts }: Parts, change: (rows: readonly object[]) => readonly object[]): Parts {
  return { before, parts: parts.map(({ inputRows, rows }) => ({ inputRows, rows: change(rows) })) };
}

function filtered(rows: readonly object[], keep: (row: Row) => unknown, lineage: Lineage): object[] {
  return rows.filter((row) => {
    if (keeps(keep(row as Row))) return true;
    useUp(row, lineage);
    return false;
  });
}

function useUp(row: object, lineage: Lineage): void {
  const record = lineage.recordOf(row);
  const log = record === null ? null : LoggedRecord.logOf(record);
  if (record !== null && log instanceof QueryLog) log.useUp(LoggedRecord.offsetOf(record));
}

function union(left: Parts, right: Parts): Parts {
  const length = Math.max(left.before.length, right.before.length);
  const before = Array.from({ length }, (_, stage) => [...(left.before[stage] ?? []), ...(right.before[stage] ?? [])]);
  return { before, parts: [...left.parts, ...right.parts] };
}

function aggregated(
  plan: AggregatePlan,
  index: number,
  input: Parts,
  batch: BatchInput,
  { mode, isFinal, lineage }: { mode: OutputMode; isFinal: boolean; lineage: Lineage },
): Parts {
  const update = batch.update(index);
  for (const { rows } of input.parts) {
    for (const row of rows) {
      add(plan, row as Row, update);
      useUp(row, lineage);
    }
  }
  const change = update.change();
  const shuffled = Array.from({ length: batch.statePartitions }, () => 0);
  const out: object[][] = shuffled.map(() => []);
  const partitionOf = ({ windowStartMs, key }: StateRow<Accumulator>) =>
    deriveSeed(0, `${windowStartMs ?? ''}${key}`) % batch.statePartitions;
  for (const row of change.updated) shuffled[partitionOf(row)]!++;
  const results = mode === 'append' ? change.evicted : mode === 'update' ? change.updated : update.rows();
  for (const state of results) {
    const row = resultRow(plan, state);
    if (isFinal) lineage.add(row, batch.result(`${index}/${state.windowStartMs ?? ''}/${state.key}`));
    out[partitionOf(state)]!.push(row);
  }
  return {
    before: [...input.before, input.parts.map(({ inputRows }) => inputRows)],
    parts: out.map((rows, partition) => ({ inputRows: shuffled[partition] ?? 0, rows })),
  };
}

function add({ window, keys, functions }: AggregatePlan, row: Row, update: StateUpdate<Accumulator>): void {
  const key = keyOf(row, keys);
  const starts = window === null ? [null] : windowStarts(eventMsOf(row, window.column), window);
  for (const start of starts) {
    const accumulator = update.open(start, key);
    if (accumulator === null) continue;
    for (const [at, { add: addTo }] of functions.entries()) addTo(accumulator, 2 * at, row);
  }
}

function keyOf(row: Row, columns: readonly string[]): string {
  const values = columns.map((column) => {
    const value = row[column];
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return value;
    const found = value === undefined ? 'a row has no such column' : `a row has a value of type ${typeof value}`;
    throw new TypeError(`groupBy('${column}') needs text, a number or a boolean in each row, but ${found}.`);
  });
  return JSON.stringify(values);
}

/** The event time in a column: ms since the epoch, or the last instant of a window, as Spark's window_time. */
function eventMsOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'object' && value !== null && typeof (value as { end?: unknown }).end === 'number') {
    return (value as { end: number }).end - 1;
  }
  const found = column in row ? `a row has ${JSON.stringify(value)}` : 'a row has no such column';
  throw new TypeError(`'${column}' must hold event times, in ms since the epoch, but ${found}.`);
}

function resultRow({ window, keys, functions }: AggregatePlan, state: StateRow<Accumulator>): object {
  const row: Record<string, unknown> = {};
  const start = state.windowStartMs;
  if (window !== null && start !== null) row['window'] = Object.freeze({ start, end: start + window.windowMs });
  const values = JSON.parse(state.key) as unknown[];
  for (const [at, key] of keys.entries()) row[key] = values[at];
  for (const [at, { name, result }] of functions.entries()) row[name] = result(state.value, 2 * at);
  return Object.freeze(row);
}
