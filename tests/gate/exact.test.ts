// The lab computes the same bytes on every engine: nothing in it uses arithmetic whose last digits an engine may choose.
import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Powers in a source, other than those of two, which are exact: as `file:line text`. */
function powersIn(file: string, source: string): string[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isBinaryExpression(node) &&
      [ts.SyntaxKind.AsteriskAsteriskToken, ts.SyntaxKind.AsteriskAsteriskEqualsToken].includes(
        node.operatorToken.kind,
      ) &&
      !(ts.isNumericLiteral(node.left) && node.left.text === '2')
    ) {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${file}:${line + 1} ${node.getText()}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

test('no power of the lab depends on the engine', () => {
  const files = readdirSync('lab', { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/\.test\.ts$|^testing/.test(file),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap((file) => powersIn(`lab/${file}`, readFileSync(`lab/${file}`, 'utf8')))).toEqual([]);
});

test('the check sees a power, and lets those of two pass', () => {
  expect(powersIn('x.ts', 'const a = 2 ** n;\nconst b = f ** n;')).toEqual(['x.ts:2 f ** n']);
});
