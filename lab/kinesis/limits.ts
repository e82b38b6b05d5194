// What one shard lets through, and how fast a polling application can read it: the arithmetic of Kinesis on one page.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** Limits of a provisioned shard (N1). A megabyte is 1,000,000 bytes, as the worked numbers of M7 take it. */
export const shardLimits = {
  writeBytesPerSecond: 1e6,
  writeRecordsPerSecond: 1_000,
  /** Shared by all polling applications; with enhanced fan-out each consumer has its own (N2). */
  readBytesPerSecond: 2e6,
  callsPerSecond: 5,
  recordsPerCall: 10_000,
  bytesPerCall: 10e6,
} as const;

/** `idleTimeBetweenReadsInMillis` below this is raised to it (N3). */
export const leastIdleMs = 200;

/** Records/s that a shard takes in: 1,000, or fewer when they are above 1,000 bytes. */
export function writeLimitPerSecond(recordBytes: number): number {
  return Math.min(
    shardLimits.writeRecordsPerSecond,
    shardLimits.writeBytesPerSecond / positive(recordBytes, 'recordBytes'),
  );
}

/** Records/s that a shard hands out by bytes: to all polling applications together, or to one fan-out consumer. */
export function readLimitPerSecond(recordBytes: number): number {
  return shardLimits.readBytesPerSecond / positive(recordBytes, 'recordBytes');
}

export interface PollingSetup {
  /** `PollingConfig.maxRecords`. */
  readonly maxRecords: number;
  /** `idleTimeBetweenReadsInMillis`, counted from the last call that succeeded. */
  readonly idleMs: number;
  /** How long a GetRecords call takes. */
  readonly callMs: number;
  readonly recordBytes: number;
  /** Applications that poll the same shard, this one included; 1 unless given. */
  readonly pollingApplications?: number;
}

export interface PollingCeiling {
  /** From one call to the next, in ms: the raised idle time, or the call itself when it takes longer. */
  readonly cycleMs: number;
  /** Records of a full response: `maxRecords`, or what fits in 10 MB. */
  readonly recordsPerCall: number;
  /** Records/s when there is always more to read. */
  readonly recordsPerSecond: number;
  /** What holds it there. */
  readonly limitedBy: 'calls' | 'bytes';
  /** How long the shard refuses further calls after a full response, in ms: its bytes at 2 MB/s (N1). */
  readonly refusesForMs: number;
}

/**
 * How fast one polling application reads a shard that is full of records (M7, N8): a response for each cycle, and never
 * above its part of the shard's five calls and two megabytes a second. Throws RangeError for input out of range.
 */
export function pollingCeiling(setup: PollingSetup): PollingCeiling {
  const applications = positiveInteger(setup.pollingApplications ?? 1, 'pollingApplications');
  const recordBytes = positive(setup.recordBytes, 'recordBytes');
  const cycleMs = Math.max(
    leastIdleMs,
    nonNegative(setup.idleMs, 'idleMs'),
    nonNegative(setup.callMs, 'callMs'),
    (applications / shardLimits.callsPerSecond) * 1000,
  );
  const recordsPerCall = Math.max(
    1,
    Math.min(
      positiveInteger(setup.maxRecords, 'maxRecords'),
      shardLimits.recordsPerCall,
      Math.floor(shardLimits.bytesPerCall / recordBytes),
    ),
  );
  const byCalls = (recordsPerCall / cycleMs) * 1000;
  const byBytes = readLimitPerSecond(recordBytes) / applications;
  return {
    cycleMs,
    recordsPerCall,
    recordsPerSecond: Math.min(byCalls, byBytes),
    limitedBy: byBytes < byCalls ? 'bytes' : 'calls',
    refusesForMs: ((recordsPerCall * recordBytes) / shardLimits.readBytesPerSecond) * 1000,
  };
}

/**
 * A reader that is slower than its shard fills (M7): lag in records/s, age in ms per s, both from an empty backlog, and
 * when the oldest unread record is as old as the retention, so that records begin to be lost; Infinity when it keeps up.
 */
export function fallingBehind(given: { writtenPerSecond: number; readPerSecond: number; retentionMs: number }): {
  readonly lagPerSecond: number;
  readonly ageMsPerSecond: number;
  readonly lossAfterMs: number;
} {
  const written = positive(given.writtenPerSecond, 'writtenPerSecond');
  const lagPerSecond = Math.max(0, written - nonNegative(given.readPerSecond, 'readPerSecond'));
  const behindShare = lagPerSecond / written;
  return {
    lagPerSecond,
    ageMsPerSecond: behindShare * 1000,
    lossAfterMs: lagPerSecond === 0 ? Infinity : positive(given.retentionMs, 'retentionMs') / behindShare,
  };
}
