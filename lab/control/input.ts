// What there is to read: rows by time, in a table or in directories that are written and marked.

import { nonNegative, positive } from '../argument.ts';
import { createCurve } from '../trace/curve.ts';
import type { PipelineFault, PipelineSetup } from './setup.ts';

/** Rows are counted from the first that is produced; a slice is a span of such counts. */
export interface Input {
  producedBy(ms: number): number;
  /** When the first `rows` rows were there, and when the one after them came. */
  reachedAtMs(rows: number): number;
  beyondAtMs(rows: number): number;
  /** Up to where a run may read at `ms`: the end of the table, or of the last directory that is closed. */
  endAt(ms: number): number;
  /** Rows of a slice that nobody has written yet at `ms`. */
  missingIn(from: number, to: number, ms: number): number;
  /** The marker of the directory in which row `from` lies, as it is at `ms`. */
  markerAt(from: number, ms: number): { readonly writtenAtMs: number } | null;
  /** When the next marker is written after `ms`; Infinity when none is. */
  nextMarkerMs(ms: number): number;
}

interface Directory {
  readonly fromRow: number;
  readonly toRow: number;
  readonly closedAtMs: number;
  readonly writtenAtMs: number;
  /** Infinity when it is never marked. */
  readonly markedAtMs: number;
  readonly isStale: boolean;
}

/** The input of a pipeline. Laws: nothing is readable before it is produced; a directory's rows are all there once it is written. */
export function createInput(setup: PipelineSetup): Input {
  const { traffic, everyMs, directories, faults, durationMs } = setup;
  if (traffic[0]?.fromMs !== 0) throw new RangeError('traffic does not begin at 0; let the first rate have fromMs 0.');
  let rows = 0;
  const points = [{ atMs: 0, value: 0 }];
  for (const [i, { fromMs, recordsPerSecond }] of traffic.entries()) {
    const untilMs = Math.min(traffic[i + 1]?.fromMs ?? durationMs, durationMs);
    if (untilMs <= fromMs) continue;
    rows += (nonNegative(recordsPerSecond, `traffic[${i}].recordsPerSecond`) * (untilMs - fromMs)) / 1000;
    points.push({ atMs: untilMs, value: rows });
  }
  const curve = createCurve(points);
  const list = directories === undefined ? null : layOut(directories.writeMs);

  function layOut(writeMs: number): Directory[] {
    const lengthMs = positive(everyMs, 'everyMs');
    return Array.from({ length: Math.floor(durationMs / lengthMs) }, (_, i) => {
      const closedAtMs = (i + 1) * lengthMs;
      const hit = (kind: PipelineFault['kind']) =>
        faults.find((fault) => fault.kind === kind && fault.fromMs <= closedAtMs && closedAtMs < fault.toMs);
      const late = hit('late-marker');
      const delayMs = late?.kind === 'late-marker' ? late.delayMs : 0;
      const writtenAtMs = closedAtMs + nonNegative(writeMs, 'directories.writeMs') + delayMs;
      return {
        fromRow: curve.valueAt(closedAtMs - lengthMs),
        toRow: curve.valueAt(closedAtMs),
        closedAtMs,
        writtenAtMs,
        markedAtMs: hit('missing-marker') === undefined ? writtenAtMs : Infinity,
        isStale: hit('stale-marker') !== undefined,
      };
    });
  }

  /** The place of the first directory that ends beyond a row. */
  function firstBeyond(row: number): number {
    let low = 0;
    let high = list?.length ?? 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((list?.[middle]?.toRow ?? 0) > row) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  const markers = (list ?? []).map(({ markedAtMs }) => markedAtMs).sort((a, b) => a - b);

  return {
    producedBy: (ms) => curve.valueAt(ms),
    reachedAtMs: (count) => Math.min(curve.firstReaching(count), durationMs),
    beyondAtMs: (count) => Math.min(curve.firstBeyond(count), durationMs),
    endAt(ms) {
      if (list === null) return curve.valueAt(ms);
      return list.findLast(({ closedAtMs }) => closedAtMs <= ms)?.toRow ?? 0;
    },
    missingIn(from, to, ms) {
      let missing = 0;
      for (let at = firstBeyond(from); list !== null; at++) {
        const directory = list[at];
        if (directory === undefined || directory.fromRow >= to) break;
        const { closedAtMs, writtenAtMs } = directory;
        if (writtenAtMs <= ms) continue;
        const overlap = Math.min(to, directory.toRow) - Math.max(from, directory.fromRow);
        const unwritten = ms <= closedAtMs ? 1 : (writtenAtMs - ms) / (writtenAtMs - closedAtMs);
        missing += Math.max(0, overlap) * unwritten;
      }
      return missing;
    },
    markerAt(from, ms) {
      if (list === null) return { writtenAtMs: ms };
      const directory = list[firstBeyond(from)];
      if (directory === undefined) return null;
      if (directory.markedAtMs <= ms) return { writtenAtMs: directory.markedAtMs };
      return directory.isStale ? { writtenAtMs: directory.closedAtMs - everyMs } : null;
    },
    nextMarkerMs: (ms) => markers.find((atMs) => atMs > ms) ?? Infinity,
  };
}
