// The family of parts that figures are drawn from, as SVG: pipe, valve, tank, log, sink, process. Each is a still picture
// of numbers; what moves them is the time of a run, given from outside.
import { whole } from '#graders/checks/law.ts';
import './parts.css';

/** Room for a word next to a part, in the units of the drawing; drawings are made at about one unit a pixel. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function Word({
  at,
  tone,
  strong = false,
  children,
}: {
  at: Spot;
  tone?: 'ink' | 'flow' | 'pressure';
  strong?: boolean;
  children: preact.ComponentChildren;
}) {
  return (
    <text
      class="part-word"
      data-tone={tone}
      data-strong={strong || undefined}
      x={at.x}
      y={at.y}
      text-anchor={at.anchor ?? 'start'}
    >
      {children}
    </text>
  );
}

/**
 * A pipe along `path`; what flows in it is as wide as `share` (0 … 1) of the pipe, and `moved` (any growing number) sets
 * the records in it on their way.
 */
export function Pipe({
  path,
  share,
  moved,
  width = 16,
}: {
  path: string;
  share: number;
  moved: number;
  width?: number;
}) {
  const flow = share <= 0 ? 0 : Math.max(3, Math.min(1, share) * (width - 5));
  return (
    <g class="pipe">
      <path class="pipe-wall" d={path} stroke-width={width} />
      <path class="pipe-bore" d={path} stroke-width={width - 3} />
      {flow > 0 && <path class="pipe-flow" d={path} stroke-width={flow} />}
      {flow > 0 && (
        <path
          class="pipe-records"
          d={path}
          stroke-width={Math.min(2.6, flow - 1)}
          stroke-dashoffset={-((moved * 9) % 9)}
        />
      )}
    </g>
  );
}

/** A valve in a pipe that runs along x (or along y): its handle lies along the pipe when it is open, across when shut. */
export function Valve({ x, y, isOpen, runs = 'x' }: { x: number; y: number; isOpen: boolean; runs?: 'x' | 'y' }) {
  return (
    <g class="valve" data-open={isOpen} transform={`translate(${x} ${y})${runs === 'y' ? ' rotate(90)' : ''}`}>
      <path class="valve-body" d="M-15 -12V12L0 0ZM15 -12V12L0 0Z" />
      <path class="valve-handle" d={isOpen ? 'M0 0V-19M-11 -19H11' : 'M0 -24V24'} />
    </g>
  );
}

export interface TankMark {
  readonly records: number;
  readonly word: string;
  readonly tone: 'flow' | 'pressure';
  /** Where its word stands, next to its line. */
  readonly side: 'above' | 'below';
}

/** A tank that is full at `brim` records. Marks are dashed lines with their word. */
export function Tank(props: {
  x: number;
  y: number;
  width: number;
  height: number;
  brim: number;
  level: number;
  marks: readonly TankMark[];
}) {
  const { x, y, width, height, brim, level, marks } = props;
  const inner = height - 3;
  const yAt = (records: number) => y + height - 1.5 - (Math.min(Math.max(records, 0), brim) / brim) * inner;
  const surface = yAt(level);
  const bottom = y + height - 1.5;
  return (
    <g class="tank">
      <rect class="tank-ground" x={x} y={y} width={width} height={height} rx="5" />
      {level > 0 && (
        <>
          <rect class="tank-water" x={x + 1.5} y={surface} width={width - 3} height={bottom - surface} />
          <path class="tank-surface" d={`M${x + 2} ${surface}H${x + width - 2}`} />
        </>
      )}
      {marks.map(({ records, word, tone, side }) => (
        <g key={word}>
          <path class="tank-mark" data-tone={tone} d={`M${x - 5} ${yAt(records)}H${x + width + 5}`} />
          <Word at={{ x: x + width / 2, y: yAt(records) + (side === 'above' ? -5 : 14), anchor: 'middle' }} tone={tone}>
            {word}
          </Word>
        </g>
      ))}
      <path class="tank-wall" d={`M${x} ${y}V${y + height - 5}a5 5 0 0 0 5 5H${x + width - 5}a5 5 0 0 0 5 -5V${y}`} />
    </g>
  );
}

/** A partitioned log as a strip of offsets; the part that is not committed yet lies at its near (right) end. */
export function Log(props: { x: number; y: number; width: number; height: number; lag: number; top: number }) {
  const { x, y, width, height, lag, top } = props;
  const cells = Math.max(6, Math.round(width / 15));
  const filled = Math.min(1, lag / top) * (width - 3);
  return (
    <g class="log">
      <rect class="log-strip" x={x} y={y} width={width} height={height} rx="4" />
      {filled > 0 && (
        <rect class="log-lag" x={x + width - 1.5 - filled} y={y + 1.5} width={filled} height={height - 3} rx="2.5" />
      )}
      <path
        class="log-cells"
        d={Array.from(
          { length: cells - 1 },
          (_, i) => `M${x + ((i + 1) * width) / cells} ${y + 1.5}v${height - 3}`,
        ).join('')}
      />
      <rect class="log-edge" x={x} y={y} width={width} height={height} rx="4" />
    </g>
  );
}

/** A sink with a lane for each of its connections; a busy one is filled, an idle one empty. */
export function Sink(props: {
  x: number;
  y: number;
  width: number;
  height: number;
  connections: number;
  busy: number;
}) {
  const { x, y, width, height, connections, busy } = props;
  const gap = 5;
  const lane = (height - gap * (connections + 1)) / connections;
  return (
    <g class="sink">
      <rect class="sink-body" x={x} y={y} width={width} height={height} rx="5" />
      {Array.from({ length: connections }, (_, i) => (
        <rect
          key={i}
          class="sink-lane"
          data-busy={i < busy}
          x={x + 7}
          y={y + gap + i * (lane + gap)}
          width={width - 14}
          height={lane}
          rx="3"
        />
      ))}
    </g>
  );
}

/** The process around its parts: an edge while it lives, a crossed and broken one after its death. */
export function Process(props: { x: number; y: number; width: number; height: number; isAlive: boolean }) {
  const { x, y, width, height, isAlive } = props;
  return (
    <g class="process" data-alive={isAlive}>
      <rect class="process-edge" x={x} y={y} width={width} height={height} rx="10" />
    </g>
  );
}

/** The words of a moment, as screen readers hear a picture. */
export function describeMoment(moment: {
  lag: number;
  queue: number;
  isPaused: boolean;
  isAlive: boolean;
  memory: number;
}): string {
  if (!moment.isAlive) return `the process is dead, lag ${whole(moment.lag)}`;
  return (
    `lag ${whole(moment.lag)}, queue ${whole(moment.queue)}, ` +
    `${moment.isPaused ? 'paused' : 'open'}, memory ${whole(moment.memory)} MiB`
  );
}
