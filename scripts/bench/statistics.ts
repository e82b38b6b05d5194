// Medians, and a table of them.

/** The middle of the values; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? Number.NaN, sorted[Math.floor(middle)] ?? Number.NaN];
  return (low + high) / 2;
}

export interface Figure {
  readonly id: string;
  readonly what: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  readonly runs: number;
}

export function figure(id: string, what: string, unit: string, values: readonly number[]): Figure {
  const round = (value: number) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
  return {
    id,
    what,
    unit,
    median: round(median(values)),
    least: round(Math.min(...values)),
    most: round(Math.max(...values)),
    runs: values.length,
  };
}

export function tableOf(figures: readonly Figure[]): string {
  const grouped = (value: number) => value.toLocaleString('en-US');
  const rows = figures.map(({ what, median: middle, least, most, unit, runs }) => [
    what,
    `${grouped(middle)} ${unit}`,
    runs === 1 ? '' : `${grouped(least)} … ${grouped(most)}`,
    runs === 1 ? '' : String(runs),
  ]);
  const all = [['figure', 'median', 'least … most', 'runs'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('   '),
    )
    .join('\n');
}
