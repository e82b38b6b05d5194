// What a fleet of clients does to one sink, and what protects it: the settings of the engine in protection.ts.

import type { Backoff } from './backoff.ts';

/** A rate from `fromMs` until the next begins, in requests/s. */
export interface RequestsFrom {
  readonly fromMs: number;
  readonly recordsPerSecond: number;
}

/** What the sink can do. */
export interface ProtectedSink {
  /** Requests/s that it serves usefully. */
  readonly requestsPerSecond: number;
  /** How long a call takes once it is begun, which is a part of what its caller waits; 0 unless given. */
  readonly callMs?: number;
  /** Requests that may wait in it, first in, first out; beyond them it refuses at once. */
  readonly queueRequests: number;
  /** Whether a request that can no longer be answered in time is dropped unserved; otherwise serving it is work in vain. */
  readonly discardsExpired: boolean;
}

/** From `fromMs` until `toMs` it refuses everything at once, or serves nothing and lets everybody wait. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'refuses' | 'hangs';
}

export interface ClientSettings {
  /** How long a caller waits for its answer, the wait in the queue and the call together. */
  readonly timeoutMs: number;
  /** Attempts of a request, the first among them (M4.3). */
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly jitter: 'none' | 'full';
  /** Retries as a share of requests, such as 0.1 (T3); without limit by default. */
  readonly retryBudgetShare?: number;
}

/** A breaker over a sliding window of time, as Resilience4j's TIME_BASED. While it is open the source is paused (T5). */
export interface FleetBreaker {
  readonly windowMs: number;
  readonly minimumCalls: number;
  readonly failureThreshold: number;
  readonly openMs: number;
  readonly halfOpenCalls: number;
}

export interface ProtectionSetup {
  readonly traffic: readonly RequestsFrom[];
  /** Requests that all come at one instant: a herd. */
  readonly herd?: { readonly atMs: number; readonly requests: number };
  readonly sink: ProtectedSink;
  readonly outages: readonly Outage[];
  readonly client: ClientSettings;
  readonly breaker?: FleetBreaker;
  /** Requests/s, retries among them, and how many at once (M4.7); what exceeds it waits at the source. */
  readonly tokenBucket?: { readonly tokensPerSecond: number; readonly burst: number };
  /** The part of the requests that can never be served (M4.5), and what becomes of it. */
  readonly poison?: { readonly share: number; readonly goesTo: 'dead-letters' | 'retries' };
  readonly durationMs: number;
}

/** What became of the requests and of the calls made for them, so far. */
export interface ProtectionCounts {
  readonly requests: number;
  readonly succeeded: number;
  readonly deadLettered: number;
  /** Failed on every attempt that they were allowed. */
  readonly gaveUp: number;
  /** Waiting for an answer, for their next attempt, or at the paused source. */
  readonly awaited: number;
  readonly retrying: number;
  readonly atSource: number;
  readonly calls: number;
  readonly retries: number;
  readonly refused: number;
  /** Served in time, or when nobody waited any more; dropped unserved; waiting in the sink. */
  readonly servedInTime: number;
  readonly servedLate: number;
  readonly discarded: number;
  readonly queued: number;
}

/** One step of the run; rates are those of the step. */
export interface ProtectionInstant extends ProtectionCounts {
  readonly atMs: number;
  readonly offeredPerSecond: number;
  readonly callsPerSecond: number;
  readonly goodputPerSecond: number;
  readonly servedPerSecond: number;
  readonly failedShare: number | null;
  readonly waitMs: number;
  readonly breaker: 'closed' | 'open' | 'half-open';
}

export type ProtectionEvent =
  | { readonly atMs: number; readonly kind: 'outage' | 'healed' }
  | { readonly atMs: number; readonly kind: 'open' | 'half-open' | 'closed' };
