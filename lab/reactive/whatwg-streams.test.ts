// The models beside the streams of the platform: the same script for both, and after each step the same state.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hop } from '../testing/run.ts';
import { WhatwgReadable } from './whatwg-readable.ts';
import { WhatwgTransform } from './whatwg-transform.ts';
import { WhatwgWritable } from './whatwg-writable.ts';

type Step = { readonly kind: 'write' | 'finish' | 'close' | 'read' | 'enqueue' | 'answer'; readonly size?: number };

/** Scripts of these steps; `close` comes seldom, and the sizes of chunks are 1 to 4. */
function scripts(...kinds: Step['kind'][]): fc.Arbitrary<Step[]> {
  const steps = kinds.map((kind) => ({
    weight: kind === 'close' ? 1 : 8,
    arbitrary: fc.record({ kind: fc.constant(kind), size: fc.integer({ min: 1, max: 4 }) }),
  }));
  return fc.array(fc.oneof(...steps), { maxLength: 30 });
}
const mark = fc.integer({ min: 0, max: 6 });
const ignore = (): void => undefined;
/** Whether a promise is resolved by now. */
async function isResolved(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  return (await Promise.race([promise, Promise.resolve(open)])) !== open;
}

async function runWritable(isReal: boolean, highWaterMark: number, steps: readonly Step[]): Promise<string[]> {
  const log: string[] = [];
  let finish: (() => void) | null = null;
  let isClosed = false;
  const start = (size: number, done: () => void): void => {
    log.push(`start ${size}`);
    finish = done;
  };
  const write = (size: number): Promise<void> => new Promise((done) => start(size, done));
  const writer = new WritableStream<number>({ write }, { highWaterMark, size: (chunk) => chunk }).getWriter();
  const model = new WhatwgWritable<number>({ highWaterMark, size: (chunk) => chunk, write: start });
  await hop();
  for (const { kind, size = 1 } of steps) {
    if (kind === 'finish') {
      const done = finish as (() => void) | null;
      finish = null;
      done?.();
    } else if (!isClosed && kind === 'write') {
      const written = (): number => log.push(`written ${size}`);
      if (isReal) void writer.write(size).then(written);
      else model.write(size, written);
    } else if (!isClosed) {
      isClosed = true;
      const closed = (): number => log.push('closed');
      if (isReal) void writer.close().then(closed);
      else model.close(closed);
    }
    await hop();
    const ready = isReal ? await isResolved(writer.ready) : model.isReady;
    log.push(`desired ${isReal ? writer.desiredSize : model.desiredSize} ready ${ready}`);
  }
  return log;
}

describe('M11 WHATWG writable', () => {
  it('desiredSize starts at 1; two un-awaited writes into a slow sink: 1, 0, −1; back to 0, then 1; ready only at 1', () => {
    const finish: (() => void)[] = [];
    const stream = new WhatwgWritable<string>({ write: (_, done) => finish.push(done) });
    const seen = [stream.desiredSize];
    let isReady = false;
    stream.write('a');
    seen.push(stream.desiredSize);
    stream.write('b');
    seen.push(stream.desiredSize);
    stream.whenReady(() => {
      isReady = true;
    });
    expect(seen).toEqual([1, 0, -1]);
    finish[0]?.();
    expect([stream.desiredSize, isReady]).toEqual([0, false]);
    finish[1]?.();
    expect([stream.desiredSize, isReady]).toEqual([1, true]);
  });

  it('does what the platform’s own does, in any script of writes, ends of writes and a close', async () => {
    await fc.assert(
      fc.asyncProperty(mark, scripts('write', 'finish', 'close'), async (highWaterMark, steps) => {
        expect(await runWritable(false, highWaterMark, steps)).toEqual(await runWritable(true, highWaterMark, steps));
      }),
    );
  });

  it('takes nothing after close()', () => {
    const stream = new WhatwgWritable<string>({ write: (_, done) => done() });
    stream.close();
    expect(stream.desiredSize).toBe(0);
    expect(() => stream.write('late')).toThrow('after close()');
    expect(() => stream.close()).toThrow('twice');
  });
});

