// The laws that a Flink job's trace keeps, read off its tables and series.

import type { RunTable, RunTrace } from '../trace/run-trace.ts';

/** Differences below this, in records or ms, come from rounding to thousandths and adding up. */
const slack = 0.1;

type Row = Readonly<Record<string, number | string | boolean | null>>;

/** What is broken, in words; nothing for a right trace. Records are conserved between operators, times add up, buffers hold. */
export function brokenJobLaws({ series, totals, tables = [] }: RunTrace): string[] {
  const laws: string[] = [];
  const operators = rowsOf(tables, 'operators');
  let sent = numberOf(totals, 'arrivedRecords') + numberOf(totals, 'readAgainRecords');
  for (const row of operators) {
    const n = (column: string): number => numberOf(row, column);
    const tolerance = slack + 1e-9 * sent;
    if (Math.abs(sent - n('received')) > tolerance)
      laws.push(`${row['operator']}: ${sent} were handed on to it and ${n('received')} received`);
    const gone = n('processed') + n('inService') + n('waiting') + n('discarded');
    if (Math.abs(n('received') + n('restored') - gone) > tolerance)
      laws.push(`${row['operator']}: received ${n('received')} and knows where ${gone} are`);
    sent = n('emitted');
  }
  for (const table of ['operators', 'subtasks', 'operatorTimeline'])
    for (const row of rowsOf(tables, table)) {
      const times = ['busyMsPerSecond', 'backPressuredMsPerSecond', 'idleMsPerSecond'].map((id) => numberOf(row, id));
      if (Math.abs(times.reduce((sum, ms) => sum + ms, 0) - 1000) > slack)
        laws.push(`${table}: the times of ${row['operator']} add up to something else than 1000 ms a second`);
      if (times.some((ms) => ms < 0)) laws.push(`${table}: a time of ${row['operator']} is negative`);
    }
  for (const [name, values] of Object.entries(series))
    if (values.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);
  return laws;
}

function rowsOf(tables: readonly RunTable[], id: string): Row[] {
  const table = tables.find((candidate) => candidate.id === id);
  return (table?.rows ?? []).map((row) =>
    Object.fromEntries(table?.columns.map((column, i) => [column.id, row[i] ?? null]) ?? []),
  );
}

function numberOf(row: Row, id: string): number {
  const value = row[id];
  return typeof value === 'number' ? value : 0;
}
