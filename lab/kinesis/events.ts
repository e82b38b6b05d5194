// What is worth a line in the story of a stream: traffic, outages, the first refusal, a full prefetch, the first loss.

import { grain, type Line } from '../fluid/line.ts';
import type { RunEvent } from '../trace/run-trace.ts';
import { numberInWords } from '../trace/words.ts';
import { writeLimitPerSecond } from './limits.ts';
import type { StreamFlow, StreamSetup } from './stream-flow.ts';

export type StreamEvent = RunEvent &
  (
    | { readonly kind: 'traffic'; readonly recordsPerSecond: number }
    | { readonly kind: 'writes-refused' | 'writes-given-up' }
    | {
        readonly kind: 'down' | 'up' | 'no-lease' | 'calls-refused' | 'prefetch-full' | 'loss';
        readonly application: number;
      }
  );

/** The events of a run, in order of time; applications count from 1. */
export function eventsOf(
  { classes }: StreamFlow,
  { offered, recordBytes, applications, shards, durationMs }: StreamSetup,
): StreamEvent[] {
  const events: StreamEvent[] = offered
    .slice(1)
    .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic', recordsPerSecond }));
  const first = (times: readonly number[]) => Math.min(Infinity, ...times);
  const writes = classes.map(({ flow }) => flow.writes);
  const writeLimit = writeLimitPerSecond(recordBytes);
  events.push({
    atMs: first(writes.map(({ arrivals }) => firstAbove(arrivals, writeLimit))),
    kind: 'writes-refused',
  });
  events.push({ atMs: first(writes.map(({ expired }) => expired.curve.firstBeyond(grain))), kind: 'writes-given-up' });
  for (const [i, { reader, leases }] of applications.entries()) {
    const application = i + 1;
    const flows = classes.flatMap(({ flow }) => flow.readers[i] ?? []);
    if (leases < shards) events.push({ atMs: 0, kind: 'no-lease', application });
    for (const { fromMs, toMs } of reader.outages ?? [])
      events.push({ atMs: fromMs, kind: 'down', application }, { atMs: toMs, kind: 'up', application });
    const firstStretch = (isIt: (flow: (typeof flows)[number], at: number) => boolean) =>
      first(flows.flatMap((flow) => flow.stretches.filter((_, at) => isIt(flow, at))[0]?.fromMs ?? []));
    events.push(
      {
        atMs: firstStretch(({ stretches }, at) => (stretches[at]?.refusedShare ?? 0) > 0),
        kind: 'calls-refused',
        application,
      },
      {
        atMs: firstStretch(({ stretches, pace, shard, processed }, at) => {
          const ms = stretches[at]?.fromMs ?? 0;
          return ms > 0 && shard.servedAt(ms) - processed.curve.valueAt(ms) > pace.prefetchRecords - 1;
        }),
        kind: 'prefetch-full',
        application,
      },
      { atMs: first(flows.map(({ shard }) => shard.expired.curve.firstBeyond(grain))), kind: 'loss', application },
    );
  }
  return events
    .filter(({ atMs }) => atMs <= durationMs)
    .map((event) => ({ ...event, atMs: Math.round(event.atMs * 1000) / 1000 }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** When a line first rises faster than a limit; Infinity when it never does. */
function firstAbove(line: Line, perSecond: number): number {
  return line.points.find(({ atMs }) => line.pieceAfter(atMs).perSecond > perSecond)?.atMs ?? Infinity;
}

/** An event in a few words. */
export function wordsOf(event: StreamEvent): string {
  switch (event.kind) {
    case 'traffic':
      return `Producers offer ${numberInWords(event.recordsPerSecond)}/s`;
    case 'writes-refused':
      return 'A shard refuses writes: ProvisionedThroughputExceeded';
    case 'writes-given-up':
      return 'Producers give up on writes that were refused for too long';
    case 'down':
      return `Application ${event.application} stops`;
    case 'up':
      return `Application ${event.application} goes on from its checkpoints`;
    case 'no-lease':
      return `Application ${event.application} has fewer leases than there are shards: some are read by nobody`;
    case 'calls-refused':
      return `A shard refuses calls of application ${event.application}: ProvisionedThroughputExceeded`;
    case 'prefetch-full':
      return `The prefetch of application ${event.application} is full: it calls no faster than it processes`;
    case 'loss':
      return `Records reach the end of their retention before application ${event.application} reads them: they are lost`;
    default:
      return event satisfies never;
  }
}
