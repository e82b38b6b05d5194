// A query's way to a topic: what is there, what a batch takes under the reader's options, and the rows that it reads.

import type { Part } from './pipeline.ts';
import type { SourcePlan } from './plan.ts';
import { splitRateLimit } from './rate-limit.ts';
import { topicTasks } from './read-tasks.ts';
import { SourceRow } from './source-row.ts';
import type { Offsets, Topic } from './topic.ts';

/** What a batch would take, and whether it leaves records because there are too few of them for one (SS4). */
export interface Taken {
  readonly to: Offsets;
  readonly isDelayed: boolean;
}

/** One source of one query. */
export class BatchSource {
  readonly topic: Topic;
  readonly options: SourcePlan['options'];
  #lastTakenMs = -Infinity;

  constructor(topic: Topic, options: SourcePlan['options']) {
    this.topic = topic;
    this.options = options;
  }

  /** Where a new checkpoint begins. */
  startOffsets(nowMs: number): Offsets {
    return this.options.startingOffsets === 'earliest' ? this.topic.logs.map(() => 0) : this.topic.latestAt(nowMs);
  }

  /** The end of the next batch: all there is, or what the cap lets through (M2.1); Trigger.Once asks without a limit (SS11). */
  take(from: Offsets, latest: Offsets, nowMs: number, isUnlimited: boolean): Taken {
    const { maxOffsetsPerTrigger, minOffsetsPerTrigger = 0, maxTriggerDelayMs = 0 } = this.options;
    const backlogs = from.map((offset, partition) => (latest[partition] as number) - offset);
    const waiting = backlogs.reduce((all, backlog) => all + backlog, 0);
    if (!isUnlimited && waiting < minOffsetsPerTrigger && nowMs - this.#lastTakenMs <= maxTriggerDelayMs) {
      return { to: from, isDelayed: waiting > 0 };
    }
    if (waiting > 0) this.#lastTakenMs = nowMs;
    if (isUnlimited || maxOffsetsPerTrigger === undefined) return { to: latest, isDelayed: false };
    const taken = splitRateLimit(maxOffsetsPerTrigger, backlogs);
    return { to: from.map((offset, partition) => offset + (taken[partition] as number)), isDelayed: false };
  }

  /** The rows of a range of offsets, by task; their records are then in the program's hands. */
  read(from: Offsets, to: Offsets): Part[] {
    const rows = this.topic.logs.flatMap((log, partition) => {
      const first = from[partition] as number;
      return Array.from({ length: (to[partition] as number) - first }, (_, at) => {
        log.hold(first + at);
        return new SourceRow(log, first + at);
      });
    });
    // Tasks cut the rows in the order of the partitions.
    let start = 0;
    return topicTasks(
      to.map((offset, partition) => offset - (from[partition] as number)),
      this.options,
    ).map((inputRows) => ({ inputRows, rows: rows.slice(start, (start += inputRows)) }));
  }
}
