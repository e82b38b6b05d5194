// Small choices about the workbench, remembered on this device: the engine, pane sizes, the editor's type and keys.

import { atom, type ReadableAtom } from 'nanostores';
import type { EngineKind } from '#src/sandbox/engine.ts';

export interface Settings {
  /** Where programs run, if the page can offer it: see node/engine-choice.ts. */
  readonly engine: EngineKind;
  /** Shares of the desk's width, in percent; the editor has the rest. */
  readonly briefPercent: number;
  readonly verdictPercent: number;
  /** Share of the verdict pane's height that the plots have, in percent. */
  readonly plotsPercent: number;
  /** Share of the code pane's height that the terminal has, in percent. */
  readonly terminalPercent: number;
  readonly editorFontPx: number;
  /** Tab moves the focus instead of indenting. */
  readonly tabMovesFocus: boolean;
  /** Whether the editor speaks to a screen reader; `auto` lets it find out. */
  readonly screenReader: 'auto' | 'on' | 'off';
}

export const defaultSettings: Settings = {
  engine: 'embedded',
  briefPercent: 24,
  verdictPercent: 31,
  plotsPercent: 49,
  terminalPercent: 40,
  editorFontPx: 13,
  tabMovesFocus: false,
  screenReader: 'auto',
};

/** Least and most of each number. */
export const settingRanges = {
  briefPercent: [14, 45],
  verdictPercent: [20, 50],
  plotsPercent: [15, 80],
  terminalPercent: [15, 75],
  editorFontPx: [11, 22],
} as const satisfies { [Name in keyof Settings]?: readonly [number, number] };

export interface SettingsStore {
  readonly $settings: ReadableAtom<Settings>;
  /** Numbers are brought into their range. */
  set(changes: Partial<Settings>): void;
}

const key = 'spillway:settings';

/** A stored value that does not fit is replaced by the default; storage that refuses is done without. */
export function createSettings(storage: Pick<Storage, 'getItem' | 'setItem'> | null): SettingsStore {
  const $settings = atom<Settings>(read());

  function read(): Settings {
    try {
      return fitting({ ...defaultSettings }, JSON.parse(storage?.getItem(key) ?? '{}') as Partial<Settings>);
    } catch {
      return defaultSettings;
    }
  }

  return {
    $settings,
    set(changes) {
      $settings.set(fitting($settings.get(), changes));
      try {
        storage?.setItem(key, JSON.stringify($settings.get()));
      } catch {
        // They hold until the page is left.
      }
    },
  };
}

function fitting(known: Settings, changes: Partial<Record<keyof Settings, unknown>>): Settings {
  const next: Record<string, unknown> = { ...known };
  for (const [name, [least, most]] of Object.entries(settingRanges)) {
    const value = changes[name as keyof Settings];
    if (typeof value === 'number' && Number.isFinite(value)) next[name] = Math.min(most, Math.max(least, value));
  }
  if (changes.engine === 'embedded' || changes.engine === 'node') next['engine'] = changes.engine;
  if (typeof changes.tabMovesFocus === 'boolean') next['tabMovesFocus'] = changes.tabMovesFocus;
  if (changes.screenReader === 'auto' || changes.screenReader === 'on' || changes.screenReader === 'off')
    next['screenReader'] = changes.screenReader;
  return next as unknown as Settings;
}
