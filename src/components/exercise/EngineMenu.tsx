// Where the program runs: how it stands, and the choice between the two engines.

import { useStore } from '@nanostores/preact';
import { atom } from 'nanostores';
import { useEffect, useState } from 'preact/hooks';
import type { ContainerStatus } from '#src/sandbox/webcontainer/container.ts';
import type { Bench } from '#src/stores/bench.ts';
import type { EngineKind } from '#src/sandbox/engine.ts';
import { useMenu } from './use-menu.ts';

export interface EngineMenuProps {
  readonly bench: Bench;
  /** Goes to the page that the engine lives on; files are saved before. */
  readonly onChoose: (engine: EngineKind) => void;
}

const choices: readonly { kind: EngineKind; word: string; about: string }[] = [
  {
    kind: 'embedded',
    word: 'Embedded',
    about: 'In a worker of this page. Quick, works offline, and needs nobody else.',
  },
  {
    kind: 'node',
    word: 'Full Node',
    about:
      'A real Node.js process with a terminal and npm packages, and the same verdict. It loads StackBlitz’s runtime from its servers each time, which takes some seconds, and is experimental outside Chromium on a desktop.',
  },
];

const notYet = atom<ContainerStatus>({ state: 'checking' });

export function EngineMenu({ bench, onChoose }: EngineMenuProps) {
  const { isNodePage } = bench;
  const { engine: running, why } = useStore(bench.$choice);
  const chosen = useStore(bench.settings.$settings).engine;
  const standing = useStore(useStore(bench.$node)?.$status ?? notYet);
  const engine: EngineKind = isNodePage ? chosen : 'embedded';
  const { isOpen, root, button, toggle, close, onKeyDown } = useMenu<HTMLSpanElement>();
  useEffect(() => {
    if (isOpen) root.current?.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();
  }, [isOpen]);

  return (
    <span class="engine" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="engine-button"
        ref={button}
        aria-expanded={isOpen}
        aria-controls="engine-panel"
        onClick={toggle}
      >
        <span class="visually-hidden">Engine: </span>
        {running === 'node' ? (
          <NodeStanding bench={bench} />
        ) : why === 'for-now' || why === 'failed' ? (
          'Embedded for now'
        ) : (
          'Embedded'
        )}
        <svg viewBox="0 0 10 6" width="9" height="6" aria-hidden="true">
          <path d="M1 5l4-4 4 4" fill="none" stroke="currentColor" stroke-width="1.4" />
        </svg>
      </button>
      {/* Said when it changes, not as the time counts. */}
      <span class="visually-hidden" role="status">
        {standing.state === 'ready'
          ? 'Full Node is ready.'
          : standing.state === 'failed'
            ? 'Full Node did not start.'
            : ''}
      </span>
      {isOpen && (
        <div class="menu-panel engine-panel" id="engine-panel">
          <p class="engine-title">Where your program runs</p>
          {choices.map(({ kind, word, about }) => (
            <button
              key={kind}
              type="button"
              class="engine-choice"
              aria-pressed={kind === engine}
              onClick={() => (kind === engine ? close() : onChoose(kind))}
            >
              <strong>{word}</strong>
              <span class="engine-about">{about}</span>
            </button>
          ))}
          <p class="engine-small">
            The choice is remembered on this device; changing it loads this exercise anew, with your files as they are.
            What you install lasts until the page is left. Commercial use of StackBlitz’s runtime needs a licence from
            StackBlitz.
          </p>
        </div>
      )}
    </span>
  );
}

/** Full Node in a few words; the time counts while it starts. */
function NodeStanding({ bench }: { readonly bench: Bench }) {
  const node = useStore(bench.$node);
  const status = useStore(node?.$status ?? notYet);
  const seconds = useElapsed(status);
  return (
    <>
      <span class="engine-standing">Full Node: {standingWord(status, seconds)}</span>
    </>
  );
}

function standingWord(status: ContainerStatus, seconds: string): string {
  switch (status.state) {
    case 'idle':
    case 'checking':
      return 'checking';
    case 'booting':
      return `starting, ${seconds} s`;
    case 'ready':
      return 'ready';
    case 'failed':
      return 'did not start';
  }
}

function useElapsed(status: ContainerStatus): string {
  const [now, setNow] = useState(0);
  const sinceMs = status.state === 'booting' ? status.sinceMs : null;
  useEffect(() => {
    if (sinceMs === null) return;
    const tick = (): void => setNow(performance.now());
    tick();
    const timer = setInterval(tick, 200);
    return () => clearInterval(timer);
  }, [sinceMs]);
  return sinceMs === null ? '' : (Math.max(0, now - sinceMs) / 1000).toFixed(1);
}
