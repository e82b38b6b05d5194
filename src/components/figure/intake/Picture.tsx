// One moment of a run, drawn: the log, the valve, the tank, the sink. Twice: for a wide column and for a phone.
import { whole } from '#graders/checks/law.ts';
import { Log, Pipe, Process, Sink, Tank, Valve, Word } from '../parts/parts.tsx';
import './picture.css';
import type { IntakeRun } from './run.ts';

/** What the picture shows of one sample of a run. */
export interface Moment {
  readonly lag: number;
  readonly queue: number;
  readonly memory: number;
  readonly arriving: number;
  readonly taking: number;
  readonly writing: number;
  readonly isPaused: boolean;
  readonly isAlive: boolean;
  readonly busy: number;
}

/** What of a run the picture reads. */
export type Drawn = Pick<
  IntakeRun,
  | 'sampleMs'
  | 'durationMs'
  | 'lag'
  | 'queue'
  | 'memory'
  | 'memoryLimit'
  | 'arriving'
  | 'taking'
  | 'writing'
  | 'paused'
  | 'busy'
  | 'connections'
>;

export function momentOf(run: Drawn, index: number): Moment {
  const at = (values: readonly number[]) => values[index] ?? 0;
  /** Over the last three samples: single polls and calls come in lumps. */
  const mean = (values: readonly number[]) => {
    const recent = values.slice(Math.max(0, index - 2), index + 1);
    return recent.reduce((sum, value) => sum + value, 0) / Math.max(1, recent.length);
  };
  const isPaused = at(run.paused) > 0;
  return {
    lag: at(run.lag),
    queue: at(run.queue),
    memory: at(run.memory),
    arriving: at(run.arriving),
    taking: isPaused ? 0 : mean(run.taking),
    writing: mean(run.writing),
    isPaused,
    isAlive: at(run.memory) > 0,
    busy: at(run.busy),
  };
}

export interface PictureProps {
  readonly moment: Moment;
  /** The time of the moment, in ms: it sets the records in the pipes on their way. */
  readonly ms: number;
  readonly connections: number;
  readonly memoryLimit: number;
  /** Records that fill the process's memory. */
  readonly brim: number;
  /** The widest rate and the longest lag that are drawn in full. */
  readonly topRate: number;
  readonly topLag: number;
  /** Not drawn when the consumer does not pause. */
  readonly marks: { readonly high: number; readonly low: number } | null;
}

export function Picture(props: PictureProps) {
  return (
    <div class="picture">
      <Wide {...props} />
      <Tall {...props} />
    </div>
  );
}

const rate = (perSecond: number) => `${whole(Math.round(perSecond / 100) * 100)}/s`;

function tankMarks(marks: PictureProps['marks']) {
  return marks === null
    ? []
    : ([
        { records: marks.high, word: `pause at ${whole(marks.high)}`, tone: 'pressure', side: 'above' },
        { records: marks.low, word: `resume at ${whole(marks.low)}`, tone: 'flow', side: 'below' },
      ] as const);
}

