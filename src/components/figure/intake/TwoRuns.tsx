// One spike, two consumers: the runs were made when the page was built, so this figure needs no lab in the page.
import { clock } from '#graders/checks/law.ts';
import { useState } from 'preact/hooks';
import { CursorRange } from '../chart/CursorRange.tsx';
import { LineChart } from '../chart/LineChart.tsx';
import { indexAt, niceTop, topOf } from '../chart/scale.ts';
import { describeMoment } from '../parts/parts.tsx';
import { PlayButton } from '../PlayButton.tsx';
import { usePlayer } from '../player.ts';
import './intake-figure.css';
import { momentOf, Picture, type Drawn } from './Picture.tsx';
import type { IntakeRun } from './run.ts';
import './two-runs.css';

/** What of a run this figure draws. */
export type DrawnRun = Drawn & Pick<IntakeRun, 'incidents'>;

export interface TwoRunsProps {
  readonly bounded: DrawnRun;
  readonly unbounded: DrawnRun;
  readonly marks: { readonly high: number; readonly low: number };
  readonly brim: number;
  readonly atMs: number;
}

type Which = 'bounded' | 'unbounded';

const words: Readonly<Record<Which, { name: string; says: string }>> = {
  bounded: {
    name: 'With a bound',
    says: 'The valve shuts, and the rest waits in Kafka’s log. Dashed: the same spike without the bound.',
  },
  unbounded: {
    name: 'Without',
    says: 'It reads all it can get, runs out of memory, and starts again from there. Dashed: with the bound.',
  },
};

export function TwoRuns(props: TwoRunsProps) {
  const [which, setWhich] = useState<Which>('bounded');
  const run = props[which];
  const other = props[which === 'bounded' ? 'unbounded' : 'bounded'];
  const player = usePlayer(run.durationMs, props.atMs);
  const moment = momentOf(run, indexAt(player.ms, run.sampleMs, run.lag.length));

  return (
    <div class="intake two-runs">
      <fieldset class="two-runs-choice needs-script">
        <legend class="visually-hidden">Which consumer</legend>
        {(['bounded', 'unbounded'] as const).map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="which-consumer"
              autocomplete="off"
              checked={which === each}
              onChange={() => setWhich(each)}
            />
            <span>{words[each].name}</span>
          </label>
        ))}
      </fieldset>
      <Picture
        moment={moment}
        ms={player.ms}
        connections={run.connections}
        memoryLimit={run.memoryLimit}
        brim={props.brim}
        topRate={20_000}
        topLag={niceTop(topOf(props.unbounded.lag))}
        marks={which === 'bounded' ? props.marks : null}
      />
      <div class="intake-time needs-script">
        <PlayButton isPlaying={player.isPlaying} onToggle={player.toggle} label="Play the spike" />
        <CursorRange
          durationMs={run.durationMs}
          sampleMs={run.sampleMs}
          cursorMs={player.ms}
          onCursor={player.show}
          describe={(ms) => describeMoment(momentOf(run, indexAt(ms, run.sampleMs, run.lag.length)))}
        />
        <span class="intake-clock">{clock(player.ms)}</span>
      </div>
      <LineChart
        title="Memory"
        unit="MiB"
        series={[{ values: run.memory }, { values: other.memory, tone: 'soft', isDashed: true }]}
        target={{ atMost: run.memoryLimit, label: `limit ${run.memoryLimit}` }}
        incidents={run.incidents.map((incident) => ({ ...incident, label: incident.label === 'spike' ? 'spike' : '' }))}
        wordsAt="bottom"
        sampleMs={run.sampleMs}
        durationMs={run.durationMs}
        cursorMs={player.ms}
        onCursor={(ms) => ms !== null && !player.isPlaying && player.show(ms)}
        top={80}
        axis
      />
      <p class="intake-caption" aria-live="polite">
        {words[which].says}
      </p>
    </div>
  );
}
