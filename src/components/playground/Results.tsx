// What a run left: plots with one cursor, totals, what happened, tables; beside a run that was kept, where there is one.
import { useMemo, useState } from 'preact/hooks';
import { clock } from '#graders/checks/law.ts';
import type { Plot } from '#lab/scenario/system.ts';
import type { Reading, RunTable, RunTrace, SeriesValues } from '#lab/trace/run-trace.ts';
import { seriesCsv } from '#lab/trace/csv.ts';
import { durationInWords, inWords, withoutIds } from '#lab/trace/words.ts';
import { CursorRange } from '../figure/chart/CursorRange.tsx';
import { niceTop, topOf } from '../figure/chart/scale.ts';
import { LineChart, type ChartSeries, type ChartTone } from '../figure/chart/LineChart.tsx';
import { PlayButton } from '../figure/PlayButton.tsx';
import { usePlayer } from '../figure/player.ts';
import type { RunView, SystemView } from './protocol.ts';

const hourMs = 3_600_000;

export function Results({ system, view, kept }: { system: SystemView; view: RunView; kept: RunView | null }) {
  const { trace, events } = view;
  const durationMs = Math.max(trace.sampleMs, trace.endedMs);
  const player = usePlayer(durationMs, durationMs);
  /** Where the reader put the cursor; null while the plots read their peaks. */
  const [pinnedMs, setPinnedMs] = useState<number | null>(null);
  const [hoverMs, setHoverMs] = useState<number | null>(null);
  const chosenMs = player.isPlaying ? player.ms : (hoverMs ?? (player.ms < durationMs ? pinnedMs : null));
  const cursorMs = chosenMs === null ? null : Math.min(chosenMs, durationMs);
  const when = durationMs > hourMs ? durationInWords : clock;
  const show = (ms: number) => {
    setPinnedMs(ms);
    player.show(ms);
  };
  // A plot that says nothing of either run is left out, but for the first: what a run is about may be nothing.
  const says = (id: string) => [trace, kept?.trace].some((each) => each?.series[id]?.some((value) => value));
  const plots = system.plots.filter(({ series }, i) => i === 0 || series.some(says));
  return (
    <>
      <div class="lab-time">
        <PlayButton isPlaying={player.isPlaying} onToggle={player.toggle} />
        <CursorRange
          durationMs={durationMs}
          sampleMs={trace.sampleMs}
          cursorMs={cursorMs ?? durationMs}
          onCursor={show}
          when={when}
        />
        <span class="lab-clock">{cursorMs === null ? 'peaks' : when(cursorMs)}</span>
      </div>
      <div class="lab-charts">
        {plots.map((plot) => (
          <PlotChart
            key={plot.title}
            plot={plot}
            system={system}
            trace={trace}
            kept={kept?.trace ?? null}
            cursorMs={cursorMs}
            onCursor={(ms) => !player.isPlaying && setHoverMs(ms)}
            onPick={show}
            when={when}
          />
        ))}
      </div>
      <div class="lab-below">
        <Totals system={system} trace={trace} kept={kept?.trace ?? null} />
        {events.length > 0 && <Events events={events} when={when} onShow={show} />}
      </div>
      {(trace.tables ?? []).map((table) => (
        <Table key={table.id} table={table} />
      ))}
      <Downloads trace={trace} />
    </>
  );
}

/** The reading that a run is about, in words: the peak of its first plot. */
export function headlineOf(system: SystemView, { trace }: RunView): string {
  const id = system.plots[0]?.series[0] ?? '';
  const reading = system.series[id];
  if (reading === undefined) return '';
  return `${reading.label}, peak ${inWords(topOf(trace.series[id] ?? []), reading.unit)}`;
}

interface PlotProps {
  readonly plot: Plot;
  readonly system: SystemView;
  readonly trace: RunTrace;
  readonly kept: RunTrace | null;
  readonly cursorMs: number | null;
  readonly onCursor: (ms: number | null) => void;
  readonly onPick: (ms: number) => void;
  readonly when: (ms: number) => string;
}

