// What the series and totals of a run of a namespace mean, and which plots tell its story.

import type { Plot } from '../scenario/system.ts';
import type { Reading } from '../trace/run-trace.ts';

export const series: Readonly<Record<string, Reading>> = {
  offeredPerSecond: { label: 'Offered', unit: 'records/s', about: 'Events that senders want to send.' },
  incomingPerSecond: { label: 'Accepted', unit: 'records/s', about: 'Events that the namespace takes.' },
  outgoingPerSecond: { label: 'Read', unit: 'records/s', about: 'Events that all consumer groups together read.' },
  incomingMessagesPerSecond: {
    label: 'IncomingMessages',
    unit: 'records/s',
    about: 'Messages that the namespace takes, as its metric counts them: packed events are one.',
  },
  waitingSends: {
    label: 'Sends waiting',
    unit: 'records',
    about: 'Refused with ServerBusy (50002) and tried again by their senders: ThrottledRequests is above 0 (E2).',
  },
  failedSends: {
    label: 'Sends failed',
    unit: 'records',
    about: 'Tried for as long as senders do, and not accepted.',
  },
  lagRecords: {
    label: 'Lag, computed',
    unit: 'records',
    about:
      'Accepted and not read by the group furthest behind. No platform metric says it: it comes from sequence numbers, last enqueued − last read (E5).',
  },
  lagMs: {
    label: 'Time lag, computed',
    unit: 'ms',
    about: 'Age of the oldest unread event, from its enqueued time; no platform metric either.',
  },
  ingressUsedShare: { label: 'Ingress used', unit: 'share', about: 'Part of what the namespace lets in.' },
  egressUsedShare: {
    label: 'Egress used',
    unit: 'share',
    about: 'Part of what it hands out to all groups; at 100 % they are slowed without an error (E2).',
  },
  throughputUnits: {
    label: 'Throughput units',
    unit: 'count',
    about: 'Units of the namespace; auto-inflate raises them and never lowers them. None in the premium tier.',
  },
};

export const totals: Readonly<Record<string, Reading>> = {
  offered: { label: 'Offered', unit: 'records', about: 'Events that senders wanted to send.' },
  accepted: { label: 'Accepted', unit: 'records', about: 'Events that the namespace took.' },
  waitingSends: { label: 'Sends waiting', unit: 'records', about: 'Refused, and still tried when the run ends.' },
  failedSends: { label: 'Sends failed', unit: 'records', about: 'Refused for so long that their senders gave up.' },
  toRead: { label: 'To read', unit: 'records', about: 'Accepted, once for each consumer group.' },
  read: { label: 'Read', unit: 'records', about: 'By all consumer groups together.' },
  finalLagRecords: { label: 'Lag at the end', unit: 'records', about: 'Of all consumer groups together.' },
  lostRecords: { label: 'Lost to retention', unit: 'records', about: 'By all consumer groups together.' },
  peakLagMs: { label: 'Greatest time lag', unit: 'ms', about: 'Of any consumer group.' },
  finalUnits: { label: 'Units at the end', unit: 'count', about: 'None in the premium tier.' },
  neededUnits: {
    label: 'Units needed',
    unit: 'count',
    about:
      'For the highest rate of the run and every consumer group; above 40, one namespace cannot have them (E1). None in the premium tier.',
  },
};

export const plots: readonly Plot[] = [
  { title: 'Rates', series: ['incomingPerSecond', 'offeredPerSecond', 'outgoingPerSecond'] },
  { title: 'Sends and lag', series: ['lagRecords', 'waitingSends', 'failedSends'] },
  { title: 'Limits', series: ['egressUsedShare', 'ingressUsedShare'] },
  { title: 'Throughput units', series: ['throughputUnits'] },
];
