// What becomes of the output of a process on its way: a terminal's newlines, and the faults of output.
import type { Faults } from './faults.ts';

const newline = 0x0a;
const lineColor = Buffer.from('\x1b[32m');
const plainColor = Buffer.from('\x1b[0m');

/** The line of the other process in the fault `interleaved`. */
export const noiseLine = '(node:4) Warning: something else writes here too';

/**
 * Takes the chunks of one process and gives those to be sent. `newlines` is whether a lone \n becomes \r\n, which a
 * real terminal has done already.
 */
export function createOutput(faults: Faults, newlines: boolean): (chunk: Buffer) => Buffer[] {
  let isLineStart = true;

  function dress(chunk: Buffer): Buffer {
    const ansi = faults.get('ansi-codes') !== null;
    const interleaved = faults.get('interleaved');
    if (!newlines && !ansi && interleaved === null) return chunk;
    const lineEnd = newlines ? '\r\n' : '\n';
    const noise = Buffer.from(noiseLine + lineEnd);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < chunk.length;) {
      const found = chunk.indexOf(newline, at);
      const line = chunk.subarray(at, found === -1 ? chunk.length : found);
      if (ansi && isLineStart) parts.push(lineColor);
      if (interleaved?.isMidLine && line.length > 1) {
        const half = line.length >> 1;
        parts.push(line.subarray(0, half), noise, line.subarray(half));
      } else {
        parts.push(line);
      }
      isLineStart = found !== -1;
      if (isLineStart) {
        if (ansi) parts.push(plainColor);
        parts.push(Buffer.from(lineEnd));
        if (interleaved) parts.push(noise);
      }
      at += line.length + 1;
    }
    return Buffer.concat(parts);
  }

  return (chunk) => {
    const dressed = dress(chunk);
    const size = faults.get('split-output')?.bytes ?? dressed.length;
    const pieces: Buffer[] = [];
    for (let at = 0; at < dressed.length; at += size) pieces.push(dressed.subarray(at, at + size));
    return pieces;
  };
}
