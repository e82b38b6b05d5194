// The controls of the intake figure: which numbers may be moved, between which ends, and how they read.
import { whole } from '#graders/checks/law.ts';
import type { IntakeSettings } from './settings.ts';

type Movable = Exclude<keyof IntakeSettings, 'isBounded'>;

interface Control {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly read: (value: number) => string;
}

const perSecond = (value: number) => `${whole(value)}/s`;

export const controls: Readonly<Record<Movable, Control>> = {
  spikePerSecond: { label: 'Arrivals in the spike', min: 2_500, max: 24_000, step: 500, read: perSecond },
  sinkPerSecond: { label: 'The sink takes', min: 3_000, max: 26_500, step: 500, read: perSecond },
  highMark: { label: 'High mark: pause', min: 1_000, max: 24_000, step: 500, read: whole },
  lowMark: { label: 'Low mark: resume', min: 0, max: 24_000, step: 500, read: whole },
  writesAtOnce: { label: 'Writes at once', min: 1, max: 16, step: 1, read: whole },
  rowsPerWrite: { label: 'Rows in a write', min: 10, max: 1_000, step: 10, read: whole },
};

export type ControlName = Movable;

/** The settings after a control was moved; the marks push each other rather than cross. */
export function moved(settings: IntakeSettings, name: Movable, value: number): IntakeSettings {
  const next = { ...settings, [name]: value };
  if (name === 'highMark') return { ...next, lowMark: Math.min(next.lowMark, value) };
  if (name === 'lowMark') return { ...next, highMark: Math.max(next.highMark, value) };
  return next;
}

export function Control({
  name,
  settings,
  onMove,
}: {
  readonly name: Movable;
  readonly settings: IntakeSettings;
  readonly onMove: (next: IntakeSettings) => void;
}) {
  const { label, min, max, step, read } = controls[name];
  const value = settings[name];
  const isOff = (name === 'highMark' || name === 'lowMark') && !settings.isBounded;
  return (
    <label class="range">
      <span>{label}</span>
      <span class="range-value" aria-hidden="true">
        {isOff ? 'none' : read(value)}
      </span>
      <input
        type="range"
        autocomplete="off"
        name={name}
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={isOff}
        aria-valuetext={read(value)}
        style={{ '--filled': `${((value - min) / (max - min)) * 100}%` }}
        onInput={(event) => onMove(moved(settings, name, Number(event.currentTarget.value)))}
      />
    </label>
  );
}
