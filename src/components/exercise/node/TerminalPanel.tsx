// The terminal below the editor: a head with what is done most, and the screen.

import { useStore } from '@nanostores/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FullNode } from '#src/stores/node/full-node.ts';
import type { SettingsStore } from '#src/stores/settings.ts';
import type { TerminalScreen } from './screen.ts';

export interface TerminalPanelProps {
  readonly node: FullNode;
  readonly settings: SettingsStore;
  readonly onClose: () => void;
  /** The keys that lead back to the editor were pressed. */
  readonly onLeave: () => void;
}

/** Kept out of the build of the static pages, as the editor is. */
const importScreen = import.meta.env.SSR ? null : () => import('./screen.ts');

const commands = [
  { word: 'Grade', command: 'npm run grade', about: 'Runs npm run grade' },
  { word: 'Grade at each save', command: 'npm run grade -- --watch', about: 'Runs npm run grade -- --watch' },
];

export function TerminalPanel({ node, settings, onClose, onLeave }: TerminalPanelProps) {
  const host = useRef<HTMLDivElement>(null);
  const screen = useRef<TerminalScreen | null>(null);
  const [flaw, setFlaw] = useState<string | null>(null);
  const { editorFontPx, screenReader } = useStore(settings.$settings);
  const manner = { fontPx: editorFontPx, isSpoken: screenReader === 'on' };
  const { shell } = node;
  const leave = useRef(onLeave);
  leave.current = onLeave;

  useEffect(() => {
    let isOver = false;
    let detach = (): void => {};
    let stopWatching = (): void => {};
    async function open(): Promise<void> {
      if (importScreen === null || host.current === null) return;
      try {
        const { openScreen } = await importScreen();
        if (isOver || host.current === null) return;
        const opened = await openScreen({
          host: host.current,
          ...manner,
          onType: (text) => shell.type(text),
          onSize: (size) => shell.resize(size),
          onLeave: () => leave.current(),
        });
        if (isOver) return opened.dispose();
        screen.current = opened;
        detach = shell.attach(opened);
        stopWatching = node.sync.watch();
        opened.focus();
      } catch (error) {
        setFlaw(
          `The terminal could not be loaded: ${error instanceof Error ? error.message : String(error)}. Close it and open it again.`,
        );
      }
    }
    void open();
    return () => {
      isOver = true;
      stopWatching();
      detach();
      screen.current?.dispose();
      screen.current = null;
    };
  }, [node]);
  useEffect(() => screen.current?.setManner(manner), [editorFontPx, screenReader]);

  const run = (command: string): void => {
    shell.run(command);
    screen.current?.focus();
  };

  return (
    <section class="terminal" id="terminal" aria-label="Terminal">
      <header class="terminal-head">
        <h3>Terminal</h3>
        <div class="terminal-commands">
          {commands.map(({ word, command, about }) => (
            <button
              key={command}
              type="button"
              class="button button-quiet button-small"
              title={about}
              onClick={() => run(command)}
            >
              {word}
            </button>
          ))}
        </div>
        <span class="terminal-note">
          Packages: <code>npm install rxjs</code>
        </span>
        <button type="button" class="button button-quiet button-small terminal-close" onClick={onClose}>
          Close
        </button>
      </header>
      {flaw !== null && (
        <p class="terminal-flaw" role="alert">
          {flaw}
        </p>
      )}
      <div class="terminal-screen" ref={host} />
    </section>
  );
}
