// What the program logs: kept short, in batches, and never in the way of the run.

import type { LogLevel } from '../../lab/program.ts';

export interface ConsoleLine {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly text: string;
}

const mostLines = 1_000;
const mostChars = 2_000;

/**
 * Collects lines and hands them on in batches of `batchLines`; after 1,000 lines of one run it says so and drops the
 * rest. Lines that wait when a loop blocks are lost; with batches of one there are none.
 */
export function createConsoleTap(
  send: (lines: ConsoleLine[]) => void,
  batchLines = 200,
): {
  write(atMs: number, level: LogLevel, values: unknown[]): void;
  flush(): void;
} {
  let batch: ConsoleLine[] = [];
  let count = 0;
  function flush(): void {
    if (batch.length === 0) return;
    send(batch);
    batch = [];
  }
  return {
    write(atMs, level, values) {
      count++;
      if (count > mostLines) return;
      const text =
        count === mostLines ? `… more than ${mostLines} lines; the rest of this run is not shown.` : lineOf(values);
      batch.push({ atMs, level, text });
      // The first line at once: what is logged just before a loop blocks must not be lost.
      if (count === 1 || batch.length >= batchLines) flush();
    },
    flush,
  };
}

function lineOf(values: unknown[]): string {
  const text = values.map(textOf).join(' ');
  return text.length > mostChars ? `${text.slice(0, mostChars)} … (${text.length} characters)` : text;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Map) return `Map(${value.size}) ${textOf([...value.entries()].slice(0, 20))}`;
  if (value instanceof Set) return `Set(${value.size}) ${textOf([...value.values()].slice(0, 20))}`;
  if (Array.isArray(value) && value.length > 20) return `${textOf(value.slice(0, 20))} … ${value.length} elements`;
  try {
    const plain = (_: string, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner);
    return JSON.stringify(value, plain) ?? 'undefined';
  } catch (error) {
    return `[object that cannot be shown: ${error instanceof Error ? error.message : 'unknown'}]`;
  }
}
