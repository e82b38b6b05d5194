// Programs that end by themselves, and what each must come to: in every engine the same, to the number and the letter.
import { everydayProgram } from '#graders/hosts/realm-cases.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import type { Failure } from '#graders/verdict.ts';

export const goodLoop = `
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    if (records.length > 0) await sink.write(records);
    await consumer.commitSync();
  }`;
/** A program with `body` as its function. Its first line is the second of the file. */
export const program = (body: string): string =>
  `export default async function run({ consumer, sink, signal }: any) {\n${body}\n}\n`;
export const good = program(goodLoop);

export interface ProgramCase {
  readonly name: string;
  readonly files: SourceFiles;
  /** What is in the failure; null for a program that is judged. */
  readonly failure: Partial<Failure> | null;
  /** What it prints, as `level: text`; what it prints in Node unless given. */
  readonly lines?: readonly string[];
  /** The words of an error that the JavaScript engine itself throws are its own: only the rest is the same. */
  readonly isWordedByEngine?: boolean;
  /** It takes seconds of pure computing: done on one page of each browser. */
  readonly isLong?: true;
}

const solution = (text: string): SourceFiles => ({ 'solution.ts': text });

export const programCases: readonly ProgramCase[] = [
  { name: 'hello: a program that reads, writes and commits', files: solution(good), failure: null },
  {
    name: 'files that import each other, in a circle too',
    files: {
      'a/one.ts': `import { two } from './two.ts';\nexport const one = 1;\nexport const sum = () => one + two;`,
      'a/two.ts': `import { one } from './one';\nexport const two = 2;\nexport const early = one;`,
      'solution.ts': `import { sum } from './a/one.js';\nimport { early } from './a/two.ts';\nconsole.log(sum(), early);\n${good}`,
    },
    failure: null,
    lines: ['log: 3 undefined'],
  },
  {
    name: 'lines on every channel of the console, in order',
    files: solution(
      program(`
  console.log('one', { two: [3, 'four'] }, new Map([[5, 6n]]));
  console.error('an error', null, undefined);
  console.warn('añ😀');
  console.info(new Error('seven').message);
  console.log('two\\nlines');${goodLoop}`),
    ),
    failure: null,
    lines: [
      'log: one {"two":[3,"four"]} Map(1) [[5,"6n"]]',
      'error: an error null undefined',
      'warn: añ😀',
      'info: seven',
      'log: two\nlines',
    ],
  },
  {
    name: "Node's streams, in virtual time",
    files: solution(`import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
${program(`
  const before = Date.now();
  const written: string[] = [];
  const slow = new Writable({
    objectMode: true,
    highWaterMark: 2,
    write(chunk, _encoding, done) {
      setTimeout(() => {
        written.push(chunk);
        done();
      }, 10);
    },
  });
  console.log(slow.write('a'), slow.write('b'));
  await pipeline(Readable.from(['c', 'd', 'e']), slow);
  console.log(written.join(''), Date.now() - before);${goodLoop}`)}`),
    failure: null,
    lines: ['log: true false', 'log: abcde 50'],
  },
  { name: 'everyday code of many kinds', files: everydayProgram(), failure: null },
  { name: 'a program that returns early', files: solution(program('  return;')), failure: null },
  { name: 'a program that never reads', files: solution(program('  await new Promise(() => {});')), failure: null },
  {
    name: 'a throw while the files are loaded',
    files: solution(`export {};\nfunction load() {\n  throw new Error('not today');\n}\nload();\n${good}`),
    failure: { kind: 'import', file: 'solution.ts', line: 3 },
  },
  {
    name: 'a throw in another file, called from the first',
    files: {
      'solution.ts': `import { read } from './reader.ts';\n${program('  await null;\n  await read();')}`,
      'reader.ts': `export async function read() {\n  await null;\n  deep();\n}\nfunction deep() {\n  throw new RangeError('deep');\n}\n`,
    },
    failure: { kind: 'threw', file: 'reader.ts', line: 6 },
  },
  {
    name: 'a throw while it runs',
    files: solution(
      program(`  consumer.subscribe(['orders']);\n  await consumer.poll(100);\n  throw new RangeError('later');`),
    ),
    failure: { kind: 'threw', file: 'solution.ts', line: 4 },
  },
  {
    name: 'a throw of the JavaScript engine itself',
    files: solution(program(`  await consumer.poll.call(consumer, 1).catch(() => {});\n  (null as any).field;`)),
    failure: { kind: 'threw', file: 'solution.ts', line: 3 },
    isWordedByEngine: true,
  },
  {
    name: 'a throw of what is no error',
    files: solution(program(`  throw { get message() { throw 1; }, toString() { throw 2; } };`)),
    failure: { kind: 'threw' },
  },
  {
    name: 'a throw in a timer',
    files: solution(program(`  setTimeout(() => {\n    throw new Error('late');\n  }, 20);${goodLoop}`)),
    failure: { kind: 'threw', file: 'solution.ts', line: 3 },
  },
  {
    name: 'a throw in a microtask',
    files: solution(program(`  queueMicrotask(() => {\n    throw new Error('there');\n  });${goodLoop}`)),
    failure: { kind: 'threw', file: 'solution.ts', line: 3 },
  },
  {
    name: 'a rejection that nothing handles',
    files: solution(
      program(
        `  async function lost() {\n    await consumer.poll(10);\n    throw new Error('lost');\n  }\n  consumer.subscribe(['orders']);\n  void lost();\n  await new Promise((r) => setTimeout(r, 500));`,
      ),
    ),
    failure: { kind: 'rejection', file: 'solution.ts', line: 4 },
  },
  {
    name: 'a rejection that is handled in time',
    files: solution(
      program(
        `  const late = Promise.reject(new Error('handled'));\n  await null;\n  await late.catch(() => {});${goodLoop}`,
      ),
    ),
    failure: null,
  },
  {
    name: 'a syntax error',
    files: solution(`const a = ;\n${good}`),
    failure: { kind: 'compile', file: 'solution.ts', line: 1, column: 11 },
  },
  {
    name: 'a syntax error that only the JavaScript engine sees',
    files: { 'solution.ts': `import './other.ts';\n${good}`, 'other.ts': 'let x = 1;\nlet x = 2;\nexport {};\n' },
    failure: { kind: 'compile', file: 'other.ts', line: 2 },
    isWordedByEngine: true,
  },
  {
    name: 'a file that is not there',
    files: solution(`import './gone.ts';\n${good}`),
    failure: { kind: 'compile', file: 'solution.ts', line: 1 },
  },
  { name: 'no entry', files: { 'other.ts': good }, failure: { kind: 'compile', file: 'solution.ts' } },
  { name: 'no default export', files: solution('export const run = 1;'), failure: { kind: 'shape' } },
  {
    name: 'settings that do not exist',
    files: solution(`export const config = { 'max.poll': 1 };\n${good}`),
    failure: { kind: 'config' },
  },
  {
    name: 'turns without end, in which no time passes',
    files: solution(program('  for (;;) await new Promise((r) => setImmediate(r));')),
    failure: { kind: 'spinning' },
    isLong: true,
  },
  {
    name: 'a write to a global',
    files: solution(program('\n  (globalThis as any).left = 1;')),
    failure: { kind: 'threw', file: 'solution.ts', line: 3 },
    isWordedByEngine: true,
  },
  {
    name: 'the network',
    files: solution(program(`\n  await fetch('https://example.com');`)),
    failure: { kind: 'threw', file: 'solution.ts', line: 3 },
    isWordedByEngine: true,
  },
];
