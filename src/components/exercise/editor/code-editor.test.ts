import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeBetween } from './code-editor.ts';

test('a change is the smallest replacement', () => {
  expect(changeBetween('await sink.write(rows);', 'await sink.write(batch);')).toEqual({
    from: 17,
    to: 21,
    text: 'batch',
  });
  expect(changeBetween('aa', 'aaa')).toEqual({ from: 2, to: 2, text: 'a' });
});

test('made to the one text it gives the other', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { from, to, text: put } = changeBetween(before, after);
      expect(before.slice(0, from) + put + before.slice(to)).toBe(after);
    }),
  );
});
