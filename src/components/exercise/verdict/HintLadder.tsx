// The hints of one check: the rungs that were taken, and a button for the next.

import { useStore } from '@nanostores/preact';
import type { ComponentChildren } from 'preact';
import { rungName } from '../content/hints.ts';
import type { Bench } from '#src/stores/bench.ts';

export interface HintLadderProps {
  readonly bench: Bench;
  readonly check: string;
  readonly rungs: readonly string[];
  /** What else there is to do, in the same line: before the hint and after it. */
  readonly before?: ComponentChildren;
  readonly after?: ComponentChildren;
}

export function HintLadder({ bench, check, rungs, before, after }: HintLadderProps) {
  const { hints } = bench;
  const taken = useStore(hints.$taken).get(check) ?? 0;
  useStore(hints.$pause);
  const next = hints.next(check, rungs.length);
  const assists = taken >= rungs.length - 2;
  return (
    <div class="hints">
      {taken > 0 && (
        <ol class="hints-taken">
          {rungs.slice(0, taken).map((html, i) => (
            <li key={i}>
              <span class="hints-name">{rungName(i, rungs.length)}</span>
              {/* Built from hints.md by our own renderer, which escapes all it does not know. */}
              <span dangerouslySetInnerHTML={{ __html: html }} />
            </li>
          ))}
        </ol>
      )}
      <div class="item-actions">
        {before}
        {next !== 'end' && (
          <button
            type="button"
            class="button button-small hints-next"
            aria-disabled={next !== 'ready'}
            onClick={() => hints.take(check, rungs.length)}
          >
            {taken === 0 ? 'Hint' : 'Next hint'}
          </button>
        )}
        {after}
      </div>
      <p class="hints-note" role="status">
        {next === 'before-attempt' && 'Run the program once first.'}
        {next === 'pause' && 'The next one is there after a change, or in a few seconds.'}
        {next === 'ready' && assists && 'The next one is a worked step. Runs after it count as assisted.'}
      </p>
    </div>
  );
}
