// A run that gave nothing to grade: what happened and where, apart from any item that is not yet met.

import type { Failure } from '#graders/verdict.ts';
import { highlightLines } from '../code/highlight.ts';

export interface FailureReportProps {
  readonly failure: Failure;
  readonly files: Readonly<Record<string, string>>;
  /** Runs had ended before it. */
  readonly hasResults: boolean;
  readonly onPlace: (file: string, line: number, column: number) => void;
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export function FailureReport({ failure, files, hasResults, onPlace }: FailureReportProps) {
  const { file, line, column, stack } = failure;
  const first: Place | null = file === null || line === null ? null : { file, line, column: column ?? 1 };
  const others = stack.flatMap(placeOf).filter((place) => place.file !== file || place.line !== line);
  return (
    <div class="failure">
      <p class="failure-message">{failure.message}</p>
      {first !== null && (
        <p class="failure-place">
          <PlaceButton place={first} onPlace={onPlace} />
          <Line place={first} files={files} />
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
    <button
      type="button"
      class="link failure-link"
      aria-label={`Go to line ${line} of ${file}`}
      onClick={() => onPlace(file, line, column)}
    >
      {file}:{line}
    </button>
  );
}

/** The line itself, as it stands now. */
function Line({ place, files }: { readonly place: Place; readonly files: FailureReportProps['files'] }) {
  const tokens = highlightLines(files[place.file] ?? '')[place.line - 1];
  if (tokens === undefined || tokens.length === 0) return null;
  return (
    <code class="failure-code">
      {tokens.map(({ kind, text }, i) => (
        <span key={i} data-token={kind}>
          {i === 0 ? text.trimStart() : text}
        </span>
      ))}
    </code>
  );
}
