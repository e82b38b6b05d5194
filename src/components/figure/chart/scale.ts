// From samples to the lines of a chart, in a box of 1,000 by 100 that the page stretches.

export const boxWidth = 1000;
export const boxHeight = 100;

/** The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8, 10 times a power of ten that is not below `value`; 1 for nothing at all. */
export function niceTop(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((times) => times * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** The largest of the values; 0 when there is none. */
export function topOf(values: readonly (number | null)[]): number {
  let top = 0;
  for (const value of values) if (value !== null && value > top) top = value;
  return top;
}

const tenths = (value: number) => Math.round(value * 10) / 10;

/** The lowest of the values, 0 when none is below it. */
export function bottomOf(values: readonly (number | null)[]): number {
  let bottom = 0;
  for (const value of values) if (value !== null && value < bottom) bottom = value;
  return bottom;
}

/** Where a value lies in the box, counted from its upper edge; the lower edge is `bottom`, 0 unless given. */
export function yOf(value: number, top: number, bottom = 0): number {
  const share = (Math.min(Math.max(value, bottom), top) - bottom) / (top - bottom);
  return tenths(boxHeight - share * boxHeight);
}

/** Where a time lies in the box. */
export function xOf(ms: number, durationMs: number): number {
  return tenths((Math.min(Math.max(ms, 0), durationMs) / durationMs) * boxWidth);
}

/** An SVG path through the samples; a null is a gap. Runs of one value keep their ends only. */
export function pathOf(
  values: readonly (number | null)[],
  scale: { sampleMs: number; durationMs: number; top: number; bottom?: number },
): string {
  const { sampleMs, durationMs, top, bottom = 0 } = scale;
  let path = '';
  let isDown = false;
  for (const [i, value] of values.entries()) {
    if (value === null) {
      isDown = false;
      continue;
    }
    if (isDown && values[i - 1] === value && values[i + 1] === value) continue;
    path += `${isDown ? 'L' : 'M'}${xOf(i * sampleMs, durationMs)} ${yOf(value, top, bottom)}`;
    isDown = true;
  }
  return path;
}

/** The sample that stands at a time, as a whole index into `values`. */
export function indexAt(ms: number, sampleMs: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.round(ms / sampleMs)));
}
