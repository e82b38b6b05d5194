// The cursor of a column of charts as one range input: the keyboard's way to any moment of a run.
import { clock } from '#graders/checks/law.ts';
import './line-chart.css';

export interface CursorRangeProps {
  readonly durationMs: number;
  readonly sampleMs: number;
  readonly cursorMs: number | null;
  readonly onCursor: (ms: number) => void;
  readonly label?: string;
  /** How a time is written; mm:ss of the run unless given. */
  readonly when?: (ms: number) => string;
  /** What a screen reader says of the moment, beyond its time. */
  readonly describe?: (ms: number) => string;
}

export function CursorRange(props: CursorRangeProps) {
  const { durationMs, sampleMs, cursorMs, onCursor, label = 'Moment of the run', describe, when = clock } = props;
  const ms = cursorMs ?? 0;
  return (
    <input
      class="cursor-range"
      type="range"
      aria-label={label}
      aria-valuetext={`${when(ms)}${describe ? `, ${describe(ms)}` : ''}`}
      min={0}
      max={durationMs}
      step={sampleMs}
      value={ms}
      style={{ '--filled': `${(ms / durationMs) * 100}%` }}
      onInput={(event) => onCursor(Number(event.currentTarget.value))}
    />
  );
}
