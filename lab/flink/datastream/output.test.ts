import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channel } from './channel.ts';
import type { Element } from './element.ts';
import { Gate } from './gate.ts';
import { Output, subtaskOfKey } from './output.ts';

const element = (id: number): Element => ({ value: id, timestamp: 0, id, origin: id });
const drain = (channel: Channel): string[] => {
  const seen: string[] = [];
  for (let item = channel.shift(); item !== null; item = channel.shift())
    seen.push(item.kind === 'record' ? String(item.element.id) : '|');
  return seen;
};

describe('the way between subtasks (F1)', () => {
  it('keeps a record without credit, and all behind it, in order', () => {
    const channels = [new Channel(2), new Channel(2)];
    const targets = channels.map((channel) => ({ channel, notify: () => undefined }));
    const output = new Output({ tag: null, targets, partition: ({ id }) => (Number(id) < 3 ? 0 : 1) });
    for (const id of [0, 1, 2, 3]) output.send(element(id));
    output.broadcast({ kind: 'watermark', timestamp: 1 });
    expect([output.waitingRecords, output.flush()]).toEqual([2, false]);
    expect(channels.map(({ records }) => records)).toEqual([2, 0]);
    expect(drain(channels[0]!)).toEqual(['0', '1']);
    expect(output.flush()).toBe(true);
    expect(channels.map(drain)).toEqual([
      ['2', '|'],
      ['3', '|'],
    ]);
  });

  it('never holds more records than its credits, and loses none', () => {
    const steps = fc.array(fc.constantFrom('send', 'take', 'mark'), { maxLength: 400 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5 }), (list, capacity) => {
        const channel = new Channel(capacity);
        const output = new Output({ tag: null, targets: [{ channel, notify: () => undefined }], partition: () => 0 });
        const taken: number[] = [];
        let sent = 0;
        const take = () => {
          const item = channel.shift();
          if (item?.kind === 'record') taken.push(Number(item.element.id));
          return item !== null;
        };
        for (const step of list) {
          if (step === 'send') output.send(element(sent++));
          else if (step === 'mark') output.broadcast({ kind: 'status', isIdle: true });
          else take();
          output.flush();
          expect(channel.records).toBeLessThanOrEqual(capacity);
        }
        do output.flush();
        while (take());
        expect(taken).toEqual(Array.from({ length: sent }, (_, id) => id));
      }),
    );
  });

  it('is read in turn, and an input whose barrier is here waits for the others', () => {
    const channels = [new Channel(5), new Channel(5)];
    const gate = new Gate(channels.map((channel) => ({ channel, freed: () => undefined })));
    for (const id of [0, 2]) channels[0]!.push({ kind: 'record', element: element(id) });
    for (const id of [1, 3]) channels[1]!.push({ kind: 'record', element: element(id) });
    const next = () => {
      const item = gate.next()?.item;
      return item?.kind === 'record' ? item.element.id : null;
    };
    expect([next(), next()]).toEqual([0, 1]);
    gate.block(0);
    expect([next(), next(), gate.isAligned]).toEqual([3, null, false]);
    gate.block(1);
    expect(gate.isAligned).toBe(true);
    gate.unblock();
    expect(next()).toBe(2);
  });

  it('sends a key always to the same subtask, and keys to all of them', () => {
    const subtasks = Array.from({ length: 500 }, (_, i) => subtaskOfKey(`customer-${i}`, 8));
    expect(subtasks).toEqual(Array.from({ length: 500 }, (_, i) => subtaskOfKey(`customer-${i}`, 8)));
    const counts = Array.from({ length: 8 }, (_, subtask) => subtasks.filter((at) => at === subtask).length);
    expect(Math.min(...counts)).toBeGreaterThan(30);
    expect(subtaskOfKey('anything', 1)).toBe(0);
  });
});
