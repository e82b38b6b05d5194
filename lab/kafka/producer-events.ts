// What is worth a line in the story of a producer: outages, the full buffer, the first failures, the quota.

import { grain } from '../fluid/line.ts';
import type { RunEvent } from '../trace/run-trace.ts';
import { bytesInWords, durationInWords, numberInWords } from '../trace/words.ts';
import type { ProducerFlowSetup, ProducerOverTime } from './producer-flow.ts';

export type ProducerFlowEvent = RunEvent &
  (
    | { readonly kind: 'traffic'; readonly recordsPerSecond: number }
    | { readonly kind: 'brokers' | 'quota'; readonly bytesPerSecond: number }
    | { readonly kind: 'full' | 'block-failed' | 'expired' }
    | { readonly kind: 'throttled'; readonly throttleMs: number }
  );

/** The events of a run, in order of time. */
export function producerEventsOf(flow: ProducerOverTime, setup: ProducerFlowSetup): ProducerFlowEvent[] {
  const { sends, buffer, throttles, firstFullMs } = flow;
  const events: ProducerFlowEvent[] = [
    ...setup.offered.slice(1).map(({ fromMs, recordsPerSecond }) => ({
      atMs: fromMs,
      kind: 'traffic' as const,
      recordsPerSecond,
    })),
    ...setup.brokers.slice(1).map(({ fromMs, bytesPerSecond }) => ({
      atMs: fromMs,
      kind: 'brokers' as const,
      bytesPerSecond,
    })),
    { atMs: firstFullMs ?? Infinity, kind: 'full' },
    { atMs: sends.expired.curve.firstBeyond(grain), kind: 'block-failed' },
    { atMs: buffer.expired.curve.firstBeyond(grain), kind: 'expired' },
  ];
  if (setup.quota !== undefined)
    events.push({ atMs: setup.quota.fromMs, kind: 'quota', bytesPerSecond: setup.quota.bytesPerSecond });
  const first = throttles[0];
  if (first !== undefined) events.push({ ...first, kind: 'throttled' });
  return events
    .filter(({ atMs }) => atMs <= setup.durationMs)
    .map((event) => ({ ...event, atMs: Math.round(event.atMs * 1000) / 1000 }))
    .sort((a, b) => a.atMs - b.atMs);
}

/** An event in a few words. */
export function wordsOf(event: ProducerFlowEvent): string {
  switch (event.kind) {
    case 'traffic':
      return `The application offers ${numberInWords(event.recordsPerSecond)}/s`;
    case 'brokers':
      return event.bytesPerSecond === 0
        ? 'The brokers are away'
        : `The brokers acknowledge ${bytesInWords(event.bytesPerSecond)}/s`;
    case 'quota':
      return `A quota of ${bytesInWords(event.bytesPerSecond)}/s for each broker is set`;
    case 'throttled':
      return `The quota mutes the producer for ${durationInWords(event.throttleMs)}`;
    case 'full':
      return 'The buffer is full: send() waits';
    case 'block-failed':
      return 'A record has waited for max.block.ms in send(): BufferExhaustedException, in its future only';
    case 'expired':
      return 'A record was not acknowledged within delivery.timeout.ms: TimeoutException, in its future only';
    default:
      return event satisfies never;
  }
}
