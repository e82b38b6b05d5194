// The errors that Spark answers with, by their names at work.

import { causesOf } from '../process/causes.ts';

/** A query that Spark refuses before it runs. */
export class AnalysisException extends Error {
  override readonly name = 'AnalysisException';
}

/** A job that failed: one of its tasks did, as often as `spark.task.maxFailures` allows. `cause` is what the task threw last. */
export class SparkException extends Error {
  override readonly name = 'SparkException';
}

/** A query that has ended with an error; `cause` is what its batch threw. */
export class StreamingQueryException extends Error {
  override readonly name = 'StreamingQueryException';
}

/** What lies at the bottom of an error: the last of its causes, whether Spark or the program has wrapped it. */
export function rootOf(error: unknown): unknown {
  return causesOf(error).at(-1);
}
