// What the page has to say of Full Node: slow to start, not to be had, and a file that was changed on both sides.

import { useStore } from '@nanostores/preact';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { EngineKind } from '#src/sandbox/engine.ts';
import { mayMendByReload } from '#src/sandbox/retry.ts';
import { troubleWords } from '#src/sandbox/trouble.ts';
import type { Bench } from '#src/stores/bench.ts';
import { choiceWords } from '#src/stores/node/engine-choice.ts';
import type { LeftAlone } from '#src/stores/node/file-sync.ts';
import type { FullNode } from '#src/stores/node/full-node.ts';
import { Notice } from '../Notices.tsx';

export interface NodeNoticesProps {
  readonly bench: Bench;
  readonly node: FullNode;
  readonly onCompare: () => void;
  readonly onEngine: (engine: EngineKind) => void;
}

interface ActionProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly isQuiet?: boolean;
}

function Action({ children, onClick, isQuiet = false }: ActionProps) {
  return (
    <button type="button" class={`button button-small ${isQuiet ? 'button-quiet' : ''}`} onClick={onClick}>
      {children}
    </button>
  );
}

export function NodeNotices({ bench, node, onCompare, onEngine }: NodeNoticesProps) {
  const { $isEmbeddedForNow, $choice } = bench;
  const status = useStore(node.$status);
  const choice = useStore($choice);
  const conflict = useStore(node.sync.$conflict);
  const sync = useStore(node.sync.$status);
  const leftAlone = useStore(node.sync.$leftAlone);
  const [dismissed, setDismissed] = useState('');

  /** A run that waits for the container need not wait any longer. */
  const useEmbedded = (): void => {
    const isWaiting = bench.attempt.$live.get() !== null;
    $isEmbeddedForNow.set(true);
    if (isWaiting) void bench.attempt.run();
  };
  const trouble = status.state === 'failed' ? troubleWords[status.trouble] : null;

  return (
    <>
      {choice.offerEmbedded && trouble === null && (
        <Notice isCalm actions={<Action onClick={useEmbedded}>Run with the embedded engine</Action>}>
          Full Node takes longer than usual to start. It goes on starting; the embedded engine gives the same verdict
          meanwhile.
        </Notice>
      )}
      {trouble !== null && (
        <Notice
          actions={
            <>
              {status.state === 'failed' && mayMendByReload(status.trouble) && (
                <Action onClick={() => location.reload()}>Reload the page</Action>
              )}
              {choice.canRun && (
                <Action isQuiet onClick={() => onEngine('embedded')}>
                  Switch to embedded
                </Action>
              )}
            </>
          }
        >
          <strong>{trouble.title}.</strong>{' '}
          {choice.engine === 'embedded' &&
            choice.canRun &&
            'Runs go to the embedded engine: the same verdict, without terminal and packages.'}
          <details>
            <summary>What happened, and what to do</summary>
            {trouble.happened} {trouble.todo}
          </details>
        </Notice>
      )}
      {choice.why === 'for-now' && status.state === 'ready' && (
        <Notice isCalm actions={<Action onClick={() => $isEmbeddedForNow.set(false)}>Use Full Node</Action>}>
          Full Node is ready. {choiceWords(choice)}
        </Notice>
      )}
      {conflict !== null && (
        <Notice
          actions={
            <>
              <Action onClick={() => void node.sync.choose('editor')}>Keep the editor’s</Action>
              <Action onClick={() => void node.sync.choose('terminal')}>Take the terminal’s</Action>
              <Action isQuiet onClick={onCompare}>
                See both
              </Action>
            </>
          }
        >
          {conflict.file} was changed in the editor and in the terminal. Nothing is overwritten until you choose; until
          then Run takes the editor’s text.
        </Notice>
      )}
      {sync.state === 'broken' && status.state === 'ready' && (
        <Notice actions={<Action onClick={() => void node.sync.check()}>Try again</Action>}>{sync.words}</Notice>
      )}
      {leftAlone.length > 0 && namesOf(leftAlone) !== dismissed && (
        <Notice
          isCalm
          actions={
            <Action isQuiet onClick={() => setDismissed(namesOf(leftAlone))}>
              Understood
            </Action>
          }
        >
          Only in the terminal: {leftAloneWords(leftAlone)}.
        </Notice>
      )}
    </>
  );
}

const namesOf = (files: readonly LeftAlone[]): string => files.map(({ file }) => file).join('\n');
const mostNames = 3;

/** The files by what keeps them out, a few of each by name. */
function leftAloneWords(files: readonly LeftAlone[]): string {
  const byReason = Map.groupBy(files, ({ why }) => why);
  return [...byReason]
    .map(([why, group]) => {
      const names = group.slice(0, mostNames).map(({ file }) => file);
      const others = group.length - names.length;
      return `${names.join(', ')}${others > 0 ? ` and ${others} more` : ''} (${why})`;
    })
    .join('; ');
}
