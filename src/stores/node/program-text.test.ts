import { expect, test } from 'vitest';
import { asEditorText, isSameText, isText, isTooLarge, mostFileBytes, withLineEndsOf } from './program-text.ts';

test.each([
  ['a\nb\n', 'a\r\nb\r\n', true],
  ['a\nb', '\uFEFFa\rb', true],
  ['a\uD800b', 'a\uFFFDb', true],
  ['a\n', 'a', false],
  ['a', 'a ', false],
  ['', null, false],
  [null, null, true],
])('%j and %j are the same text: %s', (one, other, isSame) => {
  expect(isSameText(one, other)).toBe(isSame);
  expect(isSameText(other, one)).toBe(isSame);
});

test('the editor has line feeds alone', () => {
  expect(asEditorText('\uFEFFa\r\nb\rc\nd')).toBe('a\nb\nc\nd');
});

test.each([
  ['a\r\nb\r\n', 'x\ny\n', 'x\r\ny\r\n'],
  ['a\nb\n', 'x\ny\n', 'x\ny\n'],
  ['a\r\nb\n', 'x\ny\n', 'x\ny\n'],
  ['a\r\nb\r\n', 'x\r\ny\n', 'x\r\ny\r\n'],
  ['one line', 'x\ny\n', 'x\ny\n'],
  [null, 'x\ny\n', 'x\ny\n'],
])('in place of %j, %j is written as %j', (replaced, text, expected) => {
  expect(withLineEndsOf(replaced, text)).toBe(expected);
});

test('what is decoded from other bytes than UTF-8 is no text', () => {
  expect(isText('const ü = "🌊";\r\n')).toBe(true);
  const latin1 = new Uint8Array([0x67, 0x72, 0xfc, 0x6e]);
  expect(isText(new TextDecoder().decode(latin1))).toBe(false);
  expect(isText('\u007fELF\0\0')).toBe(false);
});

test('the size is that of the bytes', () => {
  expect(isTooLarge('a'.repeat(mostFileBytes))).toBe(false);
  expect(isTooLarge('a'.repeat(mostFileBytes + 1))).toBe(true);
  expect(isTooLarge('ü'.repeat(mostFileBytes / 2))).toBe(false);
  expect(isTooLarge('ü'.repeat(mostFileBytes / 2 + 1))).toBe(true);
});
