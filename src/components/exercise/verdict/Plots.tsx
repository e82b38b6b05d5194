// The traces of one scenario above each other, with one cursor for all, and the run before laid under them.

import { useStore } from '@nanostores/preact';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '#graders/checks/law.ts';
import type { Exercise, Plot } from '#graders/exercise.ts';
import type { TracePlots } from '#graders/plots.ts';
import type { CheckResult } from '#graders/verdict.ts';
import { CursorRange } from '#src/components/figure/chart/CursorRange.tsx';
import { LineChart } from '#src/components/figure/chart/LineChart.tsx';
import { indexAt, niceTop, topOf } from '#src/components/figure/chart/scale.ts';
import { amount } from '#src/stores/attempt/words.ts';
import type { Bench } from '#src/stores/bench.ts';

export interface PlotsProps {
  readonly bench: Bench;
  readonly run: TracePlots;
  /** The same scenario in the run before; null when there is none. */
  readonly before: TracePlots | null;
  readonly results: readonly CheckResult[];
}

/** Height of one chart, and what a chart needs beside it: its head and the gap. */
const leastPx = 40;
const mostPx = 110;
const besidePx = 34;
/** The tools above the charts, the axis below them, the edges. */
const roundPx = 72;

export function Plots({ bench, run, before, results }: PlotsProps) {
  const { exercise, $cursor } = bench;
  const { atMs } = useStore($cursor);
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const [hasBefore, setHasBefore] = useState(false);
  const [isTable, setIsTable] = useState(false);
  const { room, roomPx } = useRoom();
  const chartPx = Math.max(
    leastPx,
    Math.min(mostPx, Math.floor((roomPx - roundPx) / exercise.plots.length - besidePx)),
  );
  const { durationMs, sampleMs } = run;
  const pinnedMs = atMs === null ? null : Math.min(atMs, durationMs);
  const cursorMs = hoverMs ?? pinnedMs;
  const pin = (ms: number): void => $cursor.set({ scenario: run.scenario, atMs: ms });

  const readingAt = (ms: number): string =>
    exercise.plots
      .map(({ series, title, unit }) => {
        const values = run.series[series];
        const value = values[indexAt(ms, sampleMs, values.length)] ?? null;
        return `${title} ${value === null ? 'none' : `${amount(value)} ${unit}`}`;
      })
      .join(', ');

  return (
    <div class="plots-room" ref={room}>
      <div class="plots-tools">
        <CursorRange
          durationMs={durationMs}
          sampleMs={sampleMs}
          cursorMs={pinnedMs}
          onCursor={pin}
          describe={readingAt}
        />
        <output class="plots-clock figures">{clock(cursorMs ?? 0)}</output>
        <button
          type="button"
          class="button button-quiet button-small"
          aria-pressed={hasBefore && before !== null}
          aria-disabled={before === null}
          onClick={() => before !== null && setHasBefore(!hasBefore)}
        >
          Run before
        </button>
        <button
          type="button"
          class="button button-quiet button-small"
          aria-pressed={isTable}
          onClick={() => setIsTable(!isTable)}
        >
          As a table
        </button>
      </div>
      {isTable ? (
        <PlotTable plots={exercise.plots} run={run} />
      ) : (
        <div class="plots-charts" data-cursor={cursorMs !== null || undefined}>
          {exercise.plots.map((plot, i) => {
            const isFirst = i === 0;
            const violation = violationOf(exercise, plot, results, run);
            return (
              <LineChart
                key={plot.series}
                title={plot.title}
                unit={plot.unit}
                series={[
                  { values: run.series[plot.series], tone: plot.series === 'lag' ? 'pressure' : 'flow' },
                  ...(hasBefore && before !== null
                    ? [
                        {
                          values: before.series[plot.series],
                          tone: 'soft' as const,
                          isDashed: true,
                          label: isFirst ? 'run before' : '',
                        },
                      ]
                    : []),
                ]}
                sampleMs={sampleMs}
                durationMs={durationMs}
                target={targetOf(exercise, plot, run.scenario)}
                incidents={[
                  ...run.incidents.map((incident, at) =>
                    isFirst && isFirstOfItsKind(run, at) ? incident : { ...incident, label: '' },
                  ),
                  ...(violation === null ? [] : [{ label: 'not yet', fromMs: violation, toMs: violation }]),
                ]}
                cursorMs={cursorMs}
                onCursor={setHoverMs}
                onPick={pin}
                height={chartPx}
                axis={i === exercise.plots.length - 1}
                format={amount}
                {...topOfPlot(exercise, plot, run)}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

/** The height that the charts may fill; it follows the pane. */
function useRoom(): { room: RefObject<HTMLDivElement>; roomPx: number } {
  const room = useRef<HTMLDivElement>(null);
  const [roomPx, setRoomPx] = useState(0);
  useEffect(() => {
    const pane = room.current?.parentElement;
    if (!pane) return;
    const observer = new ResizeObserver(() => setRoomPx(pane.clientHeight));
    observer.observe(pane);
    return () => observer.disconnect();
  }, []);
  return { room, roomPx };
}

function targetOf({ checks }: Exercise, { check: id }: Plot, scenario: string): { atMost: number } | undefined {
  const check = checks.find((each) => each.id === id);
  if (check === undefined || !check.scenarios.includes(scenario)) return undefined;
  const target = typeof check.target === 'number' ? check.target : check.target[scenario];
  return target === undefined ? undefined : { atMost: target };
}

/** A word for the first incident of its kind is enough. */
function isFirstOfItsKind({ incidents }: TracePlots, at: number): boolean {
  return incidents.findIndex(({ label }) => label === incidents[at]?.label) === at;
}

/** Room above a target, so that its line stands clear of the top and of the number there. */
function topOfPlot(exercise: Exercise, plot: Plot, run: TracePlots): { top: number } | undefined {
  const target = targetOf(exercise, plot, run.scenario);
  if (target === undefined) return undefined;
  return { top: niceTop(Math.max(1.04 * topOf(run.series[plot.series]), 1.4 * target.atMost)) };
}

/** When the check of a plot was first violated in this scenario, by the seed that is drawn. */
function violationOf(
  { seeds }: Exercise,
  { check: id }: Plot,
  results: readonly CheckResult[],
  run: TracePlots,
): number | null {
  const result = results.find((each) => each.id === id && each.scenario === run.scenario);
  return result?.state === 'not-yet' && result.seed === seeds[0] ? result.atMs : null;
}

const secondMs = 1000;

/** Each series second by second, for those who read numbers better than lines. */
function PlotTable({ plots, run }: { readonly plots: readonly Plot[]; readonly run: TracePlots }) {
  const times = Array.from({ length: Math.floor(run.durationMs / secondMs) + 1 }, (_, i) => i * secondMs);
  return (
    <div class="plots-table" tabIndex={0} role="region" aria-label="The plots as a table">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {plots.map(({ series, title, unit }) => (
              <th key={series} scope="col">
                {title}, {unit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((ms) => (
            <tr key={ms}>
              <th scope="row">{clock(ms)}</th>
              {plots.map(({ series }) => {
                const values = run.series[series];
                const value = values[indexAt(ms, run.sampleMs, values.length)] ?? null;
                return <td key={series}>{value === null ? '–' : amount(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
