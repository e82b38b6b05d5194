// What the series and totals of a run of a stream mean, and which plots tell its story.

import type { Plot } from '../scenario/system.ts';
import type { Reading } from '../trace/run-trace.ts';

export const series: Readonly<Record<string, Reading>> = {
  iteratorAgeMs: {
    label: 'Iterator age',
    unit: 'ms',
    about:
      'Age of the oldest unread record, in the application and shard furthest behind: GetRecords.IteratorAgeMilliseconds, and the KCL’s MillisBehindLatest (N6). While an application is down, nobody reports them.',
  },
  lagRecords: {
    label: 'Unread records',
    unit: 'records',
    about: 'Accepted and neither read nor lost, for the application furthest behind. Kinesis has no metric for it.',
  },
  offeredPerSecond: { label: 'Offered', unit: 'records/s', about: 'What producers want to write.' },
  acceptedPerSecond: { label: 'Accepted', unit: 'records/s', about: 'What the shards take: IncomingRecords.' },
  readPerSecond: { label: 'Read', unit: 'records/s', about: 'What all applications together read.' },
  processedPerSecond: { label: 'Processed', unit: 'records/s', about: 'What their processors have done.' },
  waitingWrites: {
    label: 'Writes waiting',
    unit: 'records',
    about: 'Refused with ProvisionedThroughputExceeded and tried again: WriteProvisionedThroughputExceeded is above 0.',
  },
  prefetchedRecords: {
    label: 'Prefetched',
    unit: 'records',
    about: 'Read and not yet processed, in all applications: bounded by the KCL (N4).',
  },
  refusedShare: {
    label: 'Calls refused',
    unit: 'share',
    about:
      'Part of the GetRecords calls that a shard refuses to the application that it refuses most: ReadProvisionedThroughputExceeded.',
  },
  busyShare: { label: 'Processor busy', unit: 'share', about: 'Part of its time that the busiest processor works.' },
  lostRecords: {
    label: 'Lost',
    unit: 'records',
    about: 'Deleted at the end of their retention before an application read them; counted once for each application.',
  },
};

export const totals: Readonly<Record<string, Reading>> = {
  offered: { label: 'Offered', unit: 'records', about: 'What producers wanted to write.' },
  accepted: { label: 'Accepted', unit: 'records', about: 'What the shards took.' },
  waitingWrites: { label: 'Writes waiting', unit: 'records', about: 'Refused, and still tried when the run ends.' },
  givenUpWrites: {
    label: 'Writes given up',
    unit: 'records',
    about: 'Refused for so long that the producer gave up.',
  },
  toRead: { label: 'To read', unit: 'records', about: 'Accepted, once for each application.' },
  read: { label: 'Read', unit: 'records', about: 'By all applications together.' },
  processed: { label: 'Processed', unit: 'records', about: 'By all applications together.' },
  finalLagRecords: { label: 'Unread at the end', unit: 'records', about: 'By all applications together.' },
  lostRecords: { label: 'Lost to retention', unit: 'records', about: 'By all applications together.' },
  peakAgeMs: { label: 'Greatest iterator age', unit: 'ms', about: 'Of any application on any shard.' },
  peakAgeAtMs: { label: 'Greatest age at', unit: 'ms', about: 'When that was first.' },
};

export const plots: readonly Plot[] = [
  { title: 'Iterator age', series: ['iteratorAgeMs'] },
  { title: 'Unread and lost', series: ['lagRecords', 'lostRecords', 'prefetchedRecords'] },
  { title: 'Rates', series: ['readPerSecond', 'acceptedPerSecond', 'offeredPerSecond', 'processedPerSecond'] },
  { title: 'Limits', series: ['refusedShare', 'busyShare'] },
];
