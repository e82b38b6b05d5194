// Texts as they come and go between the editor and a folder: when two are the same, and which are texts at all.

/** What a file may hold to be taken into the editor. */
export const mostFileBytes = 256 * 1024;

/**
 * Line ends, a byte order mark and broken surrogates make no difference: tools in a terminal write them as they like,
 * and UTF-8 has no room for the last. Null is a file that is not there.
 */
export function isSameText(one: string | null, other: string | null): boolean {
  if (one === other) return true;
  return one !== null && other !== null && plain(one) === plain(other);
}

function plain(text: string): string {
  return asEditorText(text).toWellFormed();
}

/** As the editor has it: line feeds alone. */
export function asEditorText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/** `text` with the line ends of the file that it replaces, so that a choice made there lasts. */
export function withLineEndsOf(replaced: string | null, text: string): string {
  const isDos = replaced !== null && replaced.includes('\r\n') && !/[^\r]\n/.test(replaced);
  return isDos ? text.replace(/\r?\n/g, '\r\n') : text;
}

/** Decoding puts U+FFFD in place of bytes that are not UTF-8; a zero byte is in no program. */
export function isText(decoded: string): boolean {
  return !/[\0\uFFFD]/.test(decoded);
}

export function isTooLarge(text: string): boolean {
  if (text.length > mostFileBytes) return true;
  // A unit of UTF-16 has at most three bytes in UTF-8.
  return text.length * 3 > mostFileBytes && new TextEncoder().encode(text).length > mostFileBytes;
}
