// A line over the time of a run, with its incidents shaded, its target and marks drawn at their height, and a cursor
// that several charts may share.
//
// Props, in short:
//   title, unit      the head at the left; the reading stands at its right
//   series           one or more lines: values (one per sampleMs, null for a gap), tone, dash, label
//   sampleMs         time between two samples; the first is at 0
//   durationMs       the right edge
//   marks            horizontal lines with a word: { value, label, tone, side }
//   target           { atMost } or { atLeast }, and a label: a line, and the side of it that is not wanted is shaded
//   incidents        { label, fromMs, toMs } as graders/plots.ts gives them; an instant is a line, a span a band
//   cursorMs         where the shared cursor stands, null for nowhere (the reading is then the peak)
//   onCursor         called with the time under the pointer, null when it leaves; leave it out for a still chart
//   onPick           called with the time where the reader pressed
//   height           of the plot in px, 72 unless given
//   hasLegend        true: the lines are named under the head, each with its reading; otherwise at their right ends
//   axis             true: seconds below the plot (one chart of a column is enough)
//   wordsAt          where the names of shaded spans stand, 'top' unless given; choose the side that the lines leave free
//   format           how a value is written; whole numbers with a comma unless given
//   when             how a time is written; mm:ss of the run unless given
//
// A chart is a picture with a name for screen readers; moving the cursor by keyboard belongs to one range input next to
// the charts (see CursorRange.tsx), so that a column of charts is one stop and not four.
import { clock, whole } from '#graders/checks/law.ts';
import { useMemo } from 'preact/hooks';
import './line-chart.css';
import { bottomOf, boxHeight, boxWidth, indexAt, niceTop, pathOf, topOf, xOf, yOf } from './scale.ts';

export type ChartTone = 'flow' | 'pressure' | 'ink' | 'soft';

export interface ChartSeries {
  readonly values: readonly (number | null)[];
  readonly tone?: ChartTone;
  /** Drawn in dashes, or in dots. */
  readonly isDashed?: boolean | 'dots';
  /** Written at the line itself when there is more than one. */
  readonly label?: string;
}

export interface ChartMark {
  readonly value: number;
  readonly label: string;
  readonly tone?: ChartTone;
  /** Where the word stands, next to its line; above unless given. */
  readonly side?: 'above' | 'below';
}

export interface ChartIncident {
  readonly label: string;
  readonly fromMs: number;
  /** Equal to `fromMs` for an instant. */
  readonly toMs: number;
}

export type ChartTarget = ({ readonly atMost: number } | { readonly atLeast: number }) & { readonly label?: string };

export interface LineChartProps {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly ChartSeries[];
  readonly sampleMs: number;
  readonly durationMs: number;
  readonly marks?: readonly ChartMark[];
  readonly target?: ChartTarget | undefined;
  readonly incidents?: readonly ChartIncident[];
  readonly cursorMs?: number | null;
  readonly onCursor?: (ms: number | null) => void;
  readonly onPick?: (ms: number) => void;
  readonly height?: number;
  readonly axis?: boolean;
  readonly hasLegend?: boolean;
  readonly wordsAt?: 'top' | 'bottom';
  readonly format?: (value: number) => string;
  readonly when?: (ms: number) => string;
  /** The top of the scale; by default a round number above everything that is drawn. */
  readonly top?: number;
}

const none: readonly never[] = [];

