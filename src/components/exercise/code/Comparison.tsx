// Two texts beside each other, or one above the other where there is no room; shared lines stand level.

import { useMemo } from 'preact/hooks';
import { Tokens } from './Code.tsx';
import { compareLines, linesOf, type DiffRow } from './diff.ts';
import { highlightLines, type Token } from './highlight.ts';

export interface ComparisonProps {
  readonly left: { readonly title: string; readonly text: string | null };
  readonly right: { readonly title: string; readonly text: string | null };
}

export function Comparison({ left, right }: ComparisonProps) {
  const { rows, leftTokens, rightTokens } = useMemo(() => {
    const lines = ({ text }: { text: string | null }) => (text === null || text === '' ? [] : linesOf(text));
    return {
      rows: compareLines(lines(left), lines(right)),
      leftTokens: highlightLines(left.text ?? ''),
      rightTokens: highlightLines(right.text ?? ''),
    };
  }, [left.text, right.text]);
  const changes = rows.filter(({ kind }) => kind === 'changed').length;
  return (
    <div class="comparison" tabIndex={0} role="region" aria-label={`${left.title} and ${right.title}, compared`}>
      <table>
        <caption class="visually-hidden">
          {changes === 0 ? 'They are the same.' : `${changes} ${changes === 1 ? 'row differs' : 'rows differ'}.`}
        </caption>
        <colgroup>
          <col class="comparison-number" />
          <col />
          <col class="comparison-number" />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {left.title}
              {left.text === null && <span class="comparison-none"> (no such file)</span>}
            </th>
            <th scope="col" colSpan={2}>
              {right.title}
              {right.text === null && <span class="comparison-none"> (no such file)</span>}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i} data-kind={row.kind}>
              <Side row={row} side="left" tokens={leftTokens} />
              <Side row={row} side="right" tokens={rightTokens} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Side(props: { readonly row: DiffRow; readonly side: 'left' | 'right'; readonly tokens: readonly Token[][] }) {
  const { row, side, tokens } = props;
  const line = row[side];
  const isChanged = row.kind === 'changed' && line !== null;
  return (
    <>
      <td class="comparison-number" data-side={side} data-empty={line === null || undefined}>
        {line?.number}
      </td>
      <td data-side={side} data-changed={isChanged || undefined} data-empty={line === null || undefined}>
        {isChanged && <span class="comparison-sign">{side === 'left' ? '−' : '+'}</span>}
        {line !== null && (
          <code>
            <Tokens tokens={tokens[line.number - 1] ?? []} />
          </code>
        )}
      </td>
    </>
  );
}
