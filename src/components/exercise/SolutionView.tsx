// The accepted solutions, to be read beside one's own files; nothing here writes into them.

import { useStore } from '@nanostores/preact';
import { useEffect, useState } from 'preact/hooks';
import type { Bench } from '#src/stores/bench.ts';
import { exerciseStanding } from '#src/stores/progress/folds.ts';
import { Code } from './code/Code.tsx';
import { Comparison } from './code/Comparison.tsx';
import type { Solution } from './content/folders.ts';
import { Overlay } from './Overlay.tsx';

export interface SolutionViewProps {
  readonly bench: Bench;
  readonly onClose: () => void;
}

export function SolutionView({ bench, onClose }: SolutionViewProps) {
  const { exercise, progress, drafts } = bench;
  const events = useStore(progress.$events);
  const standing = exerciseStanding(events, exercise.id, exercise.version);
  const [isAgreed, setIsAgreed] = useState(standing.passedAt !== null || standing.isAssisted);
  const [solutions, setSolutions] = useState<readonly Solution[] | 'loading' | 'unreachable'>('loading');
  const [chosen, setChosen] = useState(0);
  const [file, setFile] = useState(exercise.entry);
  const [isBeside, setIsBeside] = useState(true);
  const mine = useStore(drafts.$files);

  const load = async (): Promise<void> => {
    setSolutions('loading');
    try {
      const answer = await fetch(`/exercises/${exercise.id}/solutions.json`);
      if (!answer.ok) throw new Error(String(answer.status));
      setSolutions((await answer.json()) as Solution[]);
    } catch {
      setSolutions('unreachable');
    }
  };
  useEffect(() => {
    if (!isAgreed) return;
    void load();
    progress.record({ kind: 'solution-opened', exercise: exercise.id, version: exercise.version });
  }, [isAgreed]);

  if (!isAgreed) {
    return (
      <Overlay title="Solutions" back="Back to your code" onClose={onClose}>
        <div class="overlay-question">
          <p>
            Once you have read a solution, your runs of this exercise count as assisted: they are practice, and no mark
            of mastery. Your files stay as they are.
          </p>
          <p>
            <button type="button" class="button" onClick={() => setIsAgreed(true)}>
              Open the solutions
            </button>
          </p>
        </div>
      </Overlay>
    );
  }

  const list = typeof solutions === 'string' ? [] : solutions;
  const solution = list[chosen];
  const names = Object.keys(solution?.files ?? {});
  const name = names.includes(file) ? file : (names[0] ?? '');
  const text = solution?.files[name] ?? '';
  return (
    <Overlay
      title="Solutions"
      back="Back to your code"
      onClose={onClose}
      tools={
        <button
          type="button"
          class="button button-quiet"
          aria-pressed={isBeside}
          onClick={() => setIsBeside(!isBeside)}
        >
          Beside yours
        </button>
      }
    >
      {solutions === 'unreachable' && (
        <div class="overlay-question">
          <p>The solutions could not be loaded. Check the connection, then try again.</p>
          <p>
            <button type="button" class="button" onClick={() => void load()}>
              Try again
            </button>
          </p>
        </div>
      )}
      {solution !== undefined && (
        <>
          <div class="overlay-choices">
            <label class="field">
              <span>Solution</span>
              <select value={chosen} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
                {list.map(({ id, title }, i) => (
                  <option key={id} value={i}>
                    {title}
                  </option>
                ))}
              </select>
            </label>
            <label class="field">
              <span>File</span>
              <select value={name} onChange={(event) => setFile(event.currentTarget.value)}>
                {names.map((each) => (
                  <option key={each} value={each}>
                    {each}
                  </option>
                ))}
              </select>
            </label>
            <p class="overlay-about" dangerouslySetInnerHTML={{ __html: solution.about }} />
          </div>
          {isBeside ? (
            <Comparison
              left={{ title: `Yours: ${name}`, text: mine[name] ?? null }}
              right={{ title: `${solution.title}: ${name}`, text }}
            />
          ) : (
            <Code text={text} label={`${solution.title}: ${name}, read only`} />
          )}
        </>
      )}
    </Overlay>
  );
}
