// What the series, totals and events of a queue mean, in words.

import type { Reading, RunEvent } from '../trace/run-trace.ts';
import { numberInWords } from '../trace/words.ts';

export const queueSeries: Readonly<Record<string, Reading>> = {
  waitingRecords: { label: 'Waiting', unit: 'records', about: 'Records in the queue, those in service not counted.' },
  oldestWaitMs: { label: 'Oldest wait', unit: 'ms', about: 'How long the record at the head has waited (M0.5).' },
  offeredPerSecond: {
    label: 'Offered',
    unit: 'records/s',
    about: 'What senders offer. Mean over a fiftieth of the run, longer when few records pass.',
  },
  servedPerSecond: {
    label: 'Served',
    unit: 'records/s',
    about: 'Records whose service ended. Mean over a fiftieth of the run, longer when few records pass.',
  },
  lostPerSecond: {
    label: 'Lost',
    unit: 'records/s',
    about: 'Records dropped or turned away. Mean over a fiftieth of the run, longer when few records pass.',
  },
  busyShare: {
    label: 'Servers busy',
    unit: 'share',
    about: 'The part of their time that the servers worked, over the same span as the rates.',
  },
  blockedShare: {
    label: 'Sender blocked',
    unit: 'share',
    about: 'The part of its time that the sender was held, over the same span as the rates.',
  },
};

export const queueTotals: Readonly<Record<string, Reading>> = {
  offered: { label: 'Offered', unit: 'records', about: 'Offered to the queue during the run.' },
  served: { label: 'Served', unit: 'records', about: 'Through the queue and the service.' },
  lost: { label: 'Lost', unit: 'records', about: 'Dropped, turned away or failed.' },
  waiting: { label: 'Waiting at the end', unit: 'records', about: 'Still in the queue.' },
  inService: { label: 'In service at the end', unit: 'records', about: 'Begun and not done.' },
  held: {
    label: 'Sender held at the end',
    unit: 'flag',
    about: 'Whether the sender still stands outside with its record.',
  },
  mostWaiting: { label: 'Most waiting', unit: 'records', about: 'The longest that the queue ever was.' },
  firstFullMs: {
    label: 'First full',
    unit: 'ms',
    about: 'When the last place was first taken; none when it never was.',
  },
  meanWaitMs: {
    label: 'Mean wait',
    unit: 'ms',
    about:
      'From entry to the start of service (Wq), over the records whose service has begun; none that still waits is counted.',
  },
  meanStayMs: { label: 'Mean stay', unit: 'ms', about: 'From entry to the end of service (W).' },
  p95StayMs: { label: 'Stay, p95', unit: 'ms', about: 'Nearest rank, over all records served (M0.6).' },
  busyShare: { label: 'Utilisation', unit: 'share', about: 'The part of their time that the servers worked (ρ).' },
  blockedShare: { label: 'Sender blocked', unit: 'share', about: 'The part of its time that the sender was held.' },
  meanInsideRecords: { label: 'Inside', unit: 'records', about: 'Waiting and in service, averaged over time (L).' },
  littleRecords: {
    label: 'Throughput × stay',
    unit: 'records',
    about: 'Little’s law: equals the records inside once what began is done (λ·W).',
  },
  peakBytes: {
    label: 'Peak memory',
    unit: 'bytes',
    about: 'Most records inside, waiting and in service as for the limit, × record bytes × overhead.',
  },
};

export type QueueEvent = RunEvent &
  ({ readonly kind: 'traffic'; readonly to: number } | { readonly kind: 'full' | 'out-of-memory' | 'failed' });

export function describeQueueEvent(event: RunEvent): string {
  const it = event as QueueEvent;
  switch (it.kind) {
    case 'traffic':
      return `Traffic goes to ${numberInWords(it.to)}/s`;
    case 'full':
      return 'The queue is full for the first time';
    case 'out-of-memory':
      return 'The process runs out of memory';
    case 'failed':
      return 'The queue is full and fails its sender';
  }
}
