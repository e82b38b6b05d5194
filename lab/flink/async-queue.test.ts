import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AsyncQueue, type OutputMode, type QueueEntry } from './async-queue.ts';

interface Item extends QueueEntry {
  readonly name: string;
}
const item = (name: string): Item => ({ name, isDone: false, stretch: 0 });

/** A queue that writes down what leaves: names of elements, and `|` for a watermark. */
function queueOf(mode: OutputMode, capacity = 10): { queue: AsyncQueue<Item>; out: string[] } {
  const out: string[] = [];
  const queue = new AsyncQueue<Item>({
    capacity,
    mode,
    emit: ({ name }) => void out.push(name),
    pass: () => void out.push('|'),
  });
  return { queue, out };
}

/** Puts letters and watermarks as drawn, then completes letters in the order given; what has left after each. */
function play(mode: OutputMode, input: string, completions: string): string[] {
  const { queue, out } = queueOf(mode);
  const items = new Map<string, Item>();
  for (const [at, name] of input.split('').entries()) {
    if (name === '|') queue.mark(at);
    else {
      const entry = item(name);
      items.set(name, entry);
      queue.put(entry);
    }
  }
  return completions.split('').map((name) => {
    queue.complete(items.get(name)!);
    return out.join('');
  });
}

describe('an async queue (F24)', () => {
  it('lets ordered results leave in the order of the input, so that one straggler blocks all behind it', () => {
    expect(play('ordered', 'abcd', 'bcda')).toEqual(['', '', '', 'abcd']);
  });

  it('lets unordered results leave as they come', () => {
    expect(play('unordered', 'abcd', 'bcda')).toEqual(['b', 'bc', 'bcd', 'bcda']);
  });

  it('keeps order across watermarks in unordered mode too', () => {
    expect(play('unordered', 'ab|cd|e', 'debac')).toEqual(['', '', 'b', 'ba|d', 'ba|dc|e']);
  });

  it('passes a watermark at once when nothing is before it', () => {
    expect(play('unordered', '|a', 'a')).toEqual(['|a']);
    expect(play('ordered', '|a|', 'a')).toEqual(['|a|']);
  });

  it('counts an answered element until it leaves', () => {
    const { queue } = queueOf('ordered', 2);
    const [a, b] = [item('a'), item('b')];
    queue.put(a);
    queue.put(b);
    queue.complete(b);
    expect(queue.isFull).toBe(true);
    expect(() => queue.put(item('c'))).toThrow('holds 2 elements');
    queue.complete(a);
    expect(queue.size).toBe(0);
  });

  it('loses nothing, and lets no element pass a watermark, whatever the order of completion', () => {
    const inputs = fc.array(fc.constantFrom('x', '|'), { maxLength: 200 });
    fc.assert(
      fc.property(
        inputs,
        fc.constantFrom<OutputMode>('ordered', 'unordered'),
        fc.infiniteStream(fc.nat()),
        (input, mode, dice) => {
          const out: string[] = [];
          const queue = new AsyncQueue<Item>({
            capacity: 1_000,
            mode,
            emit: ({ name }) => void out.push(name),
            pass: () => void out.push('|'),
          });
          const open: Item[] = [];
          for (const [at, sign] of input.entries()) {
            if (sign === '|') queue.mark(at);
            else {
              const entry = item(`${at} `);
              open.push(entry);
              queue.put(entry);
            }
          }
          while (open.length > 0) queue.complete(open.splice((dice.next().value as number) % open.length, 1)[0]!);
          expect(queue.size).toBe(0);
          const sorted = (text: string) =>
            text.split('|').map((part) =>
              part
                .trim()
                .split(' ')
                .map(Number)
                .sort((a, b) => a - b),
            );
          const wanted = input.map((sign, at) => (sign === '|' ? '|' : `${at} `)).join('');
          expect(sorted(out.join(''))).toEqual(sorted(wanted));
          if (mode === 'ordered') expect(out.join('')).toBe(wanted);
        },
      ),
    );
  });
});
