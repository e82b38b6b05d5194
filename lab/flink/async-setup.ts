// An async operator and what is around it, as the engine takes them.

import type { ProfileSegment } from '../traffic/profile.ts';
import type { OutputMode } from './async-queue.ts';
import type { RetrySpec } from './async-retry.ts';
import type { ServiceSpec } from './async-service.ts';

/** How the operator calls: many at once, or one after the other. */
export type AsyncClient =
  | {
      readonly kind: 'async';
      /** Calls in flight in each subtask at most. */
      readonly capacity: number;
      readonly mode: OutputMode;
    }
  | { readonly kind: 'blocking' };

export interface AsyncSetup {
  /** What the source offers; records go to the subtasks in turn. */
  readonly arrivals: readonly ProfileSegment[];
  readonly parallelism: number;
  readonly client: AsyncClient;
  readonly service: ServiceSpec;
  /** From the first call of a record to its result, all retries included. */
  readonly timeoutMs: number;
  /** What a timeout and a last failed call do: fail the job, which is Flink's default, or give a tagged result (F27). */
  readonly onFailure: 'fail-job' | 'tag';
  readonly retry: RetrySpec;
  /** The source sends a watermark each such span; 0 for none. */
  readonly watermarkIntervalMs: number;
  readonly checkpointIntervalMs: number;
  /** From a failure of the job to its restart. */
  readonly restartMs: number;
  /** Records that the network buffers before one subtask hold. */
  readonly bufferRecords: number;
  readonly durationMs: number;
  /** For tests: called with each result as it leaves. */
  onResult?(result: { record: number; subtask: number; atMs: number; isTagged: boolean }): void;
}