/** How a source answers a pull: at once with a chunk, or when the script says so. */
type Source = 'eager' | 'scripted';

async function runReadable(
  isReal: boolean,
  { highWaterMark, source, isBytes }: { highWaterMark: number; source: Source; isBytes: boolean },
  steps: readonly Step[],
): Promise<string[]> {
  const log: string[] = [];
  let pulls = 0;
  let chunks = 0;
  let isClosed = false;
  let answer: (() => void) | null = null;
  type Controller = {
    enqueue(chunk: Uint8Array<ArrayBuffer>): void;
    close(): void;
    readonly desiredSize: number | null;
  };
  let controller: Controller | null = null;
  const chunkOf = (size: number): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(chunks++);
  const pulled = (given: Controller, done: () => void): void => {
    pulls += 1;
    controller = given;
    if (source === 'scripted') answer = done;
    else {
      given.enqueue(chunkOf(1));
      done();
    }
  };
  const pull = (given: Controller): Promise<void> => new Promise((done) => pulled(given, done));
  const start = (given: Controller): void => {
    controller = given;
  };
  const size = (chunk: Uint8Array): number => chunk.length;
  let read: (receive: (chunk: Uint8Array | null) => void) => void;
  if (isReal) {
    const stream = isBytes
      ? new ReadableStream({ type: 'bytes', start, pull } as UnderlyingByteSource, { highWaterMark })
      : new ReadableStream<Uint8Array>({ start, pull } as UnderlyingDefaultSource<Uint8Array>, { highWaterMark, size });
    const reader = (stream as ReadableStream<Uint8Array>).getReader();
    read = (receive) => void reader.read().then(({ done, value }) => receive(done ? null : value));
  } else {
    const model = new WhatwgReadable<Uint8Array<ArrayBuffer>>({
      highWaterMark,
      ...(isBytes ? { type: 'bytes' as const } : { size }),
      pull: pulled,
    });
    controller = model;
    read = (receive) => model.read(receive);
  }
  await hop();
  for (const step of steps) {
    const held = controller as Controller | null;
    if (step.kind === 'read')
      read((chunk) => log.push(`read ${chunk === null ? 'end' : `${chunk[0]}×${chunk.length}`}`));
    else if (step.kind === 'answer') {
      const done = answer as (() => void) | null;
      answer = null;
      done?.();
    } else if (!isClosed && step.kind === 'enqueue') held?.enqueue(chunkOf(step.size ?? 1));
    else if (!isClosed) {
      isClosed = true;
      held?.close();
    }
    await hop();
    log.push(`pulls ${pulls} desired ${(controller as Controller | null)?.desiredSize}`);
  }
  return log;
}

