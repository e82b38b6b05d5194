// The answer of Flink's REST endpoint for backpressure, as a monitoring script meets it.

import type { SubtaskTimes } from './bottleneck.ts';
import { levelOf, taskLevelOf, type BackPressureLevel } from './levels.ts';

/** A subtask in the answer. Older versions spell the level with a hyphen, newer schemas in camel case: here it has both. */
export interface SubtaskBackPressureInfo {
  readonly subtask: number;
  /** Only where a subtask runs in several attempts at once (speculative execution). */
  readonly 'attempt-number'?: number;
  readonly 'backpressure-level': BackPressureLevel;
  readonly backpressureLevel: BackPressureLevel;
  /** Back-pressured, busy and idle time as parts of a second. */
  readonly ratio: number;
  readonly busyRatio: number;
  readonly idleRatio: number;
}

export type JobVertexBackPressureInfo =
  | {
      readonly status: 'ok';
      readonly 'backpressure-level': BackPressureLevel;
      readonly backpressureLevel: BackPressureLevel;
      /** When the metrics were last read, in ms. */
      readonly 'end-timestamp': number;
      readonly subtasks: readonly SubtaskBackPressureInfo[];
    }
  /** There are no metrics for these ids: not yet, or there is no such job or vertex. */
  | { readonly status: 'deprecated' };

export interface RestAnswer {
  readonly statusCode: 200 | 400 | 404;
  readonly body: JobVertexBackPressureInfo | { readonly errors: readonly string[] };
}

/** A task whose metrics can be asked for. */
export interface MeasuredVertex {
  /** 32 hex digits each. */
  readonly jobId: string;
  readonly vertexId: string;
  readonly atMs: number;
  /** By index. */
  readonly subtasks: readonly (SubtaskTimes & { readonly idleMsPerSecond: number; readonly attemptNumber?: number })[];
}

/**
 * `GET /jobs/:jobid/vertices/:vertexid/backpressure` (F18). Levels are lower case, the task's is that of its worst subtask.
 *
 * Errors are Flink's: an id that is not 32 hex digits is a 400; this path with another method matches no route and is a
 * 404, and so is another path, which is taken for a file of the web UI; ids that are well formed and unknown are no error
 * but the status `deprecated`, without a level.
 */
export function answerBackPressure(
  request: { readonly method: string; readonly path: string },
  vertices: readonly MeasuredVertex[],
): RestAnswer {
  const ids = /^(?:\/v1)?\/jobs\/([^/]+)\/vertices\/([^/]+)\/backpressure\/?$/.exec(request.path);
  const [, jobId, vertexId] = ids ?? [];
  if (request.method !== 'GET') return { statusCode: 404, body: { errors: [`Not found: ${request.path}`] } };
  if (jobId === undefined || vertexId === undefined)
    return { statusCode: 404, body: { errors: [`Unable to load requested file ${request.path}.`] } };
  for (const [key, value] of [
    ['jobid', jobId],
    ['vertexid', vertexId],
  ] as const) {
    if (!/^[0-9a-fA-F]{32}$/.test(value)) {
      const cause = `Cannot resolve path parameter (${key}) from value "${value}".`;
      return { statusCode: 400, body: { errors: [`Bad request, could not parse parameters: ${cause}`] } };
    }
  }
  const found = vertices.find(
    (vertex) => vertex.jobId === jobId.toLowerCase() && vertex.vertexId === vertexId.toLowerCase(),
  );
  return { statusCode: 200, body: found === undefined ? { status: 'deprecated' } : infoOf(found) };
}

function infoOf({ atMs, subtasks }: MeasuredVertex): JobVertexBackPressureInfo {
  const level = taskLevelOf(subtasks.map((subtask) => subtask.backPressuredMsPerSecond / 1000));
  return {
    status: 'ok',
    'backpressure-level': level,
    backpressureLevel: level,
    'end-timestamp': atMs,
    subtasks: subtasks.map((times, subtask) => {
      const ratio = times.backPressuredMsPerSecond / 1000;
      return {
        subtask,
        ...(times.attemptNumber !== undefined && { 'attempt-number': times.attemptNumber }),
        'backpressure-level': levelOf(ratio),
        backpressureLevel: levelOf(ratio),
        ratio,
        busyRatio: times.busyMsPerSecond / 1000,
        idleRatio: times.idleMsPerSecond / 1000,
      };
    }),
  };
}
