// A run that gave nothing to grade: what happened and where, apart from any item that is not yet met.

import type { Failure } from '#graders/verdict.ts';
import { Tokens } from '../code/Code.tsx';
import { highlightLines } from '../code/highlight.ts';

export interface FailureReportProps {
  readonly failure: Failure;
  /** The line of code, as it was when it was run. */
  readonly line: string | null;
  /** Runs had ended before it. */
  readonly hasResults: boolean;
  readonly onPlace: (file: string, line: number, column: number) => void;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function FailureReport({ failure, line: code, hasResults, onPlace }: FailureReportProps) {
  const { file, line, column, stack } = failure;
  const first: Place | null = file === null || line === null ? null : { file, line, column: column ?? 1 };
  const others = stack.flatMap(placeOf).filter((place) => place.file !== file || place.line !== line);
  return (
    <div class="failure">
      <p class="failure-message">{failure.message}</p>
      {first !== null && (
        <p class="failure-place">
          <PlaceButton place={first} onPlace={onPlace} />
          {code !== null && <Line code={code} />}
        </p>
      )}
      {others.length > 0 && (
        <p class="failure-stack">
          called from{' '}
          {others.map((place, i) => (
            <span key={i}>
              {i > 0 && ', '}
              <PlaceButton place={place} onPlace={onPlace} />
            </span>
          ))}
        </p>
      )}
      <p class="failure-note">
        {failure.kind === 'compile' ? 'Nothing was run, so nothing was graded.' : 'This is not a grade.'}
        {hasResults && ' What had been looked at before it stands below.'}
      </p>
    </div>
  );
}

function placeOf(text: string): Place[] {
  const match = /^(.+):(\d+):(\d+)$/.exec(text);
  return match === null ? [] : [{ file: match[1] as string, line: Number(match[2]), column: Number(match[3]) }];
}

function PlaceButton({ place, onPlace }: { readonly place: Place; readonly onPlace: FailureReportProps['onPlace'] }) {
  const { file, line, column } = place;
  return (
    <button type="button" class="link failure-link" onClick={() => onPlace(file, line, column)}>
      <span class="visually-hidden">Go to </span>
      {file}:{line}
    </button>
  );
}

function Line({ code }: { readonly code: string }) {
  return (
    <code class="failure-code">
      <Tokens tokens={highlightLines(code.trim())[0] ?? []} />
    </code>
  );
}
