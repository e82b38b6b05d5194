// The models beside Node's own streams: the same script for both, and after each step the same state.

import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hop } from '../testing/run.ts';
import { NodeReadable, pipe } from './node-readable.ts';
import { NodeWritable, nodeDefaultMarks } from './node-writable.ts';

type WriteStep = { readonly kind: 'write'; readonly size: number } | { readonly kind: 'finish' | 'end' };

/** Runs a script against a writable whose sink finishes its chunk when the script says so. */
async function runWritable(isReal: boolean, highWaterMark: number, steps: readonly WriteStep[]): Promise<string[]> {
  const log: string[] = [];
  let finish: (() => void) | null = null;
  let isEnded = false;
  const start = (size: number, done: () => void): void => {
    log.push(`start ${size}`);
    finish = done;
  };
  const stream = isReal
    ? new Writable({ highWaterMark, write: (chunk: Buffer, _, done) => start(chunk.length, done) })
    : new NodeWritable<{ length: number }>({
        highWaterMark,
        size: (chunk) => chunk.length,
        write: (chunk, done) => start(chunk.length, done),
      });
  for (const event of ['drain', 'finish'] as const) stream.on(event, () => log.push(event));
  for (const step of steps) {
    if (step.kind === 'write' && !isEnded) log.push(String(stream.write(Buffer.alloc(step.size))));
    if (step.kind === 'finish' && finish !== null) {
      const done = finish as () => void;
      finish = null;
      log.push('done');
      done();
    }
    if (step.kind === 'end' && !isEnded) {
      isEnded = true;
      stream.end();
    }
    await hop();
    log.push(`length ${stream.writableLength} ${stream.writableNeedDrain}`);
  }
  return log;
}

describe('M11 Node writable', () => {
  it('HWM 4, three writes of 2 bytes: true, false, false; length 6; drain once, when the length returns to 0', () => {
    const finish: (() => void)[] = [];
    let drains = 0;
    const stream = new NodeWritable<string>({
      highWaterMark: 4,
      size: (chunk) => chunk.length,
      write: (_, done) => finish.push(done),
    });
    stream.on('drain', () => {
      drains += 1;
      expect(stream.writableLength).toBe(0);
    });
    expect(['aa', 'bb', 'cc'].map((chunk) => stream.write(chunk))).toEqual([true, false, false]);
    expect(stream.writableLength).toBe(6);
    const lengths = [0, 1, 2].map((i) => {
      finish[i]?.();
      return [stream.writableLength, drains];
    });
    expect(lengths).toEqual([
      [4, 0],
      [2, 0],
      [0, 1],
    ]);
  });

  it('does what Node’s own does, event by event, in any script', async () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('write' as const), size: fc.integer({ min: 1, max: 5 }) }),
      },
      { weight: 6, arbitrary: fc.constant({ kind: 'finish' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'end' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 12 }), fc.array(step, { maxLength: 30 }), async (mark, steps) => {
        expect(await runWritable(false, mark, steps)).toEqual(await runWritable(true, mark, steps));
      }),
    );
  });

  it('knows the default marks of the Node that runs this test, from 22 on', () => {
    const isOld = Number(process.versions.node.split('.')[0]) < 22 || process.platform === 'win32';
    expect(new Writable({ write: () => undefined }).writableHighWaterMark).toBe(
      isOld ? 16_384 : nodeDefaultMarks.bytes,
    );
    expect(new Writable({ objectMode: true }).writableHighWaterMark).toBe(nodeDefaultMarks.objects);
  });

  it('takes nothing after end()', () => {
    const stream = new NodeWritable<string>({ highWaterMark: 1, write: (_, done) => done() });
    stream.end();
    expect(() => stream.write('late')).toThrow('after end()');
  });
});

type ReadStep = { readonly kind: 'read' | 'push' | 'end' };

/**
 * Runs a script against a readable in object mode whose source brings a record when the script says so, and `eager` records
 * at once when it is asked.
 */
