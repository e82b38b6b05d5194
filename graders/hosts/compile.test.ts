import { describe, expect, it } from 'vitest';
import { compileProgram, CompileError, type SourceFiles } from './compile.ts';

function errorOf(files: SourceFiles, entry = 'solution.ts'): CompileError {
  try {
    compileProgram(files, entry);
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
      /not available here/,
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
