// Why records piled up: the earliest sufficient cause before a moment, read off the trace.

import type { Trace, TraceEvent } from '../lab/trace/trace.ts';
import { clock, percent, whole } from './checks/law.ts';

/** Ids are stable: tests name them. */
export type CauseId =
  | 'returned-early'
  | 'out-of-memory'
  | 'threw'
  | 'evicted'
  | 'poison-retried'
  | 'sink-kept-down'
  | 'held-back'
  | 'not-committed'
  | 'small-batches'
  | 'writes-one-by-one'
  | 'idle-sink'
  | 'sink-saturated';

export interface Cause {
  readonly id: CauseId;
  readonly atMs: number;
  readonly cause: string;
  readonly lever: string;
}

type Of<K, E = TraceEvent> = E extends { kind: infer Kinds } ? (K extends Kinds ? E : never) : never;

/** The events of one kind, in order. */
export function eventsOf<K extends TraceEvent['kind']>(trace: Trace, kind: K): Of<K>[] {
  return trace.events.filter((event): event is Of<K> => event.kind === kind);
}

/** How the sink was used in a span. */
export interface SinkUse {
  /** Calls answered in the span, and rows that went in. */
  readonly calls: number;
  readonly rows: number;
  readonly rowsPerCall: number;
  /** Mean calls outstanding, and that as a share of the sink's connections (at most 1). */
  readonly outstanding: number;
  readonly busyShare: number;
}

export function sinkUse(trace: Trace, fromMs: number, toMs: number): SinkUse {
  let [calls, rows, ms] = [0, 0, 0];
  for (const call of trace.calls) {
    ms += Math.max(0, Math.min(call.endMs, toMs) - Math.max(call.startMs, fromMs));
    if (call.outcome !== 'ok' || call.endMs < fromMs || call.endMs >= toMs) continue;
    calls++;
    rows += call.rows;
  }
  const outstanding = ms / Math.max(1, toMs - fromMs);
  const busyShare = Math.min(1, outstanding / trace.scenario.sink.connections);
  return { calls, rows, rowsPerCall: calls === 0 ? 0 : rows / calls, outstanding, busyShare };
}

/** A bad row named more often than this was sent again as it was; fewer may be a search by halves. */
const mostNamings = 10;

/** Bad rows that were sent again and again although the sink had named them; null when there were none. */
export function poisonRetries(trace: Trace): { times: number; firstMs: number } | null {
  const times = trace.totals.mostRefusals;
  const first = trace.calls.find(({ outcome }) => outcome === 'INVALID_ROWS');
  return times > mostNamings && first !== undefined ? { times, firstMs: first.startMs } : null;
}

/** When the sink first took a call again after its failover; null when it never did, or had none. */
export function recoveredAt(trace: Trace): number | null {
  const { failover } = trace.scenario.sink;
  if (failover === undefined) return null;
  return (
    trace.calls.find(({ outcome, endMs }) => (outcome === 'ok' || outcome === 'INVALID_ROWS') && endMs > failover.toMs)
      ?.endMs ?? null
  );
}

/** The cause of a backlog that stands at `atMs`, looking back to `fromMs`. */
export function diagnoseBacklog(trace: Trace, fromMs: number, atMs: number): Cause {
  const found = [returnedEarly, outOfMemory, threw, evicted, poisonRetried, sinkKeptDown]
    .map((rule) => rule(trace, atMs))
    .filter((cause) => cause !== null)
    .sort((a, b) => a.atMs - b.atMs)[0];
  return found ?? notCommitted(trace, atMs) ?? sinkBound(trace, fromMs, atMs);
}

function returnedEarly(trace: Trace, atMs: number): Cause | null {
  const end = eventsOf(trace, 'end').find(({ how }) => how === 'returned');
  if (end === undefined || end.atMs >= Math.min(atMs, trace.scenario.durationMs)) return null;
  return {
    id: 'returned-early',
    atMs: end.atMs,
    cause: `run() returned at ${clock(end.atMs)}, so the process ended and nobody read on.`,
    lever: 'Stay in the loop until signal.aborted is true.',
  };
}

function outOfMemory(trace: Trace, atMs: number): Cause | null {
  const deaths = eventsOf(trace, 'end').filter(({ how, atMs: at }) => how === 'out-of-memory' && at <= atMs);
  const [first] = deaths;
  if (first === undefined) return null;
  const times = deaths.length === 1 ? '' : `, and ${deaths.length - 1} more ${deaths.length === 2 ? 'time' : 'times'}`;
  return {
    id: 'out-of-memory',
    atMs: first.atMs,
    cause: `The process ran out of memory at ${clock(first.atMs)}${times}: what it had read and not written outgrew its heap.`,
    lever: 'Bound what is in the process: pause the partitions at a high mark, resume at a low one.',
  };
}

function threw(trace: Trace, atMs: number): Cause | null {
  const deaths = eventsOf(trace, 'end').filter(({ how, atMs: at }) => how === 'threw' && at <= atMs);
  const [first] = deaths;
  if (first === undefined) return null;
  return {
    id: 'threw',
    atMs: first.atMs,
    cause: `Nothing caught ${first.error ?? 'an error'} at ${clock(first.atMs)}, and the process ended${deaths.length > 1 ? `, ${deaths.length} times in all` : ''}.`,
    lever: 'Catch the error where the call is made, and decide there what to do.',
  };
}

