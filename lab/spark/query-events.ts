// What happened to a query in the order of time, for the line of events under a plot, and each in a few words.

import type { RunEvent } from '../trace/run-trace.ts';
import { bytesInWords, durationInWords, numberInWords } from '../trace/words.ts';
import type { QueryRun } from './query-readings.ts';
import type { QueryChange, QuerySetup } from './query-setup.ts';
import type { QueryEvent } from './query.ts';

/** An event with the one number that its words need. */
export interface QueryTraceEvent extends RunEvent {
  readonly kind: keyof typeof wordsOf;
  readonly to: number;
}

const wordsOf = {
  traffic: (to: number) => `Traffic goes to ${numberInWords(to)}/s`,
  executors: (to: number) => `The cluster has ${numberInWords(to)} executors`,
  rowMs: (to: number) => `A core takes ${numberInWords(1000 / to)} rows/s`,
  executorBytes: (to: number) => `An executor has ${bytesInWords(to)}`,
  sinkLimitPerSecond: (to: number) => `The sink takes ${numberInWords(to)}/s`,
  sinkSlowdown: (to: number) =>
    to === 1 ? 'The sink is as fast as it should be' : `The sink is ${numberInWords(to)} times slower`,
  'falling-behind': (to: number) => `Falling behind: a batch took ${durationInWords(to)}, longer than the interval`,
  'in-time': (to: number) => `Batches fit into the interval again, after ${numberInWords(to)} that did not`,
  'out-of-memory': (to: number) => `Out of memory: a batch needs ${bytesInWords(to)} on one executor`,
  restart: (to: number) => `The query runs again from its checkpoint, with batch ${numberInWords(to)}`,
  'data-loss': (to: number) => `The query fails: ${numberInWords(to)} records were deleted before it read them`,
  skipped: (to: number) =>
    `${numberInWords(to)} records were deleted before they were read; the query goes on without them`,
  finished: () => 'The query has read what it came for, and ends',
};

/** An event in words. */
export function describeQueryEvent({ kind, to }: QueryTraceEvent): string {
  return wordsOf[kind](to);
}

/** More of a kind than this are counted, not listed: a crash loop looks the same each time. */
const mostRepeats = 6;

/**
 * Traffic, changes and what befell the query, in order. Spark warns at every late batch (SS12); here the first of a row of
 * them is listed, and the first that is in time again.
 */
export function eventsOf(run: QueryRun, setup: QuerySetup): QueryTraceEvent[] {
  const events: QueryTraceEvent[] = [
    ...setup.traffic
      .slice(1)
      .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic' as const, to: recordsPerSecond })),
    ...(setup.changes ?? []).flatMap(changesOf),
    ...firstOfEachKind([...turnsOf(run), ...run.events.filter(({ kind }) => kind !== 'falling-behind').map(listed)]),
  ];
  return events.filter(({ atMs }) => atMs <= setup.durationMs).sort((a, b) => a.atMs - b.atMs);
}

const changeable = ['executors', 'rowMs', 'executorBytes', 'sinkLimitPerSecond', 'sinkSlowdown'] as const;

function changesOf(change: QueryChange): QueryTraceEvent[] {
  return changeable.flatMap((kind) => {
    const to = change[kind];
    return to === undefined ? [] : [{ atMs: change.atMs, kind, to }];
  });
}

function firstOfEachKind(events: readonly QueryTraceEvent[]): QueryTraceEvent[] {
  const counts = new Map<string, number>();
  return events.filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= mostRepeats;
  });
}

function listed(event: QueryEvent): QueryTraceEvent {
  const { atMs } = event;
  switch (event.kind) {
    case 'falling-behind':
      return { atMs, kind: 'falling-behind', to: event.batchMs };
    case 'out-of-memory':
      return { atMs, kind: 'out-of-memory', to: event.heldBytes };
    case 'restart':
      return { atMs, kind: 'restart', to: event.batchId };
    case 'data-loss':
      return { atMs, kind: event.isFatal ? 'data-loss' : 'skipped', to: event.records };
    case 'finished':
      return { atMs, kind: 'finished', to: 0 };
  }
}

/** Where batches begin to be late, and where they are in time again. */
function turnsOf(run: QueryRun): QueryTraceEvent[] {
  const late = new Map<number, number>();
  for (const event of run.events) if (event.kind === 'falling-behind') late.set(event.batchId, event.batchMs);
  const turns: QueryTraceEvent[] = [];
  let row = 0;
  for (const { batchId, endMs, outcome } of run.batches) {
    if (outcome !== 'committed') continue;
    const batchMs = late.get(batchId);
    if (batchMs !== undefined && row === 0) turns.push({ atMs: endMs, kind: 'falling-behind', to: batchMs });
    if (batchMs === undefined && row > 0) turns.push({ atMs: endMs, kind: 'in-time', to: row });
    row = batchMs === undefined ? 0 : row + 1;
  }
  return turns;
}
