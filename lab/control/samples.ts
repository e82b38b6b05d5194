// What of a pipeline is sampled on an even grid of time.

import { samplingOf } from '../trace/run-trace.ts';
import type { Pipeline } from './pipeline.ts';

export interface PipelineSeries {
  readonly waitingRows: number[];
  readonly inRunsRows: number[];
  readonly databaseBacklogRows: number[];
  readonly activeRuns: number[];
  readonly dueRuns: number[];
  readonly dataAgeMs: number[];
  readonly everyMs: number[];
  readonly lastRunMs: (number | null)[];
  readonly callsPerSecond: number[];
  readonly appliedPerSecond: number[];
  readonly missingRows: number[];
}

export interface Sampler {
  readonly sampleMs: number;
  readonly series: PipelineSeries;
  /** When the next sample is due. */
  nextMs(): number;
  /** Takes the sample that is due now, if one is. */
  take(): void;
}

/** A sampler that starts at 0 ms. */
export function createSampler(pipeline: Pipeline, durationMs: number): Sampler {
  const { sampleMs, samples: count } = samplingOf(durationMs);
  const series: PipelineSeries = {
    waitingRows: [],
    inRunsRows: [],
    databaseBacklogRows: [],
    activeRuns: [],
    dueRuns: [],
    dataAgeMs: [],
    everyMs: [],
    lastRunMs: [],
    callsPerSecond: [],
    appliedPerSecond: [],
    missingRows: [],
  };
  let taken = 0;
  /** At the sample before: a run may load all its rows between two samples. */
  let calls = 0;
  let appliedRows = 0;
  const nextMs = () => (taken < count ? taken * sampleMs : Infinity);
  return {
    sampleMs,
    series,
    nextMs,
    take() {
      if (pipeline.nowMs < nextMs()) return;
      taken += 1;
      const counts = pipeline.counts();
      const last = pipeline.attempts.at(-1);
      series.waitingRows.push(counts.waitingRows);
      series.inRunsRows.push(counts.inRunsRows);
      series.databaseBacklogRows.push(counts.backlogRows);
      series.activeRuns.push(pipeline.activeRuns);
      series.dueRuns.push(pipeline.dueRuns);
      series.dataAgeMs.push(pipeline.dataAgeMs());
      series.everyMs.push(pipeline.everyMs);
      series.lastRunMs.push(last === undefined ? null : (last.endedAtMs ?? 0) - last.startedAtMs);
      series.callsPerSecond.push(Math.max(0, ((counts.calls - calls) / sampleMs) * 1000));
      series.appliedPerSecond.push(Math.max(0, ((counts.appliedRows - appliedRows) / sampleMs) * 1000));
      ({ calls, appliedRows } = counts);
      series.missingRows.push(counts.missedRows + counts.failedRows + counts.skippedRows);
    },
  };
}
