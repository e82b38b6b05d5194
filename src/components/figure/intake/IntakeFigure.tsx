// The live figure of a consumer's intake: move a control and the lab runs the incident again, here in the page.
import { clock } from '#graders/checks/law.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { CursorRange } from '../chart/CursorRange.tsx';
import { LineChart } from '../chart/LineChart.tsx';
import { indexAt, niceTop, topOf } from '../chart/scale.ts';
import { Cancelled, createPageHop } from '../page-hop.ts';
import { describeMoment } from '../parts/parts.tsx';
import { PlayButton } from '../PlayButton.tsx';
import { usePlayer } from '../player.ts';
import { Control, type ControlName } from './controls.tsx';
import './intake-figure.css';
import { outcomeOf } from './outcome.ts';
import { momentOf, Picture } from './Picture.tsx';
import { runIntake, type IntakeRun } from './run.ts';
import { brimRecords, inOrder, type IntakeSettings } from './settings.ts';
import { RunTable } from './RunTable.tsx';

export type ChartName = 'lag' | 'queue' | 'p95' | 'memory';

export interface IntakeFigureProps {
  readonly title: string;
  /** What to try. */
  readonly caption: string;
  readonly settings: IntakeSettings;
  /** The run of these settings, made when the page was built: what is shown before anything is moved. */
  readonly initial: IntakeRun;
  readonly controls: readonly ControlName[];
  /** Whether the reader may take the bound away. */
  readonly canUnbind: boolean;
  readonly charts: readonly ChartName[];
  /** The moment that the still picture shows. */
  readonly atMs: number;
}

const settleMs = 60;

export function IntakeFigure(props: IntakeFigureProps) {
  const { title, caption, controls, canUnbind, charts, atMs } = props;
  const [settings, setSettings] = useState(props.settings);
  const [shown, setShown] = useState({ settings: props.settings, run: props.initial });
  const [isBehind, setBehind] = useState(false);
  const { run } = shown;
  const player = usePlayer(run.durationMs, atMs);
  const isFirst = useRef(true);

  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    setBehind(true);
    const { hop, cancel } = createPageHop();
    const timer = setTimeout(() => {
      runIntake(inOrder(settings), hop).then(
        (next) => {
          setShown({ settings, run: next });
          setBehind(false);
        },
        (error: unknown) => {
          if (error instanceof Cancelled) return;
          setBehind(false);
          throw error;
        },
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, [settings]);

  const moment = momentOf(run, indexAt(player.ms, run.sampleMs, run.lag.length));
  const outcome = outcomeOf(run, shown.settings);
  const topRate = Math.max(topOf(run.arriving), 20_000);
  const { isBounded, highMark } = shown.settings;
  const lowMark = inOrder(shown.settings).lowMark;

  return (
    <div class="intake" data-behind={isBehind || undefined}>
      <p class="intake-title">{title}</p>
      <Picture
        moment={moment}
        ms={player.ms}
        connections={run.connections}
        memoryLimit={run.memoryLimit}
        brim={brimRecords}
        topRate={topRate}
        topLag={niceTop(topOf(run.lag))}
        marks={isBounded ? { high: highMark, low: lowMark } : null}
      />
      <div class="intake-time needs-script">
        <PlayButton isPlaying={player.isPlaying} onToggle={player.toggle} />
        <CursorRange
          durationMs={run.durationMs}
          sampleMs={run.sampleMs}
          cursorMs={player.ms}
          onCursor={player.show}
          describe={(ms) => describeMoment(momentOf(run, indexAt(ms, run.sampleMs, run.lag.length)))}
        />
        <span class="intake-clock">{clock(player.ms)}</span>
      </div>
      <p class="intake-caption">{caption}</p>
      <div class="intake-controls needs-script">
        {canUnbind && (
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              autocomplete="off"
              checked={settings.isBounded}
              onChange={(event) => setSettings({ ...settings, isBounded: event.currentTarget.checked })}
            />
            <span>Pause at the high mark</span>
          </label>
        )}
        {controls.map((name) => (
          <Control key={name} name={name} settings={settings} onMove={setSettings} />
        ))}
      </div>
      <p class="intake-outcome" aria-live="polite" data-state={outcome.state}>
        <Mark state={outcome.state} />
        <span>
          <strong>{outcome.head}</strong> {outcome.rest}
        </span>
      </p>
      <div class="intake-charts">
        {charts.map((name, i) => (
          <Chart
            key={name}
            name={name}
            run={run}
            settings={shown.settings}
            cursorMs={player.ms}
            onCursor={(ms) => ms !== null && !player.isPlaying && player.show(ms)}
            axis={i >= charts.length - 2}
          />
        ))}
      </div>
      <RunTable run={run} title={title} />
    </div>
  );
}

function Chart(props: {
  name: ChartName;
  run: IntakeRun;
  settings: IntakeSettings;
  cursorMs: number;
  onCursor: (ms: number | null) => void;
  axis: boolean;
}) {
  const { name, run, settings, cursorMs, onCursor, axis } = props;
  const { sampleMs, durationMs, incidents } = run;
  const shared = { sampleMs, durationMs, cursorMs, onCursor, axis };
  const spikes = incidents.map((incident) => ({
    ...incident,
    label: incident.label === 'spike' ? '' : incident.label,
  }));
  switch (name) {
    case 'lag':
      return (
        <LineChart
          {...shared}
          title="Lag"
          unit="records"
          series={[{ values: run.lag, tone: 'pressure' }]}
          incidents={incidents.filter(({ label }) => label !== 'out of memory')}
        />
      );
    case 'queue':
      return (
        <LineChart
          {...shared}
          title="Queue"
          unit="records"
          series={[{ values: run.queue }]}
          incidents={spikes.filter(({ label }) => label === '')}
          marks={
            settings.isBounded
              ? [
                  { value: settings.highMark, label: 'pause', tone: 'pressure', side: 'above' },
                  { value: inOrder(settings).lowMark, label: 'resume', tone: 'flow', side: 'below' },
                ]
              : []
          }
        />
      );
    case 'p95':
      return (
        <LineChart
          {...shared}
          title="Sink p95"
          unit="ms"
          series={[{ values: run.p95 }]}
          incidents={spikes.filter(({ label }) => label === '')}
        />
      );
    case 'memory':
      return (
        <LineChart
          {...shared}
          title="Memory"
          unit="MiB"
          series={[{ values: run.memory }]}
          target={{ atMost: run.memoryLimit, label: `limit ${run.memoryLimit}` }}
          incidents={spikes}
          top={80}
        />
      );
  }
}

function Mark({ state }: { readonly state: 'met' | 'thin' | 'not-yet' }) {
  return (
    <svg class="intake-mark" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {state === 'not-yet' ? (
        <path d="M10 2.6L18.2 17H1.8ZM10 8V12M10 14.2V14.4" />
      ) : (
        <>
          <circle cx="10" cy="10" r="7.8" />
          <path d={state === 'met' ? 'M6.4 10.3L9 12.8L13.8 7.6' : 'M6.4 10H13.6'} />
        </>
      )}
    </svg>
  );
}
