// Puts a call into every loop of a compiled file, so that one which never lets go ends by itself where nobody can kill it.

import { getFormattedTokens } from 'sucrase';
import type { CompiledFile, CompiledProgram } from './compile.ts';
import { loopGuardName } from './loop-watch.ts';
import { isProvided } from './specifiers.ts';

interface Token {
  /** A punctuator or keyword as it is written; 'name', 'string', 'template', … for the rest. */
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

const call = `${loopGuardName}()`;
const opening = new Set(['(', '[', '{', '${']);
const closing = new Set([')', ']', '}']);

/** The program with guards in all its own files: to read the provided modules would take a second. */
export function guardProgram(compiled: CompiledProgram): CompiledProgram {
  const guard = (file: CompiledFile) => (isProvided(file.path) ? file : { ...file, code: guardLoops(file.code) });
  return { ...compiled, files: compiled.files.map(guard) };
}

/**
 * `code` with the guard called once in each turn of each loop: it does what it did, on the same lines. The guard must
 * return true. Code that cannot be read comes back as it is: then the host's other means must do.
 */
export function guardLoops(code: string): string {
  let tokens: Token[];
  try {
    tokens = tokensOf(code);
  } catch {
    return code;
  }
  const insertions: { at: number; text: string }[] = [];
  const insert = (at: number, text: string) => insertions.push({ at, text });
  /** Brackets that are open; `loop` is the keyword before one that is the head of a loop. */
  const open: { loop: 'for' | 'while' | null; hasTest: boolean }[] = [];
  let keyword: 'for' | 'while' | null = null;

  tokens.forEach(({ label, end }, index) => {
    const next = tokens[index + 1];
    if (label === 'for' || label === 'while') {
      keyword = label;
    } else if (opening.has(label)) {
      const loop = label === '(' ? keyword : null;
      if (loop === 'while') insert(end, `${call},`);
      if (label === '(') keyword = null;
      open.push({ loop, hasTest: false });
    } else if (label === ';') {
      const head = open.at(-1);
      if (head?.loop !== 'for' || head.hasTest) return;
      head.hasTest = true;
      insert(end, next?.label === ';' ? call : `${call},`);
    } else if (closing.has(label)) {
      const head = open.pop();
      if (head?.loop !== 'for' || head.hasTest || next === undefined) return;
      // A body that is one statement has no room for another; the else of an `if` around the loop stays whose it was.
      if (next.label === '{') insert(next.end, `${call};`);
      else insert(next.start, `if(!${call}){}else `);
    }
  });

  let guarded = '';
  let from = 0;
  for (const { at, text } of insertions) {
    guarded += code.slice(from, at) + text;
    from = at;
  }
  return guarded + code.slice(from);
}

/**
 * The tokens as sucrase's parser sees them. Its list is the one way to them that every bundler and Node.js can import;
 * it is a table with a row for each, whose third column is the text, cut to 14 characters and perhaps on several lines.
 */
function tokensOf(code: string): Token[] {
  const table = getFormattedTokens(code, { transforms: [] });
  const labelAt = table.indexOf('Label');
  const rawAt = table.indexOf('Raw');
  const lineStarts = [0, ...Array.from(code.matchAll(/\r\n?|\n/g), ({ index, 0: end }) => index + end.length)];
  const tokens: Token[] = [];
  for (let row = endOfLine(table, 0); row < table.length;) {
    const place = /^(\d+):(\d+)-(\d+):(\d+) /.exec(table.slice(row, row + labelAt));
    // Only what stands at the very end has no place.
    if (place === null) break;
    const [line, column, lastLine, lastColumn] = place.slice(1).map(Number) as [number, number, number, number];
    const start = (lineStarts[line - 1] as number) + column - 1;
    const end = (lineStarts[lastLine - 1] as number) + lastColumn - 1;
    tokens.push({ label: table.slice(row + labelAt, row + rawAt).trim(), start, end });
    row = endOfLine(table, row + rawAt + Math.min(end - start, mostRaw));
  }
  return tokens;
}

const mostRaw = 14;

/** Where the line after the one at `from` begins. */
function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}
