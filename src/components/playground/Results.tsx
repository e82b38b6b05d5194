// What a run left: plots with one cursor, totals, what happened, tables; beside a run that was kept, where there is one.
import { useMemo } from 'preact/hooks';
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
  const when = durationMs > hourMs ? durationInWords : clock;
  return (
    <>
      <div class="lab-time">
        <PlayButton isPlaying={player.isPlaying} onToggle={player.toggle} />
        <CursorRange
          durationMs={durationMs}
          sampleMs={trace.sampleMs}
          cursorMs={Math.min(player.ms, durationMs)}
          onCursor={player.show}
          when={when}
        />
        <span class="lab-clock">{when(Math.min(player.ms, durationMs))}</span>
      </div>
      <div class="lab-charts">
        {system.plots.map((plot) => (
          <PlotChart
            key={plot.title}
            plot={plot}
            system={system}
            trace={trace}
            kept={kept?.trace ?? null}
            cursorMs={Math.min(player.ms, durationMs)}
            onCursor={(ms) => ms !== null && !player.isPlaying && player.show(ms)}
            when={when}
          />
        ))}
      </div>
      <div class="lab-below">
        <Totals system={system} trace={trace} kept={kept?.trace ?? null} />
        {events.length > 0 && <Events events={events} when={when} onShow={player.show} />}
      </div>
      {(trace.tables ?? []).map((table) => (
        <Table key={table.id} table={table} />
      ))}
      <Downloads trace={trace} />
    </>
  );
}

interface PlotProps {
  readonly plot: Plot;
  readonly system: SystemView;
  readonly trace: RunTrace;
  readonly kept: RunTrace | null;
  readonly cursorMs: number;
  readonly onCursor: (ms: number | null) => void;
  readonly when: (ms: number) => string;
}

/** What presses is drawn in the colour of pressure, what flows in that of flow. */
function toneOf(id: string): ChartTone {
  return /lag|age|backlog|waiting|dropped|lost|retr|throttl|blocked|backPressured|late|failed|rejected|behind/i.test(id)
    ? 'pressure'
    : 'flow';
}

function PlotChart({ plot, system, trace, kept, cursorMs, onCursor, when }: PlotProps) {
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
      lines.push({ values: resampled(before, kept.sampleMs, trace), tone: 'soft', isDashed: 'dots', label: 'kept' });
    return lines;
  }, [plot, trace, kept, system, first]);
  const durationMs = Math.max(trace.sampleMs, trace.endedMs);
  const unit = reading?.unit ?? 'count';
  return (
    <LineChart
      title={plot.title}
      unit={[plot.series.length === 1 && plot.title !== reading?.label ? reading?.label : null, unitWords[unit]]
        .filter(Boolean)
        .join(', ')}
      series={series}
      sampleMs={trace.sampleMs}
      durationMs={durationMs}
      cursorMs={cursorMs}
      onCursor={onCursor}
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
  if (unit === 'share' && peak <= 1) return 1;
  if (unit === 'ms/s' && peak <= 1_000) return 1_000;
  const steps = unit === 'ms' ? timeSteps : unit === 'bytes' || unit === 'bytes/s' ? byteSteps : [];
  const step = steps.find((each) => peak >= 2 * each) ?? 1;
  return step * niceTop((1.04 * peak) / step);
}

const timeSteps = [86_400_000, 3_600_000, 60_000, 1_000];
const byteSteps = [1_073_741_824, 1_048_576, 1_024];

/** Units that a value does not say itself. */
const unitWords: Partial<Record<Reading['unit'], string>> = { records: 'records', rows: 'rows', calls: 'calls' };

/** The kept run's values at the samples of the run that is shown. */
function resampled(values: SeriesValues, sampleMs: number, trace: RunTrace): (number | null)[] {
  const samples = Math.floor(trace.endedMs / trace.sampleMs) + 1;
  return Array.from({ length: samples }, (_, i) => values[Math.round((i * trace.sampleMs) / sampleMs)] ?? null);
}

function Totals({ system, trace, kept }: { system: SystemView; trace: RunTrace; kept: RunTrace | null }) {
  return (
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
          {Object.entries(system.totals).map(([id, { label, unit, about }]) => (
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
  );
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
