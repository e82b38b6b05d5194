import { describe, expect, it } from 'vitest';
import { compileProgram, CompileError, type CompileOptions, type SourceFiles } from './compile.ts';
import { importsProvided, type ProvidedCode } from './provided.ts';

function errorOf(files: SourceFiles, entry = 'solution.ts', options: CompileOptions = {}): CompileError {
  try {
    compileProgram(files, entry, options);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error('It compiled.');
}

describe('compileProgram', () => {
  it('takes types away and keeps the lines', () => {
    const source = 'type A = {\n  b: string;\n};\nexport const c: A = { b: "x" };\nthrow new Error("line 5");';
    const [file] = compileProgram({ 'solution.ts': source }, 'solution.ts').files;
    expect(file?.code.split('\n')[4]).toContain('line 5');
    expect(file?.code).not.toContain('b: string');
  });

  it('follows imports with or without an extension, once each, cycles too', () => {
    const { files } = compileProgram(
      {
        'solution.ts': "import { a } from './lib/a.ts'; import { b } from './b'; export default a + b;",
        'lib/a.ts': "import { b } from '../b.js'; export const a = b;",
        'b.ts': "import { a } from './lib/a.ts'; export const b = () => a;",
        'unused.ts': 'this does not parse',
      },
      'solution.ts',
    );
    expect(files.map(({ path }) => path).sort()).toEqual(['b.ts', 'lib/a.ts', 'solution.ts']);
  });

  it('names file, line and column of a syntax error', () => {
    expect(errorOf({ 'solution.ts': 'const a = 1;\nconst b = ;\n' })).toMatchObject({
      file: 'solution.ts',
      line: 2,
      column: 11,
    });
  });

  it('names the line that imports a file that is not there, and what there is', () => {
    const error = errorOf({ 'solution.ts': "\nimport { x } from './bufer.ts';\nexport default x;", 'buffer.ts': '' });
    expect(error).toMatchObject({ file: 'solution.ts', line: 2 });
    expect(error.message).toMatch(/no file bufer\.ts.*buffer\.ts/);
  });

  it('refuses packages and paths outside, with a way on', () => {
    expect(errorOf({ 'solution.ts': "import fs from 'node:fs'; export default fs;" }).message).toMatch(
      /'node:fs' is not available here/,
    );
    expect(errorOf({ 'solution.ts': "import { x } from '../../x.ts'; export default x;" }).message).toMatch(
      /outside the program's folder/,
    );
  });

  it('names the line of a misspelled import of the lab', () => {
    const source = "import { SinkErr } from '@spillway/lab';\nexport default (e: unknown) => e instanceof SinkErr;";
    const error = errorOf({ 'solution.ts': source });
    expect(error).toMatchObject({ file: 'solution.ts', line: 1 });
    expect(error.message).toMatch(/no export 'SinkErr'.*SinkError/);
  });

  it('refuses a namespace rather than dropping its body', () => {
    expect(errorOf({ 'solution.ts': 'let a = 1;\nexport namespace N {\n  export const b = 1;\n}' })).toMatchObject({
      line: 2,
    });
  });

  it('says so when the entry is not there', () => {
    expect(errorOf({ 'other.ts': '' }).message).toMatch(/no file solution\.ts/);
  });
});

describe('provided modules', () => {
  const provided: ProvidedCode = {
    code: 'exports.modules = {};',
    exports: {
      'node:stream': ['Duplex', 'Readable', 'Writable', '_hidden', 'pipeline'],
      'node:events': ['EventEmitter', 'once'],
    },
  };
  const compile = (files: SourceFiles) => compileProgram(files, 'solution.ts', { provided });

  it('come with the program that imports them, each once, under the name with node:', () => {
    const { files, packages } = compile({
      'solution.ts': "import { Readable } from 'stream'; import { b } from './b.ts'; export default [Readable, b];",
      'b.ts':
        "import EventEmitter, * as all from 'node:events'; import { Writable } from 'node:stream'; export const b = [EventEmitter, all, Writable];",
    });
    expect(files.map(({ path, imports }) => [path, imports])).toEqual([
      ['solution.ts', ['node:stream', 'b.ts']],
      ['b.ts', ['node:events', 'node:stream']],
      ['node:provided', []],
      ['node:stream', ['node:provided']],
      ['node:events', ['node:provided']],
    ]);
    expect(packages).toEqual([]);
  });

  it('do not come with one that uses only their types, or none', () => {
    const types =
      "import type { Readable } from 'node:stream'; import { type once } from 'events'; export type T = [Readable, typeof once];";
    expect(compile({ 'solution.ts': types }).files).toHaveLength(1);
  });

  it('come before packages, where those may be imported', () => {
    const source =
      "import { once } from 'events'; import fs from 'fs'; import pLimit from 'p-limit'; export default [once, fs, pLimit];";
    const { files, packages } = compileProgram({ 'solution.ts': source }, 'solution.ts', {
      provided,
      mayImportPackages: true,
    });
    expect(files.map(({ path }) => path)).toContain('node:events');
    expect(packages).toEqual(['fs', 'p-limit']);
  });

  it.each([
    ["import { Reedable } from 'node:stream';\nexport default Reedable;", 'Reedable', "Did you mean 'Readable'?"],
    ["import { readable as r } from 'stream';\nexport default r;", 'readable', "Did you mean 'Readable'?"],
    ["export { pipelin } from 'node:stream';", 'pipelin', "Did you mean 'pipeline'?"],
    [
      "import {\n  Blob } from 'node:stream';\nexport default Blob;",
      'Blob',
      'It has: Duplex, Readable, Writable, pipeline.',
    ],
  ])('name the line of a name that they do not have: %j', (source, name, rest) => {
    const error = errorOf({ 'solution.ts': `// ${name}\n${source}` }, 'solution.ts', { provided });
    expect(error.message).toBe(`'${/'((?:node:)?stream)'/.exec(source)?.[1]}' has no export '${name}' here. ${rest}`);
    expect(error).toMatchObject({ file: 'solution.ts', line: source.startsWith('import {\n') ? 3 : 2 });
  });

  it('are named where another is imported, and so is Full Node', () => {
    const error = errorOf({ 'solution.ts': "\nimport { Worker } from 'node:worker_threads'; export default Worker;" });
    expect(error).toMatchObject({ file: 'solution.ts', line: 2 });
    expect(error.message).toBe(
      "'node:worker_threads' is not available here: a program may import its own files, '@spillway/lab', 'node:stream', " +
        "'node:stream/promises', 'node:events', 'node:timers/promises' and 'node:buffer'; Full Node, which you choose below the " +
        'editor, has all of Node.js and npm packages.',
    );
    const outside = errorOf({ 'solution.ts': "import { x } from '../x.ts'; export default x;" }, 'solution.ts', {
      mayImportPackages: true,
    });
    expect(outside.message).toMatch(/outside the program's folder/);
  });

  it('are asked for when a file imports them, in whatever way', () => {
    const asks = (source: string) => importsProvided({ 'a.ts': '', 'b.ts': source });
    for (const source of [
      "import { once } from 'events';",
      'import\n  all from "node:stream/promises"',
      "export * from 'timers/promises';",
      "import 'buffer'",
      "const { on } = await import( /* the events */ 'node:events');",
      "import {} from // here\n  'stream';",
    ]) {
      expect(asks(source), source).toBe(true);
    }
    for (const source of [
      "consumer.subscribe(['events']);",
      "import { x } from './stream.ts';",
      "import 'node:fs'",
      "from('rxjs')",
    ]) {
      expect(asks(source), source).toBe(false);
    }
  });
});