function Wide({ moment, ms, connections, memoryLimit, brim, topRate, topLag, marks }: PictureProps) {
  const { arriving, taking, writing, lag, queue, memory, isPaused, isAlive, busy } = moment;
  const t = ms / 40;
  return (
    <svg class="picture-wide" viewBox="0 0 648 218" aria-hidden="true">
      <Pipe path="M0 76H52" share={arriving / topRate} moved={t} />
      <Log x={50} y={58} width={132} height={36} lag={lag} top={topLag} />
      <Word at={{ x: 2, y: 46 }}>{rate(arriving)} in</Word>
      <Word at={{ x: 50, y: 116 }}>Kafka’s log</Word>
      <Word at={{ x: 50, y: 134 }} tone="pressure" strong>
        lag {whole(lag)}
      </Word>

      <Process x={210} y={10} width={254} height={184} isAlive={isAlive} />
      <Pipe path="M182 76H306" share={taking / topRate} moved={t} />
      <Valve x={246} y={76} isOpen={!isPaused} />
      <Word at={{ x: 246, y: 116, anchor: 'middle' }} tone={isPaused ? 'pressure' : 'ink'} strong>
        {isAlive ? (isPaused ? 'paused' : 'open') : ''}
      </Word>
      <Tank x={304} y={34} width={128} height={138} brim={brim} level={isAlive ? queue : 0} marks={tankMarks(marks)} />
      <Word at={{ x: 304, y: 27 }}>queue</Word>
      <Word at={{ x: 432, y: 27, anchor: 'end' }} tone="ink" strong>
        {whole(queue)}
      </Word>
      <Word at={{ x: 212, y: 212 }}>your process</Word>
      <Word at={{ x: 462, y: 212, anchor: 'end' }} tone={isAlive ? 'ink' : 'pressure'} strong>
        {isAlive ? `${whole(memory)} of ${memoryLimit} MiB` : 'out of memory'}
      </Word>

      <Pipe path="M433 152H540" share={writing / topRate} moved={t} />
      <Sink x={538} y={104} width={108} height={90} connections={connections} busy={isAlive ? busy : 0} />
      <Word at={{ x: 474, y: 134 }}>{rate(writing)}</Word>
      <Word at={{ x: 538, y: 212 }}>sink</Word>
      <Word at={{ x: 646, y: 212, anchor: 'end' }} tone="ink" strong>
        {whole(isAlive ? busy : 0)} of {connections} busy
      </Word>
    </svg>
  );
}

function Tall({ moment, ms, connections, memoryLimit, brim, topRate, topLag, marks }: PictureProps) {
  const { arriving, taking, writing, lag, queue, memory, isPaused, isAlive, busy } = moment;
  const t = ms / 40;
  return (
    <svg class="picture-tall" viewBox="0 0 330 386" aria-hidden="true">
      <Pipe path="M0 38H40" share={arriving / topRate} moved={t} />
      <Log x={38} y={20} width={290} height={36} lag={lag} top={topLag} />
      <Word at={{ x: 2, y: 12 }}>{rate(arriving)} in</Word>
      <Word at={{ x: 328, y: 12, anchor: 'end' }} tone="pressure" strong>
        lag {whole(lag)}
      </Word>

      <Process x={4} y={76} width={322} height={186} isAlive={isAlive} />
      <Pipe path="M110 57V150H160" share={taking / topRate} moved={t} />
      <Valve x={110} y={104} isOpen={!isPaused} runs="y" />
      <Word at={{ x: 78, y: 108, anchor: 'end' }} tone={isPaused ? 'pressure' : 'ink'} strong>
        {isAlive ? (isPaused ? 'paused' : 'open') : ''}
      </Word>
      <Tank x={158} y={106} width={140} height={140} brim={brim} level={isAlive ? queue : 0} marks={tankMarks(marks)} />
      <Word at={{ x: 158, y: 98 }}>queue</Word>
      <Word at={{ x: 298, y: 98, anchor: 'end' }} tone="ink" strong>
        {whole(queue)}
      </Word>
      <Word at={{ x: 16, y: 222 }}>your process</Word>
      <Word at={{ x: 16, y: 240 }} tone={isAlive ? 'ink' : 'pressure'} strong>
        {isAlive ? `${whole(memory)} of ${memoryLimit} MiB` : 'out of memory'}
      </Word>

      <Pipe path="M228 247V302" share={writing / topRate} moved={t} />
      <Word at={{ x: 212, y: 284, anchor: 'end' }}>{rate(writing)}</Word>
      <Sink x={158} y={300} width={140} height={84} connections={connections} busy={isAlive ? busy : 0} />
      <Word at={{ x: 146, y: 338, anchor: 'end' }}>sink</Word>
      <Word at={{ x: 146, y: 356, anchor: 'end' }} tone="ink" strong>
        {whole(isAlive ? busy : 0)} of {connections} busy
      </Word>
    </svg>
  );
}