function evicted(trace: Trace, atMs: number): Cause | null {
  const [first] = eventsOf(trace, 'evicted').filter(({ atMs: at }) => at <= atMs);
  if (first === undefined) return null;
  return {
    id: 'evicted',
    atMs: first.atMs,
    cause: `The group put the member out at ${clock(first.atMs)}: ${whole(first.sinceLastMs)} ms had passed since its last poll.`,
    lever:
      'Keep polling while writes are under way or partitions are paused; a poll of paused partitions returns nothing and counts.',
  };
}

function poisonRetried(trace: Trace, atMs: number): Cause | null {
  const again = poisonRetries(trace);
  if (again === null || again.firstMs > atMs) return null;
  return {
    id: 'poison-retried',
    atMs: again.firstMs,
    cause: `A row that can never be written was sent ${whole(again.times)} times, the first at ${clock(again.firstMs)}; what waits behind it stands still.`,
    lever: 'On INVALID_ROWS send the rows in rowIndexes to the dead-letter queue and write the others.',
  };
}

function sinkKeptDown(trace: Trace, atMs: number): Cause | null {
  const { failover } = trace.scenario.sink;
  if (failover === undefined || atMs < failover.toMs) return null;
  const backMs = recoveredAt(trace);
  const lateMs = (backMs ?? trace.endedMs) - failover.toMs;
  if (lateMs < 2_500) return null;
  return {
    id: 'sink-kept-down',
    atMs: failover.toMs,
    cause:
      `The sink was ready again at ${clock(failover.toMs)}, but ` +
      (backMs === null ? 'took no call until the end' : `took its first call only at ${clock(backMs)}`) +
      ': retries came in lockstep, and each volley knocked it over as it warmed up.',
    lever: 'Spread retries: wait a random time between zero and the backoff ceiling (full jitter).',
  };
}

function notCommitted(trace: Trace, atMs: number): Cause | null {
  const index = Math.min(trace.series.lagRecords.length - 1, Math.floor(atMs / trace.sampleMs));
  const lag = trace.series.lagRecords[index] ?? 0;
  const unsettled = (trace.series.producedRecords[index] ?? 0) - (trace.series.settledRecords[index] ?? 0);
  if (lag < 2_000 || unsettled > lag / 3) return null;
  const last = eventsOf(trace, 'commit')
    .filter(({ atMs: at }) => at <= atMs)
    .at(-1);
  const settled = `${whole(lag - unsettled)} records were settled and not committed`;
  const [blocker] = trace.blockers;
  if (blocker !== undefined && last !== undefined) {
    const { partition, offset, isBad } = blocker;
    return {
      id: 'held-back',
      atMs: last.atMs,
      cause: `${settled}: record ${whole(offset)} of partition ${partition} stands before them, ${isBad ? 'a bad one that was neither written nor parked' : 'read and neither written nor parked yet'}.`,
      lever: isBad
        ? 'Park the rows that INVALID_ROWS names, and send the rest of their batch again.'
        : 'See that every batch is settled before long: send it again after each refusal, and cap the backoff.',
    };
  }
  return {
    id: 'not-committed',
    atMs: last?.atMs ?? 0,
    cause: `${settled}${last === undefined ? '; nothing was ever committed.' : `; the last commit before ${clock(atMs)} was at ${clock(last.atMs)}.`}`,
    lever: 'Commit the offsets of settled records now and then, for instance every 500 ms.',
  };
}

function sinkBound(trace: Trace, fromMs: number, atMs: number): Cause {
  const use = sinkUse(trace, fromMs, atMs);
  const { connections, callMs, rowMs } = trace.scenario.sink;
  const rate = whole((use.rows / Math.max(1, atMs - fromMs)) * 1000);
  if (use.busyShare >= 0.9 && use.rowsPerCall >= 100) {
    return {
      id: 'sink-saturated',
      atMs: fromMs,
      cause: `The sink was ${percent(use.busyShare)} busy and took ${rate} rows/s: all it has.`,
      lever:
        'More writes or members cannot help while the sink is full: bound the queue and let the lag wait in Kafka.',
    };
  }
  if (use.rowsPerCall < 100 && use.busyShare >= 0.3) {
    return {
      id: 'small-batches',
      atMs: fromMs,
      cause: `A call carried ${whole(use.rowsPerCall)} rows on average, so most of its ${callMs} + ${rowMs}·n ms was the fixed cost; the sink took ${rate} rows/s.`,
      lever: 'Gather 200 records, or what 50 ms bring, into one write.',
    };
  }
  if (use.outstanding < 0.7 * connections && use.outstanding > 0.5) {
    return {
      id: 'writes-one-by-one',
      atMs: fromMs,
      cause: `Only ${use.outstanding.toFixed(1)} writes were under way on average, so the sink was ${percent(use.busyShare)} busy and took ${rate} rows/s.`,
      lever: `Keep up to ${connections} writes in flight, the sink's connections for this process.`,
    };
  }
  return {
    id: 'idle-sink',
    atMs: fromMs,
    cause: `The sink was ${percent(use.busyShare)} busy and took ${rate} rows/s: the program, not the sink, set the pace.`,
    lever:
      'Look for what the loop waits on: sleeps, paused partitions that are not resumed, a poll that waits for its writes.',
  };
}
