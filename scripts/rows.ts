// `npm run rows`: the numbers that the specification of the lab must give, and the unit test that holds each of them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

/** A row of the specification: the numbers that a test of its id carries in its title. */
export interface Row {
  readonly id: string;
  readonly numbers: readonly string[];
  readonly says: string;
}

export interface HeldRow extends Row {
  /** Where the tests are, as file and title. */
  readonly tests: readonly { readonly file: string; readonly title: string }[];
  /** Numbers that no title of such a test has; all of them when there is no test. */
  readonly missing: readonly string[];
}

const root = join(import.meta.dirname, '..');

export function readRows(folder = join(root, 'lab/rows')): Row[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Row[])
    .sort((a, b) => orderOf(a.id) - orderOf(b.id));
}

function orderOf(id: string): number {
  const [section = 0, part = 0] = id.slice(1).split('.').map(Number);
  return section * 100 + part;
}

/** The full titles of a file's tests: those of the groups around a test, and its own. */
export function titlesOf(file: string, source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node, above: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? node : null;
    const name = call === null ? null : calledName(call.expression);
    const first = call?.arguments[0];
    const isNamed = name !== null && first !== undefined && ts.isStringLiteralLike(first);
    const path = isNamed ? [...above, first.text] : above;
    if (isNamed && (name === 'it' || name === 'test')) titles.push(path.join(' '));
    else ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true), []);
  return titles;
}

/** `it` of it(…), it.each(…)(…) and the like; null for other calls. */
function calledName(expression: ts.Expression): 'describe' | 'it' | 'test' | null {
  if (ts.isIdentifier(expression)) {
    const { text } = expression;
    return text === 'describe' || text === 'it' || text === 'test' ? text : null;
  }
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression))
    return calledName(expression.expression);
  return null;
}

/** Each row with the tests whose title has its id (M2.1 is not M2.10), and the numbers that none of them has. */
export function holdRows(rows: readonly Row[], titles: readonly { file: string; title: string }[]): HeldRow[] {
  return rows.map((row) => {
    const id = new RegExp(`\\b${row.id.replace('.', '\\.')}(?![\\d])`);
    const tests = titles.filter(({ title }) => id.test(title));
    const missing = row.numbers.filter((number) => !tests.some(({ title }) => hasNumber(title, number)));
    return { ...row, tests, missing: tests.length === 0 ? row.numbers : missing };
  });
}

/** Whether a title has a number as a word of its own: 40 is not in 400, nor in 4.40. */
function hasNumber(title: string, number: string): boolean {
  for (let at = title.indexOf(number); at >= 0; at = title.indexOf(number, at + 1)) {
    const before = title[at - 1] ?? ' ';
    const after = title.slice(at + number.length);
    if (!/[\d.,]/.test(/\d/.test(number[0] ?? '') ? before : ' ') && !/^([\d]|[.,]\d)/.test(after)) return true;
  }
  return false;
}

export function readTitles(): { file: string; title: string }[] {
  return readdirSync(join(root, 'lab'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .flatMap((file) =>
      titlesOf(file, readFileSync(join(root, 'lab', file), 'utf8')).map((title) => ({ file: `lab/${file}`, title })),
    );
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const held = holdRows(readRows(), readTitles());
  const open = held.filter(({ missing }) => missing.length > 0);
  if (values.json) process.stdout.write(`${JSON.stringify(held)}\n`);
  else {
    for (const row of held) {
      const mark = row.missing.length > 0 ? '✗' : '✓';
      process.stdout.write(`${mark} ${row.id.padEnd(6)} ${row.says}\n`);
      if (row.missing.length > 0)
        process.stdout.write(`         no test of ${row.id} has in its title: ${row.missing.join(' · ')}\n`);
    }
    process.stdout.write(`\n${held.length - open.length} of ${held.length} rows are held by a test\n`);
  }
  process.exitCode = open.length > 0 ? 1 : 0;
}