describe('M11 WHATWG readable', () => {
  /** A stream whose pull enqueues at once, and how often it was called. */
  function eager(highWaterMark?: number) {
    let pulls = 0;
    const stream = new WhatwgReadable<number>({
      ...(highWaterMark !== undefined && { highWaterMark }),
      pull(controller, done) {
        controller.enqueue(++pulls);
        done();
      },
    });
    return { stream, pulls: () => pulls };
  }

  it('desiredSize starts at 1, at 0 for a byte stream', () => {
    expect(new WhatwgReadable({}).desiredSize).toBe(1);
    expect(new WhatwgReadable({ type: 'bytes' }).desiredSize).toBe(0);
    expect(new ReadableStream({ type: 'bytes', start: (given) => expect(given.desiredSize).toBe(0) })).toBeDefined();
  });

  it('HWM 3 with an eager pull: 3 calls before anyone reads', () => {
    const { stream, pulls } = eager(3);
    expect([pulls(), stream.desiredSize]).toEqual([3, 0]);
    stream.read(ignore);
    expect(pulls()).toBe(4);
  });

  it('HWM 0: 0 calls before anyone reads, then 1 per read', () => {
    const { stream, pulls } = eager(0);
    expect(pulls()).toBe(0);
    const chunks: (number | null)[] = [];
    for (let reads = 1; reads <= 3; reads++) {
      stream.read((chunk) => chunks.push(chunk));
      expect(pulls()).toBe(reads);
    }
    expect(chunks).toEqual([1, 2, 3]);
  });

  it('does what the platform’s own does, in any script, with any mark, bytes or not', async () => {
    const kind = fc.record({
      highWaterMark: mark,
      source: fc.constantFrom<Source>('eager', 'scripted'),
      isBytes: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(kind, scripts('read', 'enqueue', 'answer', 'close'), async (setup, steps) => {
        expect(await runReadable(false, setup, steps)).toEqual(await runReadable(true, setup, steps));
      }),
    );
  });

  it('takes nothing after close(), and lets what is queued be read', () => {
    const stream = new WhatwgReadable<string>({});
    const chunks: (string | null)[] = [];
    stream.enqueue('a');
    stream.close();
    for (let i = 0; i < 2; i++) stream.read((chunk) => chunks.push(chunk));
    expect(chunks).toEqual(['a', null]);
    expect(() => stream.enqueue('late')).toThrow('after close()');
    expect(() => stream.close()).toThrow('twice');
  });
});

async function runTransform(
  isReal: boolean,
  marks: { writable: number; readable: number },
  outputs: number,
  steps: readonly Step[],
): Promise<string[]> {
  const log: string[] = [];
  let finish: (() => void) | null = null;
  let isClosed = false;
  let next = 0;
  const begin = (chunk: number, enqueue: (result: number) => void, done: () => void): void => {
    log.push(`transform ${chunk}`);
    finish = () => {
      for (let i = 0; i < outputs; i++) enqueue(10 * chunk + i);
      done();
    };
  };
  const real = new TransformStream<number, number>(
    { transform: (chunk, given) => new Promise((done) => begin(chunk, (result) => given.enqueue(result), done)) },
    { highWaterMark: marks.writable },
    { highWaterMark: marks.readable },
  );
  const writer = real.writable.getWriter();
  const reader = real.readable.getReader();
  const model = new WhatwgTransform<number, number>({
    writableHighWaterMark: marks.writable,
    readableHighWaterMark: marks.readable,
    transform: begin,
  });
  await hop();
  for (const { kind } of steps) {
    if (kind === 'read') {
      const receive = (chunk: number | null): number => log.push(`read ${chunk ?? 'end'}`);
      if (isReal) void reader.read().then(({ done, value }) => receive(done ? null : value));
      else model.readable.read(receive);
    } else if (kind === 'finish') {
      const done = finish as (() => void) | null;
      finish = null;
      done?.();
    } else if (!isClosed && kind === 'write') {
      if (isReal) void writer.write(next++);
      else model.writable.write(next++);
    } else if (!isClosed) {
      isClosed = true;
      if (isReal) void writer.close();
      else model.close();
    }
    await hop();
    const ready = isReal ? await isResolved(writer.ready) : model.writable.isReady;
    log.push(`writable ${isReal ? writer.desiredSize : model.writable.desiredSize} ready ${ready}`);
  }
  return log;
}

describe('M11 WHATWG transform', () => {
  it('starts with desiredSize 1 on the writable side and 0 on the readable side, and transforms when somebody reads', () => {
    const transformed: number[] = [];
    const stream = new WhatwgTransform<number, number>({
      transform(chunk, enqueue, done) {
        transformed.push(chunk);
        enqueue(2 * chunk);
        done();
      },
    });
    expect([stream.writable.desiredSize, stream.readable.desiredSize]).toEqual([1, 0]);
    stream.writable.write(7);
    expect([stream.writable.desiredSize, transformed]).toEqual([0, []]);
    let result: number | null = null;
    stream.readable.read((chunk) => {
      result = chunk;
    });
    expect([stream.writable.desiredSize, transformed, result]).toEqual([1, [7], 14]);
  });

  it('does what the platform’s own does, in any script, whatever comes of a chunk', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ writable: mark, readable: mark }),
        fc.integer({ min: 0, max: 3 }),
        scripts('write', 'read', 'finish', 'close'),
        async (marks, outputs, steps) => {
          expect(await runTransform(false, marks, outputs, steps)).toEqual(
            await runTransform(true, marks, outputs, steps),
          );
        },
      ),
    );
  });
});
