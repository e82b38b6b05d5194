import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { zipOf } from './zip.ts';

/** The files of an archive, read by its central directory. */
function unzip(archive: Uint8Array): Record<string, string> {
  const view = new DataView(archive.buffer);
  const text = (from: number, length: number) => new TextDecoder().decode(archive.subarray(from, from + length));
  const end = archive.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  const files: Record<string, string> = {};
  let at = view.getUint32(end + 16, true);
  for (let i = 0; i < view.getUint16(end + 10, true); i++) {
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    const [size, nameLength] = [view.getUint32(at + 20, true), view.getUint16(at + 28, true)];
    const local = view.getUint32(at + 42, true);
    expect(view.getUint32(local, true)).toBe(0x04034b50);
    const data = text(local + 30 + nameLength, size);
    expect(view.getUint32(local + 14, true)).toBe(crc32(data));
    files[text(at + 46, nameLength)] = data;
    at += 46 + nameLength;
  }
  return files;
}

test('the archive holds each file under its name, with its checksum', () => {
  const files = { 'solution.ts': 'const ä = 1;\n', 'decision.ts': '' };
  expect(unzip(zipOf(files, new Date(2026, 10, 21, 12, 30)))).toEqual(files);
});
