// TypeScript coloured for reading: enough for code that is shown and not edited.

export type TokenKind = 'plain' | 'comment' | 'string' | 'number' | 'keyword' | 'type';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const keywords = new Set(
  'abstract as async await break case catch class const constructor continue default delete do else export extends false finally for from function get if implements import in instanceof interface keyof let new null of private readonly return satisfies set static super switch this throw true try type typeof undefined var void while yield'.split(
    ' ',
  ),
);

const pattern =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?|`(?:\\.|[^`\\])*`?)|(?<number>\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?n?\b)|(?<word>[A-Za-z_$][\w$]*)/g;

/** The tokens of each line; together they are the text. */
export function highlightLines(code: string): Token[][] {
  const lines: Token[][] = [[]];
  function push(kind: TokenKind, text: string): void {
    for (const [i, part] of text.split('\n').entries()) {
      if (i > 0) lines.push([]);
      const line = lines.at(-1) as Token[];
      const before = line.at(-1);
      if (before?.kind === kind) line[line.length - 1] = { kind, text: before.text + part };
      else if (part !== '') line.push({ kind, text: part });
    }
  }
  let at = 0;
  for (const match of code.matchAll(pattern)) {
    if (match.index > at) push('plain', code.slice(at, match.index));
    push(kindOf(match), match[0]);
    at = match.index + match[0].length;
  }
  push('plain', code.slice(at));
  if (code.endsWith('\n')) lines.pop();
  return lines;
}

function kindOf({ groups = {} }: RegExpMatchArray): TokenKind {
  const { comment, string, number, word } = groups;
  if (comment !== undefined) return 'comment';
  if (string !== undefined) return 'string';
  if (number !== undefined) return 'number';
  if (word === undefined) return 'plain';
  if (keywords.has(word)) return 'keyword';
  return /^[A-Z]/.test(word) ? 'type' : 'plain';
}
