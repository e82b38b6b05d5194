import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { bundleTypes } from './lab-types.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const lab = Object.fromEntries(
  globSync('lab/**/*.ts', { cwd: root, exclude: (path) => path.endsWith('.test.ts') }).map((path) => [
    `/${path.replaceAll('\\', '/')}`,
    readFileSync(`${root}/${path}`, 'utf8'),
  ]),
);

test('what the entry exports is there with its comments, what it refers to is there, and nothing else', () => {
  const types = bundleTypes(
    {
      '/m/index.ts': `export type { A } from './a.ts';\nexport { B } from './a.ts';`,
      '/m/a.ts': `import type { Deep } from './deep.ts';
/** An A. */
export interface A {
  /** Its deep. */
  deep: Deep;
}
const secret = 1;
/** A B. */
export class B { #hidden = secret; ask(): Promise<number> { return Promise.resolve(this.#hidden); } }
export interface Unused { x: 1 }`,
      '/m/deep.ts': `export type Deep = 'deep' | Deeper; type Deeper = 1;`,
    },
    '/m/index.ts',
    'm',
  );
  expect(types).toContain('/** An A. */\n  export interface A');
  expect(types).toContain('/** Its deep. */');
  expect(types).toContain('export class B');
  expect(types).toMatch(/^ {2}type Deep = /m);
  expect(types).toMatch(/^ {2}type Deeper = /m);
  expect(types).not.toMatch(/Unused|secret = /);
});

test('two declarations of one name are refused', () => {
  const sources = {
    '/m/index.ts': `export type { A } from './a.ts'; export type { B } from './b.ts';`,
    '/m/a.ts': `type Same = 1; export type A = Same;`,
    '/m/b.ts': `type Same = 2; export type B = Same;`,
  };
  expect(() => bundleTypes(sources, '/m/index.ts', 'm')).toThrow('Same is declared in');
});

/** What the compiler says of a program that has these declarations and nothing else. */
function diagnosticsOf(types: string, source: string): string[] {
  const globals =
    'interface AbortSignal { readonly aborted: boolean; addEventListener(type: string, run: () => void): void }';
  const files: Record<string, string> = { '/lab.d.ts': types, '/globals.d.ts': globals, '/solution.ts': source };
  const options: ts.CompilerOptions = {
    strict: true,
    target: 99,
    module: 99,
    moduleResolution: 100,
    noEmit: true,
    lib: ['lib.es2023.d.ts'],
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, version, ...rest) =>
    files[path] === undefined
      ? getSourceFile.call(host, path, version, ...rest)
      : ts.createSourceFile(path, files[path], version);
  const { fileExists } = host;
  host.fileExists = (path) => path in files || fileExists.call(host, path);
  return ts
    .getPreEmitDiagnostics(ts.createProgram(Object.keys(files), options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

test('a learner’s program compiles against the lab’s declarations alone', () => {
  const types = bundleTypes(lab, '/lab/index.ts', '@spillway/lab');
  expect(types).toContain('**keep polling while you are paused**');
  expect(types).not.toMatch(/ProgramFailure|Kernel/);
  const program = (source: string): string[] => diagnosticsOf(types, source);
  const good = `import { SinkError, type KafkaContext } from '@spillway/lab';
export default async function run({ consumer, sink, signal }: KafkaContext) {
  consumer.subscribe(['orders']);
  while (!signal.aborted) {
    const records = await consumer.poll(100);
    try { await sink.write(records); } catch (error) { if (error instanceof SinkError && error.retryable) throw error; }
  }
}`;
  expect(program(good)).toEqual([]);
  expect(program(good.replace('poll(100)', 'pol(100)'))[0]).toContain("Property 'pol' does not exist");
  expect(program(`import { LoggedRecord } from '@spillway/lab'; LoggedRecord;`)).toHaveLength(1);
});

test.each([
  [
    'spark',
    `import { count, window, type SparkSessionContext } from 'm';
export default async function run({ spark, sink }: SparkSessionContext) {
  const orders = spark.readStream.format('kafka').option('subscribe', 'orders').option('maxOffsetsPerTrigger', 10_000).load();
  const query = orders.writeStream
    .option('checkpointLocation', '/orders')
    .trigger({ processingTime: '10 seconds' })
    .foreachBatch(async (batch, batchId) => { await sink.write(await batch.collect(), { txnAppId: 'orders', txnVersion: batchId }); })
    .start();
  await query.awaitTermination();
  void [count, window];
}`,
  ],
  [
    'flink',
    `import { AsyncDataStream, WatermarkStrategy, type FlinkContext } from 'm';
export default async function run({ env, source, service, sink }: FlinkContext) {
  const orders = env.fromSource(source, WatermarkStrategy.forBoundedOutOfOrderness(1_000), 'orders');
  const enriched = AsyncDataStream.unorderedWait(
    orders,
    { asyncInvoke(order, result) { service.lookup('c-1').then((customer) => result.complete([customer])); } },
    1_000,
    100,
  );
  enriched.sinkTo(sink as never);
  await env.execute('orders');
}`,
  ],
  ['kinesis', `import type { KinesisContext } from 'm'; export const open = ({ worker }: KinesisContext) => worker;`],
  [
    'control',
    `import type { ControlContext } from 'm';
export default async function run({ orchestrator }: ControlContext) { orchestrator.onTick(() => ({ start: 'interval' })); }`,
  ],
  [
    'reactive',
    `import { BoundedQueue, limitRate } from 'm'; export const queue = new BoundedQueue<number>(5); void limitRate;`,
  ],
  ['delta', `import { DeltaTable } from 'm'; export const open = (table: DeltaTable) => table.version;`],
])('so does one for the system in lab/%s', (system, source) => {
  const types = bundleTypes(lab, `/lab/${system}/index.ts`, 'm');
  expect(types).not.toMatch(/ProgramFailure|Kernel/);
  expect(diagnosticsOf(types, source)).toEqual([]);
});
