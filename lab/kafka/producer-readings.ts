// What the series and totals of a producer's run mean, and which plots tell its story.

import type { Plot } from '../scenario/system.ts';
import type { Reading } from '../trace/run-trace.ts';

export const series: Readonly<Record<string, Reading>> = {
  bufferAvailableBytes: {
    label: 'Buffer available',
    unit: 'bytes',
    about: 'buffer-available-bytes: memory for records that may still be sent; at 0, send() waits (P6).',
  },
  offeredPerSecond: { label: 'Offered', unit: 'records/s', about: 'What the application wants to send.' },
  sentPerSecond: { label: 'Sent', unit: 'records/s', about: 'What send() puts into the buffer.' },
  ackedPerSecond: { label: 'Acknowledged', unit: 'records/s', about: 'What the brokers acknowledge.' },
  heldBackRecords: {
    label: 'Held back',
    unit: 'records',
    about: 'Not yet passed to send(), because every thread waits there: backpressure has reached the application.',
  },
  waitingThreads: {
    label: 'Waiting threads',
    unit: 'count',
    about: 'waiting-threads: blocked in send() for memory (P6).',
  },
  waitRatio: {
    label: 'Wait ratio',
    unit: 'share',
    about: 'bufferpool-wait-ratio: part of their time that sending threads wait for memory (P6, P7).',
  },
  recordQueueMs: {
    label: 'In the buffer',
    unit: 'ms',
    about: 'record-queue-time: how long the oldest records have waited to be sent; near linger.ms is healthy (P7).',
  },
  produceThrottleMs: {
    label: 'Throttle time',
    unit: 'ms',
    about: 'produce-throttle-time-avg over 30 s: how long brokers hold the producer back for its quota (P6, Q3).',
  },
  blockFailedRecords: {
    label: 'Failed in send()',
    unit: 'records',
    about: 'BufferExhaustedException after max.block.ms, in the future and the callback (P1); counted from the start.',
  },
  expiredRecords: {
    label: 'Expired',
    unit: 'records',
    about: 'TimeoutException after delivery.timeout.ms, in the future and the callback (P5); counted from the start.',
  },
};

export const totals: Readonly<Record<string, Reading>> = {
  offered: { label: 'Offered', unit: 'records', about: 'What the application wanted to send.' },
  heldBack: { label: 'Held back', unit: 'records', about: 'Still in the application when the run ends.' },
  blocked: { label: 'Blocked', unit: 'records', about: 'Waiting in send() when the run ends.' },
  blockFailed: { label: 'Failed in send()', unit: 'records', about: 'No memory within max.block.ms.' },
  buffered: { label: 'Buffered', unit: 'records', about: 'In the buffer or on the wire when the run ends.' },
  expired: { label: 'Expired', unit: 'records', about: 'Not acknowledged within delivery.timeout.ms.' },
  acked: { label: 'Acknowledged', unit: 'records', about: 'Safe in Kafka.' },
  lostSilently: {
    label: 'Lost in silence',
    unit: 'records',
    about: 'Failed records of an application that looks at neither future nor callback.',
  },
  firstFullMs: { label: 'Buffer full at', unit: 'ms', about: 'When it was first full; none when it never was.' },
  peakQueueMs: {
    label: 'Longest in the buffer',
    unit: 'ms',
    about: 'From send() to the acknowledgement or the failure.',
  },
  throttledMs: { label: 'Muted', unit: 'ms', about: 'All times together in which the quota held the producer back.' },
  longestThrottleMs: { label: 'Longest throttle', unit: 'ms', about: 'The longest of them: (O − T)/T · W (Q3).' },
};

export const plots: readonly Plot[] = [
  { title: 'Buffer', series: ['bufferAvailableBytes'] },
  { title: 'Rates', series: ['ackedPerSecond', 'offeredPerSecond', 'sentPerSecond'] },
  { title: 'Held back and lost', series: ['heldBackRecords', 'expiredRecords', 'blockFailedRecords'] },
  { title: 'Waiting', series: ['recordQueueMs', 'produceThrottleMs'] },
];
