// The line under the editor: saved or not, types, engine, the last run.

import { useStore } from '@nanostores/preact';
import { whole } from '#graders/checks/law.ts';
import type { EngineKind } from '#src/sandbox/engine.ts';
import type { Bench } from '#src/stores/bench.ts';
import type { TypeReport } from './editor/code-editor.ts';
import { EngineMenu } from './EngineMenu.tsx';

export interface StatusLineProps {
  readonly bench: Bench;
  /** Null until Monaco has looked at the types. */
  readonly types: TypeReport | null;
  readonly isTabFree: boolean;
  readonly onEngine: (engine: EngineKind) => void;
  /** Opens or closes the terminal; null where there is none. */
  readonly terminal: { readonly isOpen: boolean; readonly toggle: () => void } | null;
  readonly onPlace: (file: string, line: number, column: number) => void;
}

export function StatusLine({ bench, types, isTabFree, onEngine, terminal, onPlace }: StatusLineProps) {
  const { drafts, attempt, $trouble } = bench;
  const status = useStore(drafts.$status);
  const trouble = useStore($trouble);
  const last = useStore(attempt.$shown)?.verdict ?? null;
  const first = types?.first ?? null;
  return (
    <footer class="status">
      <span data-tone={trouble !== null || status === 'held' ? 'pressure' : undefined}>
        {status === 'held' ? 'Not saved' : trouble !== null ? 'In this tab only' : savedWord[status]}
      </span>
      {types !== null &&
        (first === null ? (
          <span>Types fine</span>
        ) : (
          <button
            type="button"
            class="link"
            data-tone="pressure"
            title={`${first.file}:${first.line} ${first.message}`}
            onClick={() => onPlace(first.file, first.line, first.column)}
          >
            {types.errors} type {types.errors === 1 ? 'error' : 'errors'}
          </button>
        ))}
      <EngineMenu bench={bench} onChoose={onEngine} />
      {terminal !== null && (
        <button
          type="button"
          class="engine-button"
          aria-expanded={terminal.isOpen}
          aria-controls="terminal"
          aria-keyshortcuts="Control+`"
          title="Ctrl `"
          onClick={terminal.toggle}
        >
          Terminal
        </button>
      )}
      <span class="status-tab" role="status">
        {isTabFree ? 'Tab now leaves the editor.' : ''}
      </span>
      {last !== null && <span class="status-run figures">Last run {whole(last.wallMs)} ms</span>}
    </footer>
  );
}

const savedWord = { loading: 'Opening', saved: 'Saved', saving: 'Saving', held: 'Not saved' } as const;
