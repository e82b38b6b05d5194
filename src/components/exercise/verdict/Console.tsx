// What the program logged in one scenario, with the time of the run.

import { useState } from 'preact/hooks';
import { clock } from '#graders/checks/law.ts';
import type { ConsoleEntry } from '#src/stores/verdict/run-record.ts';

export interface ConsoleProps {
  readonly lines: readonly ConsoleEntry[];
  /** Only the lines of this scenario are shown; null shows all. */
  readonly scenario: string | null;
}

/** More are drawn only when they are asked for. */
const fewLines = 200;

export function Console({ lines, scenario }: ConsoleProps) {
  const [isOpen, setIsOpen] = useState<boolean | null>(null);
  const [isWhole, setIsWhole] = useState(false);
  const own = scenario === null ? lines : lines.filter((line) => line.scenario === scenario);
  const elsewhere = lines.length - own.length;
  const drawn = isWhole ? own : own.slice(0, fewLines);
  const isShown = isOpen ?? own.length > 0;
  return (
    <section class="console" aria-labelledby="console-title" data-open={isShown || undefined}>
      <h3 id="console-title">
        <button type="button" aria-expanded={isShown} aria-controls="console-lines" onClick={() => setIsOpen(!isShown)}>
          Console
          <span class="console-count figures">
            {own.length === 0 ? 'nothing logged' : `${own.length} ${own.length === 1 ? 'line' : 'lines'}`}
            {elsewhere > 0 && `, ${elsewhere} in other scenarios`}
          </span>
        </button>
      </h3>
      <div
        id="console-lines"
        class="console-lines"
        hidden={!isShown}
        tabIndex={0}
        role="region"
        aria-label="Console lines"
      >
        {isShown && own.length === 0 && (
          <p class="console-empty">What the program writes with console.log stands here, with the time of the run.</p>
        )}
        {isShown && (
          <ol>
            {drawn.map(({ atMs, level, text }, i) => (
              <li key={i} data-level={level}>
                <time class="figures">{clock(atMs)}</time>
                {(level === 'warn' || level === 'error') && <span class="console-level">{level}</span>}
                <span>{text}</span>
              </li>
            ))}
          </ol>
        )}
        {isShown && drawn.length < own.length && (
          <button type="button" class="button button-small" onClick={() => setIsWhole(true)}>
            Show all {own.length} lines
          </button>
        )}
      </div>
    </section>
  );
}
