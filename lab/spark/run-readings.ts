// What is read off a run of a Spark program: samples while it goes on, counts at its end.

import type { DeadLetterCounts } from '../sink/dead-letter-queue.ts';
import { runEpochMs } from '../process/host.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { SinkModel } from '../sink/sink.ts';
import { percentile } from '../trace/percentile.ts';
import type { SparkWorld } from './application.ts';
import type { SparkSeries, SparkTotals, SparkTraceEvent } from './spark-trace.ts';
import type { TopicLog } from './topic.ts';

/** The span that a sample's p95 looks back over. */
const sinkSpanMs = 10_000;

const logsOf = ({ topics }: SparkWorld): TopicLog[] => [...topics.values()].flatMap(({ logs }) => logs);
const totalOf = (logs: readonly TopicLog[], pick: (log: TopicLog) => number): number =>
  logs.reduce((all, log) => all + pick(log), 0);
const committedOf = (log: TopicLog): number => log.committed ?? 0;

/** Takes one value of each series whenever it is asked to. */
export function createSampler(given: {
  readonly world: SparkWorld;
  readonly sink: SinkModel;
  heap(): ProgramProcess | null;
  busyCores(): number;
}): { readonly series: SparkSeries; sample(): void } {
  const { world, sink, heap, busyCores } = given;
  const logs = logsOf(world);
  const series: SparkSeries = {
    lagRecords: [],
    lagMs: [],
    batchRecords: [],
    inFlightRecords: [],
    stateRows: [],
    watermarkMs: [],
    heapBytes: [],
    gcShare: [],
    busyCores: [],
    sinkCalls: [],
    sinkP95Ms: [],
    producedRecords: [],
    committedRecords: [],
  };
  let firstRecent = 0;

  function sinkP95Ms(nowMs: number): number | null {
    // Calls stand in the order of their ends.
    while (firstRecent < sink.calls.length && (sink.calls[firstRecent]?.endMs ?? 0) < nowMs - sinkSpanMs) firstRecent++;
    const recent = sink.calls.slice(firstRecent).filter(({ outcome }) => outcome !== 'cut-off');
    if (recent.length === 0) return null;
    return percentile(
      recent.map(({ startMs, endMs }) => endMs - startMs),
      95,
    );
  }

  function sample(): void {
    const { nowMs } = world.kernel;
    let [produced, committed, lagMs] = [0, 0, 0];
    for (const log of logs) {
      const [end, done] = [log.endOffsetAt(nowMs), committedOf(log)];
      produced += end;
      committed += done;
      if (end > done) lagMs = Math.max(lagMs, nowMs - log.arrivalOf(done));
    }
    let [batchRecords, stateRows, watermarkMs] = [0, 0, Infinity];
    for (const checkpoint of world.checkpoints.values()) {
      for (const store of checkpoint.stores) stateRows += store.numRowsTotal;
      if (!checkpoint.isInUse) continue;
      if (checkpoint.watermarkMs > 0) watermarkMs = Math.min(watermarkMs, checkpoint.watermarkMs);
      const { planned } = checkpoint;
      if (planned === null) continue;
      for (const [source, to] of planned.to.entries()) {
        for (const [partition, offset] of to.entries())
          batchRecords += offset - (planned.from[source]?.[partition] ?? 0);
      }
    }
    series.lagRecords.push(produced - committed);
    series.lagMs.push(Math.round(lagMs));
    series.batchRecords.push(batchRecords);
    series.inFlightRecords.push(sink.rowsInFlight);
    series.stateRows.push(stateRows);
    series.watermarkMs.push(watermarkMs === Infinity ? null : watermarkMs - runEpochMs);
    series.heapBytes.push(heap()?.liveBytes() ?? 0);
    series.gcShare.push(heap()?.gcShare() ?? 0);
    series.busyCores.push(busyCores());
    series.sinkCalls.push(sink.outstandingCalls);
    series.sinkP95Ms.push(sinkP95Ms(nowMs));
    series.producedRecords.push(produced);
    series.committedRecords.push(committed);
  }
  return { series, sample };
}

/** Counts of the run as it stands. */
export function totalsOf(
  world: SparkWorld,
  events: readonly SparkTraceEvent[],
  deadLetters: DeadLetterCounts,
): SparkTotals {
  const logs = logsOf(world);
  const { results } = world;
  let [batches, repeatedBatches, droppedLate, deaths] = [0, 0, 0, 0];
  for (const event of events) {
    if (event.kind === 'batch') {
      batches++;
      droppedLate += event.lateRows;
    } else if (event.kind === 'batch-started' && event.isRepeat) repeatedBatches++;
    else if (event.kind === 'end' && event.how !== 'returned' && event.how !== 'stopped') deaths++;
  }
  return {
    produced: totalOf(logs, (log) => log.endOffsetAt(world.kernel.nowMs)),
    committed: totalOf(logs, committedOf),
    delivered: totalOf(logs, (log) => log.totals.delivered),
    redelivered: totalOf(logs, (log) => log.redelivered),
    written: totalOf(logs, (log) => log.totals.written),
    duplicates: totalOf(logs, (log) => log.totals.duplicates),
    usedUp: totalOf(logs, (log) => log.usedUpBelow(committedOf(log))),
    droppedLate,
    deadLettersBad: deadLetters.bad,
    deadLettersGood: deadLetters.good,
    poisonPassed: totalOf(logs, (log) => log.poisonBelow(committedOf(log)).bad),
    poisonMissing: totalOf(logs, (log) => log.poisonBelow(committedOf(log)).missing),
    lost: totalOf(logs, (log) => log.lostBelow(committedOf(log))),
    results: results.emitted,
    resultsWritten: results.totals.written,
    resultDuplicates: results.totals.duplicates,
    resultsLost: results.lost,
    batches,
    repeatedBatches,
    deaths,
  };
}
