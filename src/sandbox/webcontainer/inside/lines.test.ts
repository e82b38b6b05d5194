// Messages go out whole and in order, as fast as the output takes them.
import { expect, test } from 'vitest';
import type { InsideMessage } from '../job.ts';
import { createLineWriter } from './lines.ts';

/** An output that takes one text at a time, when it is told to. */
function openOutput() {
  const texts: string[] = [];
  let taken: (() => void) | null = null;
  return {
    texts,
    output: {
      write(text: string, done: () => void) {
        if (taken !== null) throw new Error('It was written to before it was done.');
        texts.push(text);
        taken = done;
      },
    },
    take() {
      const done = taken;
      taken = null;
      done?.();
    },
  };
}
const lines = (atMs: number): InsideMessage => ({
  kind: 'session',
  event: {
    kind: 'console',
    run: { scenario: 'calm', seed: 7 },
    lines: [{ atMs, level: 'log', text: 'añ → 🌊\n\u0000' }],
  },
});

test('a message is the nonce and its JSON in ASCII, up to the end of one line', () => {
  const { texts, output } = openOutput();
  createLineWriter(output, 'n0nce').send(lines(1));
  expect(texts).toHaveLength(1);
  expect(texts[0]).toMatch(/^n0nce\{[ -~]*\}\n$/);
  expect(JSON.parse(texts[0]?.slice('n0nce'.length) ?? '')).toEqual(lines(1));
});

test('each waits until the one before it is out, and signs of life are not kept', async () => {
  const { texts, output, take } = openOutput();
  const writer = createLineWriter(output, '');
  writer.send(lines(1));
  writer.send({ kind: 'beat' });
  writer.send(lines(2));
  writer.send({ kind: 'over', failure: null });
  let isFlushed = false;
  const flushed = writer.flushed().then(() => (isFlushed = true));
  for (let sent = 1; sent <= 3; sent++) {
    expect(texts).toHaveLength(sent);
    await Promise.resolve();
    expect(isFlushed).toBe(false);
    take();
  }
  await flushed;
  expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual([
    lines(1),
    lines(2),
    { kind: 'over', failure: null },
  ]);
  writer.send({ kind: 'beat' });
  expect(texts).toHaveLength(4);
});
