// The edge between two panes: dragged with a pointer, moved with arrow keys, remembered.

import { useStore } from '@nanostores/preact';
import { useRef } from 'preact/hooks';
import { defaultSettings, settingRanges, type SettingsStore } from '#src/stores/settings.ts';

type PaneSize = 'briefPercent' | 'verdictPercent' | 'plotsPercent' | 'terminalPercent';

export interface SeparatorProps {
  readonly name: PaneSize;
  readonly settings: SettingsStore;
  readonly label: string;
  /** The id of the pane whose size it sets. */
  readonly controls: string;
  /** How the line lies: a vertical one sets a width. */
  readonly orientation: 'vertical' | 'horizontal';
  /** The pane lies before the line; after it unless given. */
  readonly isBefore?: boolean;
}

const stepPercent = 2;

export function Separator({ name, settings, label, controls, orientation, isBefore = false }: SeparatorProps) {
  const value = useStore(settings.$settings)[name];
  const line = useRef<HTMLDivElement>(null);
  const [least, most] = settingRanges[name];
  const set = (percent: number): void => settings.set({ [name]: Math.round(percent * 10) / 10 });
  const isVertical = orientation === 'vertical';
  const grow = isBefore ? 1 : -1;

  const onKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = isVertical
      ? { ArrowRight: grow, ArrowLeft: -grow }
      : { ArrowDown: grow, ArrowUp: -grow };
    const step = steps[event.key];
    if (step !== undefined) set(value + step * stepPercent);
    else if (event.key === 'Home') set(least);
    else if (event.key === 'End') set(most);
    else if (event.key === 'Enter') set(defaultSettings[name]);
    else return;
    event.preventDefault();
  };

  const onPointerDown = (event: PointerEvent): void => {
    const element = line.current;
    const whole = element?.parentElement?.getBoundingClientRect();
    if (element === null || whole === undefined || event.button !== 0) return;
    event.preventDefault();
    element.focus();
    element.setPointerCapture(event.pointerId);
    const from = isVertical ? event.clientX : event.clientY;
    const size = isVertical ? whole.width : whole.height;
    const abort = new AbortController();
    const { signal } = abort;
    element.addEventListener(
      'pointermove',
      (move) => set(value + (((isVertical ? move.clientX : move.clientY) - from) / size) * 100 * grow),
      { signal },
    );
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      element.addEventListener(end, () => abort.abort(), { signal });
  };

  return (
    <div
      ref={line}
      class="separator"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-controls={controls}
      aria-valuemin={least}
      aria-valuemax={most}
      aria-valuenow={Math.round(value)}
      aria-valuetext={`${Math.round(value)} percent`}
      title="Drag, or use the arrow keys. Enter restores the size."
      onKeyDown={onKey}
      onPointerDown={onPointerDown}
      onDblClick={() => set(defaultSettings[name])}
    />
  );
}
