// A run of a Flink job as a trace: what the web UI would have drawn, sample by sample, and who stood where at the end.

import type { RunTable, RunTrace } from '../trace/run-trace.ts';
import { findBottleneck, type BottleneckFinding } from './bottleneck.ts';
import type { FlowRun } from './flow-readings.ts';
import { jobEvents, type PlannedEvent } from './job-events.ts';
import { levelOf, taskLevelOf } from './levels.ts';
import type { JobRun, OperatorReading } from './readings.ts';
import type { RecordRun } from './record-readings.ts';

/** Flink's metrics are means over a couple of seconds (F9). */
const metricMs = 2_000;
/** Rows of the timeline for each operator, at most. */
const mostRows = 120;
/** Caught up: no record has waited longer than this. */
const calmLagMs = 1_000;

export interface TracedRun {
  readonly run: JobRun &
    Partial<Pick<FlowRun, 'checkpoints' | 'restarts' | 'withoutEffect'>> &
    Partial<Pick<RecordRun, 'latencyMs'>>;
  readonly sampleMs: number;
  readonly samples: number;
  readonly planned: readonly PlannedEvent[];
}

/** Everything in a trace but the scenario and the seed. Rates and times of a sample are means of the two seconds before it. */
export function traceOf(traced: TracedRun): Omit<RunTrace, 'scenario' | 'seed'> {
  const { run, sampleMs, samples, planned } = traced;
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const lastMs = (samples - 1) * sampleMs;
  const windowMs = Math.min(Math.ceil(metricMs / sampleMs) * sampleMs, lastMs);
  const windows = times.map((ms) => (ms === 0 ? null : run.readingsBetween(Math.max(0, ms - windowMs), ms)));
  const lagRecords = times.map((ms) => round(run.lagRecordsAt(ms)));
  const lagMs = times.map((ms) => round(run.lagMsAt(ms)));
  const quarterMs = Math.floor((samples - 1) * 0.75) * sampleMs;
  const last = run.readingsBetween(quarterMs, lastMs);
  const finding = usualFinding(run, { fromMs: quarterMs, toMs: lastMs, windowMs });
  const { checkpoints = [], restarts = [] } = run;
  const completed = checkpoints.filter(({ outcome }) => outcome === 'completed');
  const lengthsMs = completed.map(({ startedMs, endedMs }) => endedMs - startedMs);
  const peakLagRecords = lagRecords.reduce((peak, records) => Math.max(peak, records), 0);
  const lastChangeMs = planned.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
  const lastUncalm = lagMs.findLastIndex((ms) => ms > calmLagMs);
  const caughtUpMs = Math.max(lastChangeMs, (lastUncalm + 1) * sampleMs);
  const sink = run.counts.at(-1);

  return {
    endedMs: run.durationMs,
    sampleMs,
    series: {
      lagRecords,
      lagMs,
      arrivedPerSecond: windows.map((readings, i) =>
        readings === null ? null : round(perSecondOf(run, times[i] ?? 0, windowMs)),
      ),
      throughputPerSecond: windows.map((readings) => (readings === null ? null : round(rateOf(readings.at(-1))))),
      bufferedRecords: windows.map((readings) => (readings === null ? 0 : round(bufferedOf(readings)))),
      bufferedMs: windows.map((readings) => (readings === null ? null : bufferedMsOf(readings))),
      maxBackPressuredMsPerSecond: windows.map((readings) =>
        worstOf(readings, ({ backPressuredMsPerSecond }) => backPressuredMsPerSecond),
      ),
      maxBusyMsPerSecond: windows.map((readings) => worstOf(readings, ({ busyMsPerSecond }) => busyMsPerSecond)),
      maxInPoolUsage: windows.map((readings) => worstOf(readings, ({ inPoolUsage }) => inPoolUsage ?? 0)),
      checkpointMs: times.map((ms) => {
        const at = completed.findLastIndex(({ endedMs }) => endedMs <= ms);
        return at < 0 ? null : round(lengthsMs[at] ?? 0);
      }),
    },
    events: jobEvents(run, { windowMs, lastMs, planned }),
    totals: {
      arrivedRecords: round(run.arrivedRecords),
      writtenRecords: round(sink?.processedRecords ?? 0),
      throughputPerSecond: round(rateOf(last.at(-1))),
      finalLagRecords: round(run.counts[0]?.waitingRecords ?? 0),
      peakLagRecords,
      peakLagAtMs: lagRecords.indexOf(peakLagRecords) * sampleMs,
      caughtUpAtMs: caughtUpMs <= lastMs ? caughtUpMs : null,
      finalBufferedRecords: round(run.counts.slice(1).reduce((sum, { waitingRecords }) => sum + waitingRecords, 0)),
      bottleneckOperator: placeOf(finding, last),
      p50LatencyMs: run.latencyMs?.(50) ?? null,
      p99LatencyMs: run.latencyMs?.(99) ?? null,
      completedCheckpoints: completed.length,
      expiredCheckpoints: checkpoints.filter(({ outcome }) => outcome === 'expired').length,
      longestCheckpointMs: lengthsMs.length === 0 ? null : round(Math.max(...lengthsMs)),
      restarts: restarts.length,
      stoppedMs: round(restarts.reduce((sum, { stoppedMs, runningMs }) => sum + runningMs - stoppedMs, 0)),
      readAgainRecords: round(run.readAgainRecords),
      duplicateRecords: round(restarts.reduce((sum, { duplicateRecords }) => sum + duplicateRecords, 0)),
    },
    tables: [operatorsTable(run, last, finding), subtasksTable(last), timelineTable(run, windowMs, lastMs)],
  };
}

