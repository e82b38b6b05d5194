// A batch job as a trace: series until it ends, totals, and a table of its stages.

import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import type { JobRun } from './job.ts';

interface Watched {
  readonly durationMs: number;
  readonly slaMs?: number;
  readonly cores: number;
  readonly rowBytes: number;
}

/** What a trace says of a job that is watched for `durationMs`, or until it ends when that is sooner. */
export function jobTrace(
  job: JobRun,
  watched: Watched,
): Pick<RunTrace, 'endedMs' | 'sampleMs' | 'series' | 'totals' | 'tables'> {
  const { durationMs, slaMs, cores, rowBytes } = watched;
  const { sampleMs } = samplingOf(Math.max(1, Math.min(durationMs, Math.ceil(job.endMs))));
  // Watched until the first sample at which it is over, so that the last value of each series is that of its end.
  const endedMs = Math.min(durationMs, Math.max(1, Math.ceil(job.endMs / sampleMs)) * sampleMs);
  const samples = Math.floor(endedMs / sampleMs) + 1;
  const readings = job.readAt(Array.from({ length: samples }, (_, i) => i * sampleMs));
  const [end] = job.readAt([endedMs]);
  const isOver = job.endMs <= durationMs;
  const finishedAtMs = isOver && job.failure === null ? job.endMs : null;
  const isLate =
    slaMs === undefined ? null : finishedAtMs === null ? isOver || durationMs > slaMs : finishedAtMs > slaMs;
  // Tasks hold the most at the end of a span, just before one of them is done.
  const peakTimes = job.stages.flatMap(({ spans, endMs }) =>
    spans.map(({ fromMs }, i) => Math.max(fromMs, (spans[i + 1]?.fromMs ?? endMs) - 0.001)),
  );
  const held = job.readAt(peakTimes.filter((ms) => ms <= durationMs)).map(({ heldBytes }) => heldBytes);
  const taskMs = job.stages.reduce((sum, stage) => sum + stage.taskMs, 0);
  return {
    endedMs,
    sampleMs,
    series: {
      runningTasks: readings.map(({ runningTasks }) => runningTasks),
      readRows: readings.map(({ readRows }) => readRows),
      writtenRows: readings.map(({ writtenRows }) => writtenRows),
      writtenPerSecond: readings.map(({ writtenPerSecond }) => writtenPerSecond),
      heldBytes: readings.map(({ heldBytes }) => heldBytes),
    },
    totals: {
      finishedAtMs,
      failedAtMs: isOver && job.failure !== null ? job.endMs : null,
      slaMs: slaMs ?? null,
      isLate: isLate === null ? null : Number(isLate),
      lateByMs: slaMs !== undefined && finishedAtMs !== null && finishedAtMs > slaMs ? finishedAtMs - slaMs : null,
      rowsToWrite: job.rowsToWrite,
      writtenRows: Math.round(end?.writtenRows ?? 0),
      tasks: job.stages.reduce((sum, { tasks }) => sum + tasks, 0),
      failedAttempts: job.stages.reduce((sum, { failedAttempts }) => sum + failedAttempts, 0),
      shuffledBytes: job.shuffledRows * rowBytes,
      spilledBytes: Math.round(job.spilledRows * rowBytes),
      peakHeldBytes: held.reduce((most, bytes) => Math.max(most, bytes), 0),
      coresBusyShare: job.endMs === 0 ? 0 : taskMs / (job.endMs * cores),
    },
    tables: [
      {
        id: 'stages',
        title: 'Stages',
        columns: [
          { id: 'stage', label: 'Stage', unit: 'count' },
          { id: 'rows', label: 'Rows', unit: 'rows' },
          { id: 'tasks', label: 'Tasks', unit: 'count' },
          { id: 'waves', label: 'Waves', unit: 'count' },
          { id: 'startMs', label: 'Begins', unit: 'ms' },
          { id: 'durationMs', label: 'Takes', unit: 'ms' },
          { id: 'longestTaskMs', label: 'Longest task', unit: 'ms' },
          { id: 'meanTaskMs', label: 'Mean task', unit: 'ms' },
          { id: 'largestBytes', label: 'Largest partition', unit: 'bytes' },
          { id: 'failedAttempts', label: 'Failed attempts', unit: 'count' },
          { id: 'state', label: 'State', unit: 'text' },
        ],
        rows: job.stages.map((stage, i) => [
          i + 1,
          stage.rows,
          stage.tasks,
          Math.ceil(stage.tasks / cores),
          stage.startMs,
          stage.endMs - stage.startMs,
          stage.longestTaskMs,
          stage.taskMs / Math.max(1, stage.doneTasks + stage.failedAttempts),
          stage.largestRows * rowBytes,
          stage.failedAttempts,
          stage.endMs > durationMs ? 'running' : stage.failure === null ? 'done' : 'failed',
        ]),
      },
    ],
  };
}
