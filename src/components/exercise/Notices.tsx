// What the page has to say of the learner's files: storage that is refused, a draft of an older version, another tab.

import { useStore } from '@nanostores/preact';
import type { ComponentChildren } from 'preact';
import type { EngineKind } from '#src/sandbox/engine.ts';
import type { Bench } from '#src/stores/bench.ts';
import type { Files } from '#src/stores/drafts/drafts.ts';
import { choiceWords } from '#src/stores/node/engine-choice.ts';
import { useNodeParts } from './node/use-parts.ts';

export interface NoticesProps {
  readonly bench: Bench;
  readonly onDownload: () => void;
  readonly onCompare: () => void;
  readonly onEngine: (engine: EngineKind) => void;
}

interface NoticeProps {
  readonly children: ComponentChildren;
  readonly actions: ComponentChildren;
  /** Nothing is at stake. */
  readonly isCalm?: boolean;
}

export function Notice({ children, actions, isCalm = false }: NoticeProps) {
  return (
    <div class="notice" data-calm={isCalm || undefined} role="group" aria-label="Notice">
      <div class="notice-words">{children}</div>
      <div class="notice-actions">{actions}</div>
    </div>
  );
}

export function Notices({ bench, onDownload, onCompare, onEngine }: NoticesProps) {
  const { drafts, exercise, starter, $trouble, $node } = bench;
  const node = useStore($node);
  const choice = useStore(bench.$choice);
  const parts = useNodeParts(node !== null);
  const trouble = useStore($trouble);
  const older = useStore(drafts.$older);
  const conflict = useStore(drafts.$conflict);
  const aside = useStore(drafts.$setAside);
  const files = useStore(drafts.$files);
  const isReset = aside?.why === 'reset' && isSame(files, starter);
  return (
    <div class="notices" aria-live="polite">
      {trouble !== null && (
        <Notice
          actions={
            <button type="button" class="button button-small" onClick={onDownload}>
              Download files
            </button>
          }
        >
          {trouble === 'full'
            ? 'This device has no room left for this page. What is new since then is kept in this tab only, and gone when it closes.'
            : 'This browser does not let the page keep anything. Everything works, but your files and progress are gone when this tab closes.'}
        </Notice>
      )}
      {older !== null && (
        <Notice
          actions={
            <>
              <button type="button" class="button button-small" onClick={() => drafts.chooseOlder('mine')}>
                Keep mine
              </button>
              <button type="button" class="button button-small" onClick={() => drafts.chooseOlder('new')}>
                Start from the new files
              </button>
              <button type="button" class="button button-quiet button-small" onClick={onCompare}>
                See both
              </button>
            </>
          }
        >
          The exercise has changed since you worked on it: your files are of version {older.version}, it is now version{' '}
          {exercise.version}. Nothing is lost either way.
        </Notice>
      )}
      {conflict !== null && (
        <Notice
          actions={
            <>
              <button type="button" class="button button-small" onClick={() => drafts.chooseTab('this')}>
                Keep this tab’s
              </button>
              <button type="button" class="button button-small" onClick={() => drafts.chooseTab('other')}>
                Take the other tab’s
              </button>
              <button type="button" class="button button-quiet button-small" onClick={onCompare}>
                See both
              </button>
            </>
          }
        >
          {conflict.file} was changed in another tab. Until you choose, what you type here is not saved.
        </Notice>
      )}
      {choice.why === 'needs-node' && (
        <Notice
          isCalm
          actions={
            choice.offerNode === null || choice.offerNode === 'reload' ? null : (
              <button type="button" class="button button-small" onClick={() => onEngine('node')}>
                Use Full Node
              </button>
            )
          }
        >
          {choiceWords(choice, exercise.needs)}
        </Notice>
      )}
      {node !== null && parts !== null && <parts.NodeNotices {...{ bench, node, onCompare, onEngine }} />}
      {isReset && (
        <Notice
          isCalm
          actions={
            <button type="button" class="button button-small" onClick={() => drafts.bringBack()}>
              Undo the reset
            </button>
          }
        >
          These are the first files again. Yours are kept aside.
        </Notice>
      )}
    </div>
  );
}

function isSame(files: Files, starter: Files): boolean {
  const names = Object.keys(files);
  return names.length === Object.keys(starter).length && names.every((name) => files[name] === starter[name]);
}
