// The terminal's screen: xterm.js in the colours of the page, as wide as its place.

import { FitAddon } from '@xterm/addon-fit';
import { Terminal, type ITheme } from '@xterm/xterm';
// As a file of its own, for the reason that the editor's are.
import stylesUrl from '@xterm/xterm/css/xterm.css?url';
import { loadStyles } from '#src/components/ui/load-styles.ts';
import { onThemeChange } from '#src/components/ui/theme.ts';
import type { Screen, ScreenSize } from '#src/stores/node/shell.ts';

export interface ScreenOptions {
  readonly host: HTMLElement;
  readonly fontPx: number;
  /** Keeps the lines where a screen reader finds them, and announces new ones. */
  readonly isSpoken: boolean;
  readonly onType: (text: string) => void;
  readonly onSize: (size: ScreenSize) => void;
  /** The keys that lead out of the terminal were pressed. */
  readonly onLeave: () => void;
}

export interface TerminalScreen extends Screen {
  focus(): void;
  setManner(manner: { fontPx: number; isSpoken: boolean }): void;
  dispose(): void;
}

const scrollbackLines = 5_000;

function themeOf(): ITheme {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [ink, soft, flow, met, thin, pressure] = ['ink', 'soft', 'flow', 'met', 'thin', 'pressure'].map(token);
  const plain = { red: pressure, green: met, yellow: thin, blue: flow, magenta: pressure, cyan: flow };
  return {
    background: token('surface'),
    foreground: ink,
    cursor: ink,
    cursorAccent: token('surface'),
    selectionBackground: token('flow-soft'),
    black: ink,
    white: ink,
    brightBlack: soft,
    brightWhite: ink,
    ...plain,
    brightRed: pressure,
    brightGreen: met,
    brightYellow: thin,
    brightBlue: flow,
    brightMagenta: pressure,
    brightCyan: flow,
  } as ITheme;
}

/** Opens a screen in `host`. Rejects when its styles do not load. */
export async function openScreen(options: ScreenOptions): Promise<TerminalScreen> {
  const { host, onType, onSize, onLeave } = options;
  await loadStyles(stylesUrl, 'terminal');
  const terminal = new Terminal({
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: options.fontPx,
    lineHeight: 1.25,
    scrollback: scrollbackLines,
    screenReaderMode: options.isSpoken,
    theme: themeOf(),
    // A program may choose colours that are meant for a black ground.
    minimumContrastRatio: 4.5,
    cursorBlink: false,
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(host);
  terminal.textarea?.setAttribute('aria-label', 'Terminal. Control and the backtick key, or Shift and Tab, leave it.');
  terminal.attachCustomKeyEventHandler((event) => {
    const isLeaving =
      (event.key === 'Tab' && event.shiftKey) || (event.code === 'Backquote' && event.ctrlKey && !event.altKey);
    if (!isLeaving) return true;
    // Only what the keys do here is kept from them: Shift and Tab then go where they always go.
    if (event.type === 'keydown' && event.key !== 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      onLeave();
    }
    return false;
  });

  const fitNow = (): void => {
    if (host.clientWidth > 0 && host.clientHeight > 0) fit.fit();
  };
  const cleanUp = [
    terminal.onData(onType),
    terminal.onResize(({ cols, rows }) => onSize({ cols, rows })),
    watchSize(host, fitNow),
    { dispose: onThemeChange(() => (terminal.options.theme = themeOf())) },
  ];
  fitNow();

  return {
    get size() {
      return { cols: terminal.cols, rows: terminal.rows };
    },
    write: (text) => terminal.write(text),
    clear: () => terminal.clear(),
    focus: () => terminal.focus(),
    setManner({ fontPx, isSpoken }) {
      terminal.options.fontSize = fontPx;
      terminal.options.screenReaderMode = isSpoken;
      fitNow();
    },
    dispose() {
      for (const each of cleanUp) each.dispose();
      terminal.dispose();
    },
  };
}

function watchSize(host: HTMLElement, onChange: () => void): { dispose(): void } {
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(onChange);
  });
  observer.observe(host);
  return {
    dispose() {
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}