/** What the finder says most often in a span, looking every `windowMs` as one does at the web UI; the first of equals. */
function usualFinding(run: JobRun, given: { fromMs: number; toMs: number; windowMs: number }): BottleneckFinding {
  const votes = new Map<string, { finding: BottleneckFinding; count: number }>();
  for (let ms = given.toMs; ms - given.windowMs >= given.fromMs; ms -= given.windowMs) {
    if (run.isDownBetween(ms - given.windowMs, ms)) continue;
    const finding = findBottleneck(run.readingsBetween(ms - given.windowMs, ms));
    const vote = votes.get(JSON.stringify(finding)) ?? { finding, count: 0 };
    vote.count += 1;
    votes.set(JSON.stringify(finding), vote);
  }
  let usual: BottleneckFinding = { kind: 'none' };
  let most = 0;
  for (const { finding, count } of votes.values()) if (count > most) [usual, most] = [finding, count];
  return usual;
}

/** The operators over the last quarter of the run, with their counts over all of it. */
function operatorsTable(run: JobRun, last: readonly OperatorReading[], finding: BottleneckFinding): RunTable {
  return {
    id: 'operators',
    title: 'Operators in the last quarter',
    columns: [
      { id: 'operator', label: 'Operator', unit: 'text' },
      { id: 'parallelism', label: 'Parallelism', unit: 'count' },
      ...timeColumns,
      { id: 'level', label: 'Level', unit: 'text' },
      { id: 'finding', label: 'Finding', unit: 'text' },
      { id: 'numRecordsInPerSecond', label: 'In', unit: 'records/s' },
      { id: 'received', label: 'Received', unit: 'records' },
      { id: 'restored', label: 'Restored', unit: 'records' },
      { id: 'processed', label: 'Processed', unit: 'records' },
      { id: 'emitted', label: 'Handed on', unit: 'records' },
      { id: 'inService', label: 'At work', unit: 'records' },
      { id: 'waiting', label: 'Waiting', unit: 'records' },
      { id: 'discarded', label: 'Discarded', unit: 'records' },
    ],
    rows: last.map((reading, i) => {
      const counts = run.counts[i];
      return [
        reading.name,
        counts?.parallelism ?? reading.parallelism,
        ...timesOf(reading),
        levelOfOperator(reading),
        wordsOf(finding, reading.name),
        round(rateOf(reading)),
        round(counts?.receivedRecords ?? 0),
        round(counts?.restoredRecords ?? 0),
        round(counts?.processedRecords ?? 0),
        round(counts?.emittedRecords ?? 0),
        round(counts?.inServiceRecords ?? 0),
        round(counts?.waitingRecords ?? 0),
        round(counts?.discardedRecords ?? 0),
      ];
    }),
  };
}

function subtasksTable(last: readonly OperatorReading[]): RunTable {
  return {
    id: 'subtasks',
    title: 'Subtasks in the last quarter',
    columns: [
      { id: 'operator', label: 'Operator', unit: 'text' },
      { id: 'subtask', label: 'Subtask', unit: 'count' },
      { id: 'busyMsPerSecond', label: 'Busy', unit: 'ms/s' },
      { id: 'backPressuredMsPerSecond', label: 'Back-pressured', unit: 'ms/s' },
      { id: 'idleMsPerSecond', label: 'Idle', unit: 'ms/s' },
      { id: 'level', label: 'Level', unit: 'text' },
      { id: 'numRecordsInPerSecond', label: 'In', unit: 'records/s' },
      { id: 'waiting', label: 'Waiting', unit: 'records' },
      { id: 'inPoolUsage', label: 'inPoolUsage', unit: 'share' },
    ],
    rows: last.flatMap(({ name, subtasks }) =>
      subtasks
        .flatMap((reading) => reading.subtasks.map((subtask) => ({ subtask, reading })))
        .sort((a, b) => a.subtask - b.subtask)
        .map(({ subtask, reading }) => [
          name,
          subtask,
          round(reading.busyMsPerSecond),
          round(reading.backPressuredMsPerSecond),
          round(reading.idleMsPerSecond),
          levelOf(reading.backPressuredMsPerSecond / 1000),
          round(reading.numRecordsInPerSecond),
          round(reading.waitingRecords),
          reading.inPoolUsage === null ? null : round(reading.inPoolUsage),
        ]),
    ),
  };
}

