// Code that is read and not edited, coloured, with line numbers.

import { highlightLines, type Token } from './highlight.ts';

export function Tokens({ tokens }: { readonly tokens: readonly Token[] }) {
  return (
    <>
      {tokens.map(({ kind, text }, i) => (
        <span key={i} data-token={kind}>
          {text}
        </span>
      ))}
    </>
  );
}

export function Code({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <div class="code-read" tabIndex={0} role="region" aria-label={label}>
      <pre>
        {highlightLines(text).map((tokens, i) => (
          <code key={i} data-line={i + 1}>
            <Tokens tokens={tokens} />
            {'\n'}
          </code>
        ))}
      </pre>
    </div>
  );
}
