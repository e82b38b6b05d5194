// The log as a file: what export writes and import accepts.

import { flawOf, type LogEntry } from './event.ts';

const format = 'spillway-progress';
const version = 1;

/** A file that cannot be imported. The message says what is wrong and what to do; nothing was changed. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

/** The file's text. `exportedAt` is in ms since the epoch. */
export function writeProgressFile(events: readonly LogEntry[], exportedAt: number): string {
  return `${JSON.stringify({ format, version, exportedAt: new Date(exportedAt).toISOString(), events }, null, 1)}\n`;
}

/** The file's events; throws ImportError for anything that is not wholly an export of ours. */
export function readProgressFile(source: string): LogEntry[] {
  const file = parse(source);
  if (typeof file !== 'object' || file === null || (file as { format?: unknown }).format !== format) {
    throw new ImportError(
      'This is a JSON file, but not an export of progress. Choose the file that “Export progress” made; its name begins with spillway-progress.',
    );
  }
  const { version: found, events } = file as { version?: unknown; events?: unknown };
  if (typeof found !== 'number' || found > version) {
    throw new ImportError(
      'The file was made by a newer version of this site. Reload this page to get that version, then import the file again.',
    );
  }
  if (!Array.isArray(events)) {
    throw new ImportError('The file has no list of events: it is not complete. Export again where it came from.');
  }
  for (const [i, event] of events.entries()) {
    const flaw = flawOf(event);
    if (flaw !== null) {
      throw new ImportError(
        `Event ${i + 1} of ${events.length} ${flaw}, so nothing was imported. Export again where the file came from, without editing it.`,
      );
    }
  }
  return events as LogEntry[];
}

function parse(source: string): unknown {
  const trimmed = source.replace(/^\ufeff/, '').trim();
  if (trimmed === '') throw new ImportError('The file is empty. Export again where it came from.');
  try {
    return JSON.parse(trimmed);
  } catch (cause) {
    const message =
      trimmed.startsWith('{') && trimmed.includes(`"${format}"`)
        ? 'The file begins as an export of progress, but is damaged or cut off. Export again where it came from; this copy cannot be read.'
        : 'This is not a JSON file. Choose the file that “Export progress” made; its name begins with spillway-progress.';
    throw new ImportError(message, { cause });
  }
}
