// Files become functions one by one, and a stack gets its names back.
import { runInThisContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { CompiledProgram } from '#graders/hosts/compile.ts';
import { placesIn } from '#graders/hosts/places.ts';
import { evaluateFiles, registerName, renameWith, type ScriptHost } from './evaluate.ts';

/** A host that keeps texts by an address of its own kind and runs them as scripts. */
function createHost(): ScriptHost {
  const texts = new Map<string, string>();
  return {
    addressOf(text) {
      const address = `blob:null/${texts.size}`;
      texts.set(address, text);
      return address;
    },
    importScripts: (address) => void runInThisContext(texts.get(address) ?? ''),
    lineOf: () => 7,
  };
}

const programOf = (files: Record<string, string>): CompiledProgram => ({
  entry: Object.keys(files)[0] as string,
  files: Object.entries(files).map(([path, code]) => ({ path, code, imports: [] })),
  packages: [],
});

test('each file becomes the body of a function of its own', async () => {
  const found = evaluateFiles(
    programOf({ 'a.ts': 'exports.a = 1;', 'b.ts': 'exports.b = require("x");' }),
    createHost(),
  );
  if ('file' in found) throw new Error(found.message);
  const exports: Record<string, unknown> = {};
  await found.bodies.get('a.ts')?.(exports, () => {});
  await found.bodies.get('b.ts')?.(exports, (name) => `got ${name}`);
  expect(exports).toEqual({ a: 1, b: 'got x' });
});

test('the name under which files are handed over is gone before any of them runs', () => {
  evaluateFiles(programOf({ 'a.ts': '' }), createHost());
  expect(registerName in globalThis).toBe(false);
});

test('the first file that does not parse is named, with the line that the engine gives', () => {
  const program = programOf({ 'a.ts': '', 'b.ts': 'let x = 1; let x = 2;', 'c.ts': '}' });
  expect(evaluateFiles(program, createHost())).toEqual({
    file: 'b.ts',
    line: 7,
    message: "Identifier 'x' has already been declared",
  });
});

test('a stack that shows addresses is read as one that shows names', () => {
  const rename = renameWith(new Map([['blob:null/5f-1', 'program:///solution.ts']]));
  const error = Object.assign(new Error('x'), { stack: 'run@blob:null/5f-1:12:5\nlive@https://site/worker.js:1:2' });
  expect(placesIn(error, rename)).toEqual([{ file: 'solution.ts', line: 12, column: 5 }]);
});
