// A run's series and tables as comma-separated values, for spreadsheets and other tools.

import type { RunTable, RunTrace } from './run-trace.ts';

type Cell = number | string | boolean | null;

function textOf(rows: readonly (readonly Cell[])[]): string {
  return `${rows.map((row) => row.map(cellOf).join(',')).join('\n')}\n`;
}

function cellOf(value: Cell): string {
  const text = value === null ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line for each sample: ms of the run, and the value of each series; empty where there is none. */
export function seriesCsv({ series, sampleMs }: RunTrace): string {
  const names = Object.keys(series);
  const samples = Math.max(0, ...Object.values(series).map(({ length }) => length));
  const rows = Array.from({ length: samples }, (_, i) => [
    i * sampleMs,
    ...names.map((name) => series[name]?.[i] ?? null),
  ]);
  return textOf([['ms', ...names], ...rows]);
}

/** The table's column ids, and its rows. */
export function tableCsv({ columns, rows }: RunTable): string {
  return textOf([columns.map(({ id }) => id), ...rows]);
}
