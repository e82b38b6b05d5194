// What the editor says of programs that import modules of Node.js: right where they are right, and where they are not.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { providedModules } from '#graders/hosts/specifiers.ts';
import { bundleProvided } from '../../../../scripts/provided-modules.mjs';
import { bundleTypes } from './lab-types.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const content = 'src/components/exercise/content';
const lab = Object.fromEntries(
  globSync('lab/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') }).map((path) => [
    `/${path.replaceAll('\\', '/')}`,
    read(path),
  ]),
);

/** As Monaco has them. */
const options: ts.CompilerOptions = {
  strict: true,
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
  noEmit: true,
  lib: ['lib.es2023.d.ts'],
  types: [],
};

const declarations = {
  '/globals.d.ts': read(`${content}/globals.txt`),
  '/modules.d.ts': read(`${content}/provided-modules.txt`),
  '/lab.d.ts': bundleTypes(lab, '/lab/index.ts', '@spillway/lab'),
};

/** The compiler, with the declarations and these sources. */
function programOf(sources: Record<string, string>): ts.Program {
  const files: Record<string, string> = { ...declarations, ...sources };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (path) => path in files || fileExists.call(host, path);
  host.readFile = (path) => files[path] ?? readFile.call(host, path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = files[path];
    return text === undefined
      ? getSourceFile.call(host, path, version, ...rest)
      : ts.createSourceFile(path, text, version);
  };
  delete host.directoryExists; // The folders of our sources are nowhere on the disk.
  return ts.createProgram(Object.keys(files), options, host);
}

const imports = `import stream, { Duplex, finished as finishedWith, PassThrough, pipeline as pipelineWith, Readable, Transform, Writable, type TransformCallback } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import EventEmitter, { on, once } from 'node:events';
import { scheduler, setInterval, setTimeout as sleep } from 'node:timers/promises';
import { Buffer } from 'node:buffer';
export const used = [stream, Duplex, finishedWith, PassThrough, pipelineWith, Readable, Transform, Writable, finished, pipeline, EventEmitter, on, once, scheduler, setInterval, sleep, Buffer];
export type Used = TransformCallback;
`;
const inFunction = (body: string): string =>
  `${imports}export async function run(signal: AbortSignal) {\n${body}\nvoid signal;\n}`;

test('every name that a module exports is declared, and no other', async () => {
  const { exports } = await bundleProvided();
  const program = programOf({});
  const checker = program.getTypeChecker();
  const modules = checker.getAmbientModules();
  for (const name of providedModules) {
    for (const specifier of [name, name.replace('node:', '')]) {
      const module = modules.find((each) => each.name === `"${specifier}"`);
      const values = checker
        .getExportsOfModule(module as ts.Symbol)
        .filter((each) => {
          const target = each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each;
          return target.flags & ts.SymbolFlags.Value;
        })
        .map((each) => each.name);
      const named = exports[name]?.filter((each) => !each.startsWith('_')) ?? [];
      expect(values.toSorted(), specifier).toEqual(['default', ...named].toSorted());
    }
  }
  expect(modules.map((each) => each.name).filter((each) => !each.includes('@spillway'))).toHaveLength(
    2 * providedModules.length,
  );
});

const right: [about: string, body: string][] = [
    ['a sink', `const w = new Writable({ objectMode: true, highWaterMark: 3, write(chunk, encoding, done) { this.cork(); setTimeout(done, 10); void [chunk, encoding]; } });
      if (!w.write({ a: 1 }, () => {})) await once(w, 'drain'); w.end(); await finished(w); const n: number = w.writableLength; void n;`],
    ['a source', `const r = new Readable({ objectMode: true, read(size) { this.push(size); this.push(null); } }); for await (const each of r) { void each; }
      r.on('data', (chunk) => chunk.anything).on('error', (error) => error.message).once('end', () => {}); const all: unknown[] = await Readable.from([1]).map(async (x) => x * 2, { concurrency: 2 }).toArray(); void all;`],
    ['a stage', `class Lines extends Transform { constructor() { super({ readableObjectMode: true }); } override _transform(chunk: Buffer, _: string, done: TransformCallback) { this.push(chunk.toString('utf8')); done(null, 'x'); } override _flush(done: TransformCallback) { done(); } }
      const d: Duplex = new Lines(); d.write('x'); for await (const line of d) void line; void new PassThrough().readableLength;`],
    ['a pipeline of streams', `await pipeline(Readable.from([1]), new PassThrough({ objectMode: true }), new Writable({ write(c, e, done) { done(); } })); pipelineWith(Readable.from([1]), new PassThrough(), new Writable(), (error) => error?.message);`],
    ['a pipeline of functions', `const sum = await pipeline([1, 2], async function* (source) { for await (const n of source) yield n * 2; }, async (source) => { let sum = 0; for await (const n of source) sum += n; return sum; }); const n: number = sum; void n;
      await pipeline(async function* () { yield 1; }, new Writable(), { signal });`],
    ['events', `const e = new EventEmitter({ captureRejections: true }); e.on('x', (a: number, b: string) => a + b.length).emit('x', 1, 'b'); const [first] = await once(e, 'x', { signal }); for await (const [a] of on(e, 'x', { close: ['end'], highWaterMark: 2 })) void a; void [first, EventEmitter.once, EventEmitter.defaultMaxListeners];
      class Own extends EventEmitter { n = 1; } void new Own().n; finishedWith(new Writable(), (error) => error)();`],
    ['time', `const text: string = await sleep(10, 'x'); await sleep(5, undefined, { signal }); for await (const _ of setInterval(100, 1, { signal })) break; await scheduler.wait(1); void text;`],
    ['bytes', `const b = Buffer.concat([Buffer.from('a'), new Uint8Array(1)]); const bytes: Uint8Array = b.subarray(1); const n: number = b.readUInt32BE(0) + b.writeInt16LE(1, 0) + b.indexOf('a'); const big: bigint = b.readBigUInt64LE(); void [bytes, n, big, b.toString('hex'), Buffer.isBuffer(1)];`],
    ['the default exports', `const r: InstanceType<typeof stream.Readable> = stream.Readable.from([1]); await stream.promises.pipeline(r, new stream.Writable()); void (r instanceof stream);`],
]; // prettier-ignore

