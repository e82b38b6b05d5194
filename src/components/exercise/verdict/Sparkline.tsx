// A plot in the size of a word: the series that an item is about, its target, and where it was first over.

import { boxHeight, boxWidth, niceTop, pathOf, topOf, xOf, yOf } from '#src/components/figure/chart/scale.ts';

export interface SparklineProps {
  readonly values: readonly (number | null)[];
  readonly sampleMs: number;
  readonly durationMs: number;
  readonly target: number | null;
  /** ms of the run; null when there is nothing to mark. */
  readonly atMs: number | null;
  readonly isOver: boolean;
}

export function Sparkline({ values, sampleMs, durationMs, target, atMs, isOver }: SparklineProps) {
  const top = niceTop(1.1 * Math.max(topOf(values), target ?? 0));
  return (
    <span class="sparkline" data-over={isOver || undefined} aria-hidden="true">
      <svg viewBox={`0 0 ${boxWidth} ${boxHeight}`} preserveAspectRatio="none">
        {target !== null && <path class="sparkline-target" d={`M0 ${yOf(target, top)}H${boxWidth}`} />}
        <path class="sparkline-line" d={pathOf(values, { sampleMs, durationMs, top })} />
        {atMs !== null && <path class="sparkline-moment" d={`M${xOf(atMs, durationMs)} 0V${boxHeight}`} />}
      </svg>
    </span>
  );
}