export function LineChart(props: LineChartProps) {
  const {
    title,
    unit,
    series,
    sampleMs,
    durationMs,
    cursorMs = null,
    height = 72,
    axis = false,
    hasLegend = false,
  } = props;
  const {
    marks = none,
    incidents = none,
    target,
    onCursor,
    onPick,
    format = whole,
    when = clock,
    wordsAt = 'top',
  } = props;
  const first = series[0]?.values ?? none;
  const limit = target === undefined ? null : 'atMost' in target ? target.atMost : target.atLeast;
  const peak = topOf(first);
  const top =
    props.top ??
    niceTop(
      1.04 *
        Math.max(
          peak,
          limit ?? 0,
          ...series.slice(1).map(({ values }) => topOf(values)),
          ...marks.map(({ value }) => value),
        ),
    );
  const lowest = Math.min(...series.map(({ values }) => bottomOf(values)));
  const bottom = lowest < 0 ? -niceTop(-1.04 * lowest) : 0;
  const paths = useMemo(
    () => series.map(({ values }) => pathOf(values, { sampleMs, durationMs, top, bottom })),
    [series, sampleMs, durationMs, top, bottom],
  );

  const readAt = cursorMs === null ? null : indexAt(cursorMs, sampleMs, first.length);
  const value = readAt === null ? peak : (first[readAt] ?? null);
  const reading = value === null ? '–' : format(value);

  const timeOf = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const ms = ((event.clientX - box.left) / box.width) * durationMs;
    return Math.max(0, Math.min(durationMs, Math.round(ms / sampleMs) * sampleMs));
  };
  const left = (ms: number) => `${xOf(ms, durationMs) / 10}%`;
  const y = (at: number) => yOf(at, top, bottom);

  return (
    <div class="chart" style={{ '--plot': `${height}px` }}>
      <div class="chart-head">
        <span class="chart-title">
          {title}
          {unit !== '' && <span class="chart-unit">, {unit}</span>}
        </span>
        <span class="chart-reading">
          <span class="chart-when">{cursorMs === null ? 'peak' : when(cursorMs)}</span>{' '}
          {hasLegend && series.length > 1 ? null : reading}
        </span>
      </div>
      {hasLegend && series.length > 1 && (
        <ul class="chart-legend">
          {series.map(({ label, values, tone = 'flow', isDashed = false }) => {
            const at = cursorMs === null ? topOf(values) : (values[indexAt(cursorMs, sampleMs, values.length)] ?? null);
            return (
              <li key={label}>
                <svg viewBox="0 0 18 4" width="18" height="4" aria-hidden="true">
                  <path
                    class="chart-line"
                    data-tone={tone}
                    data-dashed={isDashed === true ? 'dashes' : isDashed || undefined}
                    d="M0 2H18"
                  />
                </svg>
                {label} <b>{at === null ? '–' : format(at)}</b>
              </li>
            );
          })}
        </ul>
      )}
      <div
        class="chart-plot"
        role="img"
        aria-label={`${title}${unit === '' ? '' : `, ${unit}`}: at most ${format(peak)} in ${when(durationMs)}.${limit === null ? '' : ` The target is ${format(limit)}.`}`}
        onPointerMove={onCursor && ((event) => onCursor(timeOf(event)))}
        onPointerLeave={onCursor && ((event) => event.pointerType === 'mouse' && onCursor(null))}
        onPointerDown={(event) => {
          onPick?.(timeOf(event));
          onCursor?.(timeOf(event));
        }}
      >
        <svg viewBox={`0 0 ${boxWidth} ${boxHeight}`} preserveAspectRatio="none" aria-hidden="true">
          {incidents.map(({ fromMs, toMs }, i) =>
            toMs > fromMs ? (
              <rect
                key={i}
                class="chart-band"
                x={xOf(fromMs, durationMs)}
                width={xOf(toMs, durationMs) - xOf(fromMs, durationMs)}
                y="0"
                height={boxHeight}
              />
            ) : (
              <path key={i} class="chart-instant" d={`M${xOf(fromMs, durationMs)} 0V${boxHeight}`} />
            ),
          )}
          {target !== undefined && limit !== null && (
            <>
              <rect
                class="chart-unwanted"
                x="0"
                width={boxWidth}
                y={'atMost' in target ? 0 : y(limit)}
                height={'atMost' in target ? y(limit) : boxHeight - y(limit)}
              />
              <path class="chart-target" d={`M0 ${y(limit)}H${boxWidth}`} />
            </>
          )}
          {marks.map((mark) => (
            <path key={mark.label} class="chart-mark" data-tone={mark.tone} d={`M0 ${y(mark.value)}H${boxWidth}`} />
          ))}
          <path class="chart-base" d={`M0 ${y(0)}H${boxWidth}`} />
          {series.map(({ tone = 'flow', isDashed = false }, i) => (
            <path
              key={i}
              class="chart-line"
              data-tone={tone}
              data-dashed={isDashed === true ? 'dashes' : isDashed || undefined}
              d={paths[i]}
            />
          ))}
          {cursorMs !== null && <path class="chart-cursor" d={`M${xOf(cursorMs, durationMs)} 0V${boxHeight}`} />}
        </svg>
        {cursorMs !== null && value !== null && (
          <i class="chart-dot" style={{ left: left(cursorMs), top: `${y(value)}%` }} data-tone={series[0]?.tone} />
        )}
        <span class="chart-top">{format(top)}</span>
        {bottom < 0 && <span class="chart-bottom">{format(bottom)}</span>}
        {incidents.map(({ label, fromMs, toMs }, i) => (
          <span
            key={i}
            class="chart-word"
            data-kind={toMs > fromMs ? 'band' : 'instant'}
            data-at={wordsAt}
            style={
              toMs > fromMs
                ? { left: left((fromMs + toMs) / 2) }
                : fromMs > durationMs * 0.7
                  ? { right: `calc(100% - ${left(fromMs)})` }
                  : { left: left(fromMs) }
            }
          >
            {label}
          </span>
        ))}
        {target?.label !== undefined && limit !== null && (
          <span class="chart-mark-word" data-tone="soft" style={{ top: `${y(limit)}%` }}>
            {target.label}
          </span>
        )}
        {marks.map(({ label, value: at, tone, side }) => (
          <span key={label} class="chart-mark-word" data-tone={tone} data-side={side} style={{ top: `${y(at)}%` }}>
            {label}
          </span>
        ))}
        {series.length > 1 &&
          !hasLegend &&
          series.map(({ label, values, tone }) => {
            const last = values.findLast((sample) => sample !== null);
            return (
              label !== undefined &&
              last !== undefined &&
              last !== null && (
                <span key={label} class="chart-mark-word" data-tone={tone} style={{ top: `${y(last)}%` }}>
                  {label}
                </span>
              )
            );
          })}
      </div>
      {axis && <TimeAxis durationMs={durationMs} />}
    </div>
  );
}