async function runReadable(
  isReal: boolean,
  { highWaterMark, eager }: { highWaterMark: number; eager: number },
  steps: readonly ReadStep[],
): Promise<string[]> {
  const log: string[] = [];
  let asked = 0;
  let next = 0;
  let isEnded = false;
  const real = new Readable({ objectMode: true, highWaterMark, read: () => read() });
  const model = new NodeReadable<number>({ highWaterMark, read: () => read() });
  const stream = isReal ? real : model;
  function read(): void {
    asked += 1;
    if (asked < 50) for (let i = 0; i < eager; i++) stream.push(next++);
  }
  for (const { kind } of steps) {
    if (kind === 'read') log.push(`read ${String(stream.read())}`);
    else if (!isEnded && kind === 'push') log.push(`push ${stream.push(next++)}`);
    else if (!isEnded) {
      isEnded = true;
      if (isReal) real.push(null);
      else model.pushEnd();
    }
    await hop();
    log.push(`asked ${asked} length ${stream.readableLength}`);
  }
  return log;
}

describe('M11 Node readable', () => {
  it('stops asking its source at the mark, and asks again when a read leaves less', () => {
    let asked = 0;
    const stream = new NodeReadable<number>({
      highWaterMark: 3,
      read() {
        asked += 1;
        stream.push(asked);
      },
    });
    expect(asked).toBe(0);
    expect(stream.read()).toBe(1);
    expect([asked, stream.readableLength]).toEqual([4, 3]);
    expect([stream.read(), asked, stream.readableLength]).toEqual([2, 5, 3]);
  });

  it('does what Node’s own does, in any script of reads and pushes', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant({ kind: 'read' as const }) },
      { weight: 6, arbitrary: fc.constant({ kind: 'push' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'end' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({ highWaterMark: fc.integer({ min: 0, max: 6 }), eager: fc.integer({ min: 0, max: 3 }) }),
        fc.array(step, { maxLength: 30 }),
        async (source, steps) => {
          expect(await runReadable(false, source, steps)).toEqual(await runReadable(true, source, steps));
        },
      ),
    );
  });
});

type PipeStep = { readonly kind: 'push' | 'finish' | 'end' };

async function runPipe(
  isReal: boolean,
  marks: { readable: number; writable: number },
  steps: readonly PipeStep[],
): Promise<string[]> {
  const log: string[] = [];
  let asked = 0;
  let next = 0;
  let isEnded = false;
  let finish: (() => void) | null = null;
  const read = (): void => {
    asked += 1;
  };
  const start = (chunk: number, done: () => void): void => {
    log.push(`start ${chunk}`);
    finish = done;
  };
  const from = isReal
    ? new Readable({ objectMode: true, highWaterMark: marks.readable, read })
    : new NodeReadable<number>({ highWaterMark: marks.readable, read });
  const to = isReal
    ? new Writable({
        objectMode: true,
        highWaterMark: marks.writable,
        write: (chunk: number, _, done) => start(chunk, done),
      })
    : new NodeWritable<number>({ highWaterMark: marks.writable, write: start });
  to.on('finish', () => log.push('finish'));
  if (from instanceof NodeReadable) pipe(from, to as NodeWritable<number>);
  else from.pipe(to as Writable);
  await hop();
  for (const { kind } of steps) {
    if (kind === 'push' && !isEnded) from.push(next++);
    if (kind === 'finish' && finish !== null) {
      const done = finish as () => void;
      finish = null;
      done();
    }
    if (kind === 'end' && !isEnded) {
      isEnded = true;
      if (from instanceof NodeReadable) from.pushEnd();
      else from.push(null);
    }
    await hop();
    log.push(`asked ${asked} readable ${from.readableLength} writable ${to.writableLength}`);
  }
  return log;
}

describe('M11 Node pipe', () => {
  it('does what Node’s own does, in any script: the source is asked no more once both buffers are full', async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constant({ kind: 'push' as const }) },
      { weight: 5, arbitrary: fc.constant({ kind: 'finish' as const }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'end' as const }) },
    );
    const mark = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.record({ readable: mark, writable: mark }),
        fc.array(step, { maxLength: 40 }),
        async (marks, steps) => {
          expect(await runPipe(false, marks, steps)).toEqual(await runPipe(true, marks, steps));
        },
      ),
    );
  });
});
