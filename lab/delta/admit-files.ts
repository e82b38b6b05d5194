// How many files of a Delta table one micro-batch reads.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** What a file counts for: its size in bytes. */
export interface SizedFile {
  readonly bytes: number;
}

export interface FileAdmission {
  /** How many files of the front of the list the batch reads. */
  readonly files: number;
  /** Their bytes together. */
  readonly bytes: number;
  /** The limit that was reached first; null when the batch reads everything there is. */
  readonly reached: 'maxFilesPerTrigger' | 'maxBytesPerTrigger' | null;
}

/** `maxFilesPerTrigger` when neither option is set (D1). */
export const defaultMaxFilesPerTrigger = 1000;

/**
 * Plans a batch of a Delta source: files from the front of `files`, in their order, until the first limit is reached (D1).
 * `maxBytesPerTrigger` is a soft maximum: a file is taken while any of it is left, so the last one may cross it (10 GB and
 * files of 3 GB → four files, 12 GB), and a file larger than the limit is read alone rather than never. Without options
 * 1000 files; with bytes alone no limit on files. `Trigger.Once` ignores both: do not call this then.
 *
 * Laws: progress (a file waits → at least one is admitted); at most `maxFilesPerTrigger` files; without the last file the
 * bytes are below `maxBytesPerTrigger`. Throws RangeError for a limit that is not above 0 and for a negative size.
 */
export function admitFiles({
  files,
  maxFilesPerTrigger,
  maxBytesPerTrigger,
}: {
  readonly files: readonly SizedFile[];
  readonly maxFilesPerTrigger?: number;
  readonly maxBytesPerTrigger?: number;
}): FileAdmission {
  const mostBytes = maxBytesPerTrigger === undefined ? Infinity : positive(maxBytesPerTrigger, 'maxBytesPerTrigger');
  const mostFiles =
    maxFilesPerTrigger === undefined
      ? maxBytesPerTrigger === undefined
        ? defaultMaxFilesPerTrigger
        : Infinity
      : positiveInteger(maxFilesPerTrigger, 'maxFilesPerTrigger');

  let admitted = 0;
  let bytes = 0;
  while (admitted < files.length && admitted < mostFiles && bytes < mostBytes) {
    bytes += nonNegative(files[admitted]?.bytes ?? 0, `files[${admitted}].bytes`);
    admitted++;
  }
  if (admitted === files.length) return { files: admitted, bytes, reached: null };
  return { files: admitted, bytes, reached: bytes >= mostBytes ? 'maxBytesPerTrigger' : 'maxFilesPerTrigger' };
}
