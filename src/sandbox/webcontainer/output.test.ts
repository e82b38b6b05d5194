// Messages are found wherever the chunks are cut and whatever is written around them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InsideMessage } from './job.ts';
import { readOutput, withoutCodes } from './output.ts';

const nonce = 'f3a1b2c4d5e6f7a8';

function read(chunks: readonly string[], cap?: number) {
  const messages: InsideMessage[] = [];
  const broken: string[] = [];
  let text = '';
  let overflows = 0;
  const reader = readOutput(
    nonce,
    {
      message: (message) => messages.push(message),
      text: (piece) => (text += piece),
      broken: (line) => broken.push(line),
      overflow: () => overflows++,
    },
    cap,
  );
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { messages, text, broken, overflows };
}

/** As the process writes it: in ASCII alone. */
const ascii = (message: InsideMessage): string =>
  JSON.stringify(message).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const anyMessage: fc.Arbitrary<InsideMessage> = fc.oneof(
  fc.constant<InsideMessage>({ kind: 'beat' }),
  fc.string().map((node): InsideMessage => ({ kind: 'hello', node })),
  fc.constant<InsideMessage>({ kind: 'over', failure: null }),
  fc.tuple(fc.string({ unit: 'grapheme' }), fc.nat()).map(([text, atMs]): InsideMessage => ({
    kind: 'session',
    event: { kind: 'console', run: { scenario: text, seed: 7 }, lines: [{ atMs, level: 'log', text }] },
  })),
);
/** Text that a program may write: also the beginning of a nonce, codes, and line ends of all kinds. */
const anyNoise = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '\n',
        '\r\n',
        '\r',
        '\u001B[32m',
        '\u001B[0m',
        '{"kind":"over"}',
        nonce.slice(0, 5),
        nonce.slice(0, -1),
      ),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes(nonce));
const anyCodes = fc.constantFrom('', '\u001B[2K', '\u001B[0m', '\u001B]0;title\u0007');

/** Cuts a text at the given fractions of its length. */
function cut(text: string, at: readonly number[]): string[] {
  const places = [0, ...at.map((part) => Math.floor(part * text.length)).toSorted((a, b) => a - b), text.length];
  return places.slice(1).map((place, i) => text.slice(places[i], place));
}

test('any messages, with any text around them and cut anywhere, are read in order, and the text is what is left', () => {
  const anyPiece = fc.record({
    noise: anyNoise,
    before: anyCodes,
    message: anyMessage,
    after: anyCodes,
    end: fc.constantFrom('\n', '\r\n'),
  });
  const anyCuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(anyPiece, { maxLength: 8 }), anyNoise, anyCuts, (pieces, last, cuts) => {
      // A piece of a nonce, and then a nonce, would be another line than the one that is meant.
      const whole =
        pieces
          .map(({ noise, before, message, after, end }) => noise + before + nonce + ascii(message) + after + end)
          .join('') + last;
      fc.pre(whole.split(nonce).length === pieces.length + 1);
      const { messages, text, broken } = read(cut(whole, cuts));
      expect(messages).toEqual(pieces.map(({ message }) => message));
      expect(text).toBe(pieces.map(({ noise, before }) => noise + before).join('') + last);
      expect(broken).toEqual([]);
    }),
  );
});

describe('the output of a process', () => {
  test('may hold a message right after text without a line end', () => {
    const { messages, text } = read([`progress 10 %${nonce}{"kind":"beat"}\r\nmore`]);
    expect(messages).toEqual([{ kind: 'beat' }]);
    expect(text).toBe('progress 10 %more');
  });

  test('hands text on before its line ends', () => {
    const pieces: string[] = [];
    const ignore = () => {};
    const reader = readOutput(nonce, {
      message: ignore,
      text: (text) => pieces.push(text),
      broken: ignore,
      overflow: ignore,
    });
    reader.push('waiting');
    expect(pieces).toEqual(['waiting']);
  });

  test('may end in the middle of a message, which is then none', () => {
    const { messages, broken } = read([`${nonce}{"kind":"ov`]);
    expect({ messages, broken }).toEqual({ messages: [], broken: [] });
  });

  test('may end right after a message, without a line end', () => {
    expect(read([`${nonce}{"kind":"over","failure":null}`]).messages).toEqual([{ kind: 'over', failure: null }]);
  });

  test.each(['{"kind":"ov', 'null', '[]', '{"kind":"other"}', '{"kind":"session"}', '{"kind":"over"}', ''])(
    'with our sign and %j after it is broken',
    (json) => {
      const { messages, broken } = read([`${nonce}${json}\n${nonce}{"kind":"beat"}\n`]);
      expect(broken).toEqual([nonce + json]);
      expect(messages).toEqual([{ kind: 'beat' }]);
    },
  );

  test('of more text than the cap is told once, and what comes after is still read', () => {
    const { text, overflows, messages } = read(['x'.repeat(60), 'x'.repeat(60), 'y', `${nonce}{"kind":"beat"}\n`], 100);
    expect(text).toBe('x'.repeat(60));
    expect(overflows).toBe(1);
    expect(messages).toEqual([{ kind: 'beat' }]);
  });

  test('does not count messages as text', () => {
    const line = `${nonce}{"kind":"beat"}\n`;
    expect(read([line.repeat(100)], 100)).toMatchObject({ overflows: 0, text: '' });
  });
});

test('codes of a terminal are taken out of a line, and nothing else', () => {
  expect(withoutCodes('\u001B[1;31mred\u001B[0m \u001B]8;;https://a\u0007link\u001B\\ \u001B(B\u001B7ok\u0007')).toBe(
    'red link ok',
  );
  expect(withoutCodes('tab\there [31m {"a":"\\u001b"} é 日本')).toBe('tab\there [31m {"a":"\\u001b"} é 日本');
});