/** Each operator over the run; a span in which no task runs has no metrics, and so no row. */
function timelineTable(run: JobRun, windowMs: number, lastMs: number): RunTable {
  const stepMs = windowMs * Math.max(1, Math.ceil(lastMs / windowMs / mostRows));
  const rows: RunTable['rows'][number][] = [];
  for (let ms = stepMs; ms <= lastMs; ms += stepMs) {
    if (run.isDownBetween(ms - stepMs, ms)) continue;
    for (const reading of run.readingsBetween(ms - stepMs, ms)) {
      const usage = worstOf([reading], ({ inPoolUsage }) => inPoolUsage ?? 0);
      rows.push([ms, reading.name, ...timesOf(reading), levelOfOperator(reading), round(rateOf(reading)), usage]);
    }
  }
  return {
    id: 'operatorTimeline',
    title: 'Operators over time',
    columns: [
      { id: 'atMs', label: 'Until', unit: 'ms' },
      { id: 'operator', label: 'Operator', unit: 'text' },
      ...timeColumns,
      { id: 'level', label: 'Level', unit: 'text' },
      { id: 'numRecordsInPerSecond', label: 'In', unit: 'records/s' },
      { id: 'inPoolUsage', label: 'inPoolUsage', unit: 'share' },
    ],
    rows,
  };
}

/** The three times as means over the subtasks, together 1000, and the two that the web UI shows: those of the worst subtask. */
const timeColumns = [
  { id: 'busyMsPerSecond', label: 'Busy', unit: 'ms/s' },
  { id: 'backPressuredMsPerSecond', label: 'Back-pressured', unit: 'ms/s' },
  { id: 'idleMsPerSecond', label: 'Idle', unit: 'ms/s' },
  { id: 'maxBusyMsPerSecond', label: 'Busy (max)', unit: 'ms/s' },
  { id: 'maxBackPressuredMsPerSecond', label: 'Back-pressured (max)', unit: 'ms/s' },
] as const;

function timesOf(operator: OperatorReading): number[] {
  const mean = (pick: (reading: OperatorReading['subtasks'][number]) => number): number =>
    round(sumOf(operator, pick) / operator.parallelism);
  return [
    mean(({ busyMsPerSecond }) => busyMsPerSecond),
    mean(({ backPressuredMsPerSecond }) => backPressuredMsPerSecond),
    mean(({ idleMsPerSecond }) => idleMsPerSecond),
    worstOf([operator], ({ busyMsPerSecond }) => busyMsPerSecond) ?? 0,
    worstOf([operator], ({ backPressuredMsPerSecond }) => backPressuredMsPerSecond) ?? 0,
  ];
}

function levelOfOperator({ subtasks }: OperatorReading): string {
  return taskLevelOf(subtasks.map(({ backPressuredMsPerSecond }) => backPressuredMsPerSecond / 1000));
}

function wordsOf(finding: BottleneckFinding, name: string): string {
  if (finding.kind === 'operator' && finding.operator === name) return `bottleneck (${finding.cause})`;
  return finding.kind === 'network-or-external' && finding.after === name ? 'held back by network or a thread' : '';
}

function placeOf(finding: BottleneckFinding, operators: readonly OperatorReading[]): number | null {
  return finding.kind === 'operator' ? operators.findIndex(({ name }) => name === finding.operator) : null;
}

function sumOf({ subtasks }: OperatorReading, pick: (reading: OperatorReading['subtasks'][number]) => number): number {
  return subtasks.reduce((sum, reading) => sum + pick(reading) * reading.subtasks.length, 0);
}

function worstOf(
  operators: readonly OperatorReading[] | null,
  pick: (reading: OperatorReading['subtasks'][number]) => number,
): number | null {
  if (operators === null) return null;
  let worst = 0;
  for (const { subtasks } of operators) for (const reading of subtasks) worst = Math.max(worst, pick(reading));
  return round(worst);
}

function rateOf(operator: OperatorReading | undefined): number {
  return operator === undefined ? 0 : sumOf(operator, ({ numRecordsInPerSecond }) => numRecordsInPerSecond);
}

function bufferedOf(operators: readonly OperatorReading[]): number {
  return operators.slice(1).reduce((sum, operator) => sum + sumOf(operator, ({ waitingRecords }) => waitingRecords), 0);
}

/** Little's law, operator by operator: what waits divided by the rate at which it is taken; null while nothing moves. */
function bufferedMsOf(operators: readonly OperatorReading[]): number | null {
  let ms = 0;
  for (const operator of operators.slice(1)) {
    const waiting = sumOf(operator, ({ waitingRecords }) => waitingRecords);
    const perSecond = rateOf(operator);
    if (waiting > 0 && perSecond === 0) return null;
    if (waiting > 0) ms += (waiting / perSecond) * 1000;
  }
  return round(ms);
}

/** What came into the topic in the window before `ms`. */
function perSecondOf(run: TracedRun['run'], ms: number, windowMs: number): number {
  const fromMs = Math.max(0, ms - windowMs);
  return ((run.arrivedBy(ms) - run.arrivedBy(fromMs)) / (ms - fromMs)) * 1000;
}

/** Thousandths are plenty for a picture; what is below is rounding. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
