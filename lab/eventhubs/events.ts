// What is worth a line in the story of a namespace: traffic, throttling, inflation, silent egress limits, losses.

import { grain } from '../fluid/line.ts';
import type { RunEvent } from '../trace/run-trace.ts';
import { numberInWords } from '../trace/words.ts';
import type { NamespaceFlow, NamespaceSetup } from './namespace-flow.ts';

export type NamespaceEvent = RunEvent &
  (
    | { readonly kind: 'traffic'; readonly eventsPerSecond: number }
    | { readonly kind: 'inflated'; readonly units: number }
    | { readonly kind: 'throttled' | 'sends-failed' | 'egress-limited' }
    | { readonly kind: 'loss'; readonly group: number }
  );

/** The events of a run, in order of time; consumer groups count from 1. */
export function eventsOf(flow: NamespaceFlow, setup: NamespaceSetup, eventsPerMessage: number): NamespaceEvent[] {
  const { sends, groups, stretches } = flow;
  const events: NamespaceEvent[] = setup.offered.slice(1).map(({ fromMs, recordsPerSecond }) => ({
    atMs: fromMs,
    kind: 'traffic',
    eventsPerSecond: recordsPerSecond * eventsPerMessage,
  }));
  for (const [i, { fromMs, units }] of stretches.entries()) {
    const before = stretches[i - 1];
    if (units !== null && before !== undefined && units !== before.units)
      events.push({ atMs: fromMs, kind: 'inflated', units });
  }
  const bends = [...sends.arrivals.points, ...stretches.map(({ fromMs }) => ({ atMs: fromMs }))].map(
    ({ atMs }) => atMs,
  );
  const throttledMs = bends.filter((ms) => {
    const limit = stretches.findLast(({ fromMs }) => fromMs <= ms)?.ingressLimitPerSecond ?? Infinity;
    return ms < setup.durationMs && sends.arrivals.pieceAfter(ms).perSecond > limit + grain;
  });
  events.push({ atMs: Math.min(Infinity, ...throttledMs), kind: 'throttled' });
  const shortOfEgress = stretches.find(
    ({ wantedPerSecond, egressLimitPerSecond }) =>
      wantedPerSecond.reduce((sum, each) => sum + each, 0) > egressLimitPerSecond + grain,
  );
  events.push({ atMs: shortOfEgress?.fromMs ?? Infinity, kind: 'egress-limited' });
  events.push({ atMs: sends.expired.curve.firstBeyond(grain), kind: 'sends-failed' });
  for (const [i, { expired }] of groups.entries())
    events.push({ atMs: expired.curve.firstBeyond(grain), kind: 'loss', group: i + 1 });
  return events
    .filter(({ atMs }) => atMs <= setup.durationMs)
    .map((event) => ({ ...event, atMs: Math.round(event.atMs * 1000) / 1000 }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** An event in a few words. */
export function wordsOf(event: NamespaceEvent): string {
  switch (event.kind) {
    case 'traffic':
      return `Senders offer ${numberInWords(event.eventsPerSecond)}/s`;
    case 'inflated':
      return `Auto-inflate raises the namespace to ${event.units} throughput units`;
    case 'throttled':
      return 'Sends are refused: ServerBusy (50002)';
    case 'sends-failed':
      return 'Senders give up on events that were refused for too long';
    case 'egress-limited':
      return 'Readers want more than the namespace hands out: they get less, without an error';
    case 'loss':
      return `Events reach the end of their retention before consumer group ${event.group} reads them: they are lost`;
    default:
      return event satisfies never;
  }
}