/** Units of time with the steps that are read in them, and up to which length of a run. */
const units = [
  { word: 's', ms: 1_000, mostMs: 600_000, steps: [0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 15, 30, 60, 120] },
  { word: 'min', ms: 60_000, mostMs: 7_200_000, steps: [2, 5, 10, 15, 30, 60] },
  { word: 'h', ms: 3_600_000, mostMs: 259_200_000, steps: [0.5, 1, 2, 3, 4, 6, 12, 24] },
  { word: 'd', ms: 86_400_000, mostMs: Infinity, steps: [1, 2, 5, 10, 20, 50, 100] },
] as const;

/** Seconds, minutes, hours or days of the run, at steps that leave room for their words. */
export function TimeAxis({ durationMs }: { readonly durationMs: number }) {
  const { word, ms, steps } = units.find(({ mostMs }) => durationMs <= mostMs) ?? units[3];
  const step = steps.find((each) => durationMs / (ms * each) <= 8) ?? steps.at(-1) ?? 1;
  const all = Array.from({ length: Math.floor(durationMs / (ms * step) + 1e-9) + 1 }, (_, i) => i * step);
  // The last tick carries the unit and ends at the edge, so that the one before it may have no room.
  const isTight = all.length > 6 && durationMs - (all.at(-1) ?? 0) * ms < 0.5 * ms * step;
  const ticks = isTight ? all.toSpliced(-2, 1) : all;
  return (
    <div class="chart-axis" aria-hidden="true">
      {ticks.map((tick) => (
        <span key={tick} style={{ left: `${((tick * ms) / durationMs) * 100}%` }}>
          {Number(tick.toPrecision(6))}
          {tick === ticks.at(-1) ? ` ${word}` : ''}
        </span>
      ))}
    </div>
  );
}