/** What presses is drawn in the colour of pressure, what flows in that of flow. */
function toneOf(id: string): ChartTone {
  return /lag|age|backlog|waiting|dropped|lost|retr|throttl|blocked|backPressured|late|failed|rejected|behind/i.test(id)
    ? 'pressure'
    : 'flow';
}

function PlotChart({ plot, system, trace, kept, cursorMs, onCursor, onPick, when }: PlotProps) {
  const [first = ''] = plot.series;
  const reading: Reading | undefined = system.series[first];
  const series = useMemo(() => {
    const lines: ChartSeries[] = plot.series.map((id, i) => ({
      values: trace.series[id] ?? [],
      tone: i === 0 ? toneOf(id) : i === 1 ? 'ink' : 'soft',
      isDashed: i % 2 === 1,
      label: plot.series.length > 1 ? (system.series[id]?.label ?? id) : 'this run',
    }));
    const before = kept?.series[first];
    if (kept !== null && before !== undefined)
      lines.push({
        values: resampled(before, kept.sampleMs, trace),
        tone: 'soft',
        isDashed: 'dots',
        label: plot.series.length > 1 ? `kept: ${system.series[first]?.label.toLowerCase() ?? ''}` : 'kept run',
      });
    return lines;
  }, [plot, trace, kept, system, first]);
  const durationMs = Math.max(trace.sampleMs, trace.endedMs);
  const unit = reading?.unit ?? 'count';
  return (
    <LineChart
      title={plot.title}
      unit={unitOf(plot, reading)}
      series={series}
      sampleMs={trace.sampleMs}
      durationMs={durationMs}
      cursorMs={cursorMs}
      onCursor={onCursor}
      onPick={onPick}
      format={(value) => inWords(value, unit)}
      when={when}
      height={88}
      top={niceTopOf(series, unit)}
      hasLegend
      axis
    />
  );
}

/** The top of a scale: round in the unit that its values are read in. */
function niceTopOf(series: readonly ChartSeries[], unit: Reading['unit']): number {
  const peak = Math.max(...series.map(({ values }) => topOf(values)));
  if (unit === 'share' && peak <= 1.000_1) return 1;
  if ((unit === 'records' || unit === 'rows' || unit === 'calls') && peak < 1) return 1;
  if (unit === 'ms/s' && peak <= 1_000) return 1_000;
  const steps = unit === 'ms' ? timeSteps : unit === 'bytes' || unit === 'bytes/s' ? byteSteps : [];
  const step = steps.find((each) => peak >= 2 * each) ?? 1;
  return step * niceTop((1.04 * peak) / step);
}

const timeSteps = [86_400_000, 3_600_000, 60_000, 1_000];
const byteSteps = [1_073_741_824, 1_048_576, 1_024];

/** What the title leaves open: the reading where it has another name, and a unit that its values do not say. */
function unitOf({ title, series }: Plot, reading: Reading | undefined): string {
  if (reading === undefined) return '';
  const said = title.toLowerCase();
  const label = series.length === 1 && !said.startsWith(reading.label.toLowerCase()) ? reading.label : null;
  const unit = unitWords[reading.unit] ?? null;
  return [label, unit !== null && !said.includes(unit) ? unit : null].filter((word) => word !== null).join(', ');
}

/** Units that a value does not say itself. */
const unitWords: Partial<Record<Reading['unit'], string>> = { records: 'records', rows: 'rows', calls: 'calls' };

/** The kept run's values at the samples of the run that is shown. */
function resampled(values: SeriesValues, sampleMs: number, trace: RunTrace): (number | null)[] {
  const samples = Math.floor(trace.endedMs / trace.sampleMs) + 1;
  return Array.from({ length: samples }, (_, i) => values[Math.round((i * trace.sampleMs) / sampleMs)] ?? null);
}