const wrong: [about: string, body: string, message: RegExp][] = [
    ['a mark that is a text', `new Writable({ highWaterMark: '3' });`, /not assignable to type 'number'/],
    ['waiting for what write returns', `const hasRoom: Promise<void> = new Writable().write(1); void hasRoom;`, /'boolean' is not assignable/],
    ['an option that does not exist', `new Readable({ highWatermark: 3 });`, /highWatermark/],
    ['ending a source', `new Readable().end();`, /Property 'end' does not exist/],
    ['reading from a sink', `for await (const each of new Writable()) void each;`, /asyncIterator/],
    ['a callback that is not called so', `new Transform({ transform(chunk, _, done) { done('wrong'); } });`, /not assignable/],
    ['a pipeline into a number', `await pipeline([1], 5);`, /No overload/],
    ['a pipeline whose stage cannot be read', `await pipeline([1], new Writable(), new Writable());`, /No overload/],
    ['a name that is written wrong', `const { Reedable } = stream; void Reedable;`, /Reedable/],
    ['a delay that is a text', `await sleep('10');`, /not assignable/],
    ['a listener that is none', `new EventEmitter().on('x', 5);`, /not assignable/],
    ['an encoding that does not exist', `Buffer.from('a').toString('utf9');`, /utf9/],
]; // prettier-ignore

describe('the compiler says of', () => {
  const folder = 'exercises/cap-intake/solutions/node-stream';
  const solution = globSync(`${folder}/*.ts`, { cwd: root }).map((path) => path.replaceAll('\\', '/'));
  const byFile = new Map<string, string[]>();

  // All in one program: to read the language's own declarations takes a second.
  beforeAll(() => {
    const program = programOf({
      ...Object.fromEntries(solution.map((path) => [`/${path}`, read(path)])),
      ...Object.fromEntries(right.map(([, body], index) => [`/right/${index}.ts`, inFunction(body)])),
      ...Object.fromEntries(wrong.map(([, body], index) => [`/wrong/${index}.ts`, inFunction(body)])),
      '/wrong/imports.ts': `import fs from 'node:fs';\nimport { Reedable } from 'stream';\nvoid [fs, Reedable];`,
    });
    for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
      const name = file?.fileName ?? '';
      byFile.set(name, [...(byFile.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, ' ')]);
    }
  });

  test('the declarations: nothing', () => {
    expect(Object.keys(declarations).flatMap((file) => byFile.get(file) ?? [])).toEqual([]);
  });
  test('a solution made of streams: nothing', () => {
    expect(solution.length).toBeGreaterThan(3);
    expect(solution.flatMap((path) => byFile.get(`/${path}`) ?? [])).toEqual([]);
  });
  test.each(right.map(([about], index) => [about, index] as const))('%s: nothing', (_, index) => {
    expect(byFile.get(`/right/${index}.ts`)).toBeUndefined();
  });
  test.each(wrong.map(([about, , message], index) => [about, index, message] as const))('%s', (_, index, message) => {
    expect(byFile.get(`/wrong/${index}.ts`)?.join('\n')).toMatch(message);
  });
  test('other modules and names', () => {
    expect(byFile.get('/wrong/imports.ts')).toEqual([
      expect.stringContaining("'node:fs'"),
      expect.stringContaining("no exported member named 'Reedable'. Did you mean 'Readable'?"),
    ]);
  });
});
