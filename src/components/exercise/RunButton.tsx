// Run, and while a run goes on, Stop: one button in one place, so that nothing moves.

import { useStore } from '@nanostores/preact';
import { useEffect, useState } from 'preact/hooks';
import type { Bench } from '#src/stores/bench.ts';

export interface RunButtonProps {
  readonly bench: Bench;
  readonly onRun: () => void;
}

export function RunButton({ bench, onRun }: RunButtonProps) {
  const isRunning = useStore(bench.attempt.$live) !== null;
  const [isMac, setIsMac] = useState(false);
  useEffect(() => setIsMac(/Mac|iPhone|iPad/.test(navigator.platform)), []);
  return (
    <button
      type="button"
      class="button button-primary run-button"
      aria-keyshortcuts={isMac ? 'Meta+Enter' : 'Control+Enter'}
      onClick={() => (isRunning ? bench.attempt.stop() : onRun())}
    >
      {isRunning ? 'Stop' : 'Run'}
      <kbd aria-hidden="true" data-hidden={isRunning || undefined}>
        {isMac ? '⌘ ↵' : 'Ctrl ↵'}
      </kbd>
    </button>
  );
}