function Totals({ system, trace, kept }: { system: SystemView; trace: RunTrace; kept: RunTrace | null }) {
  const all = Object.entries(system.totals);
  const isTrivial = (id: string) => !trace.totals[id] && !kept?.totals[id];
  const telling = all.filter(([id]) => !isTrivial(id));
  const trivial = all.filter(([id]) => isTrivial(id));
  return (
    <div>
      <div class="lab-scroll" tabIndex={0} role="region" aria-label="Totals of the run">
        <table class="lab-table lab-totals">
          <caption>Of the whole run</caption>
          <thead class={kept === null ? 'visually-hidden' : undefined}>
            <tr>
              <th scope="col">Measure</th>
              <th scope="col">This run</th>
              {kept !== null && <th scope="col">Kept run</th>}
            </tr>
          </thead>
          <tbody>
            {telling.map(([id, { label, unit, about }]) => (
              <tr key={id}>
                <th scope="row" title={withoutIds(about)}>
                  {label}
                </th>
                <td data-differs={(kept !== null && kept.totals[id] !== trace.totals[id]) || undefined}>
                  {inWords(trace.totals[id] ?? null, unit)}
                </td>
                {kept !== null && <td>{inWords(kept.totals[id] ?? null, unit)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {trivial.length > 0 && <p class="lab-note lab-none">{trivialWords(trivial, trace)}</p>}
    </div>
  );
}

/** Totals that are zero or were not reached, in a sentence rather than in rows. */
function trivialWords(trivial: readonly (readonly [string, Reading])[], trace: RunTrace): string {
  const lower = (label: string) => label.charAt(0).toLowerCase() + label.slice(1);
  const named = (isNone: boolean) =>
    trivial
      .filter(([id]) => ((trace.totals[id] ?? null) === null) === isNone)
      .map(([, { label }]) => (/^[A-Z][a-z ]/.test(label) ? lower(label) : label));
  const [zero, none] = [named(false), named(true)];
  return [
    zero.length > 0 ? `Zero: ${zero.join(', ')}.` : '',
    none.length > 0 ? `Did not happen: ${none.join(', ')}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

const mostEvents = 14;

function Events(props: { events: RunView['events']; when: (ms: number) => string; onShow: (ms: number) => void }) {
  const { events, when, onShow } = props;
  return (
    <section class="lab-happened" aria-label="What happened">
      <h3>What happened</h3>
      <ol class="lab-events">
        {events.slice(0, mostEvents).map(({ atMs, words }, i) => (
          <li key={`${i}-${atMs}`}>
            <button type="button" onClick={() => onShow(atMs)}>
              {when(atMs)}
            </button>
            <span>{words}</span>
          </li>
        ))}
      </ol>
      {events.length > mostEvents && (
        <p class="lab-note">
          The first {mostEvents} of {events.length}; the file has all of them.
        </p>
      )}
    </section>
  );
}

const mostRows = 100;

function Table({ table }: { table: RunTable }) {
  return (
    <details class="lab-more">
      <summary>
        {table.title} ({table.rows.length})
      </summary>
      <div class="lab-scroll" tabIndex={0} role="region" aria-label={table.title}>
        <table class="lab-table">
          <thead>
            <tr>
              {table.columns.map(({ id, label }) => (
                <th key={id} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.slice(0, mostRows).map((row, i) => (
              <tr key={`${table.id}-${i}`}>
                {row.map((value, column) => (
                  <td key={table.columns[column]?.id}>{inWords(value, table.columns[column]?.unit ?? 'count')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.rows.length > mostRows && <p class="lab-note">The first {mostRows}; the file has all of them.</p>}
    </details>
  );
}

function Downloads({ trace }: { trace: RunTrace }) {
  const save = (name: string, type: string, text: string) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return (
    <p class="lab-files">
      <button
        type="button"
        class="button button-quiet"
        onClick={() => save(`${trace.scenario.name}.json`, 'application/json', `${JSON.stringify(trace, null, 1)}\n`)}
      >
        Trace as JSON
      </button>
      <button
        type="button"
        class="button button-quiet"
        onClick={() => save(`${trace.scenario.name}.csv`, 'text/csv', seriesCsv(trace))}
      >
        Series as CSV
      </button>
      <button
        type="button"
        class="button button-quiet"
        onClick={() =>
          save(
            `${trace.scenario.name}-scenario.json`,
            'application/json',
            `${JSON.stringify(trace.scenario, null, 2)}\n`,
          )
        }
      >
        Scenario, for npm run simulate
      </button>
    </p>
  );
}
