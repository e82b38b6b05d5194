// A series as a few lines of text: bars of eighths, eight rows' worth of resolution in each.

const eighths = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/**
 * A plot of `height` lines and at most `width` columns, each column the largest value of its samples. The first line is
 * labelled with the top of the scale and the last with 0; values below 0 are drawn as 0, gaps stay empty.
 */
export function plotLines(
  values: readonly (number | null)[],
  write: (value: number) => string,
  { width = 64, height = 4 } = {},
): string[] {
  const columns = Math.min(width, values.length);
  const peaks = Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * values.length) / columns);
    const to = Math.floor(((i + 1) * values.length) / columns);
    return values.slice(from, to).reduce<number>((peak, value) => Math.max(peak, value ?? 0), 0);
  });
  const top = peaks.reduce((peak, value) => Math.max(peak, value), 0);
  const label = write(top);
  return Array.from({ length: height }, (_, row) => {
    const floor = height - 1 - row;
    const bars = peaks.map((value) => {
      const level = top === 0 ? 0 : (value / top) * height - floor;
      return eighths[Math.max(0, Math.min(8, Math.round(level * 8)))] ?? ' ';
    });
    const words = row === 0 ? label : row === height - 1 ? '0' : '';
    return `${words.padStart(label.length)} │${bars.join('')}`;
  });
}
