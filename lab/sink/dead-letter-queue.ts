// Where records are parked that can never succeed.

import { eventClass, type Kernel } from '../clock/kernel.ts';
import type { ConsumerRecord } from '../kafka/api.ts';
import type { PartitionLog } from '../kafka/log.ts';
import { LoggedRecord } from '../kafka/record.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { DeadLetterQueue } from './api.ts';

/** Records parked so far: bad ones, and good ones that did not belong here. */
export interface DeadLetterCounts {
  bad: number;
  good: number;
  /** When the first good record was parked, in ms of the run; null when none was. */
  firstGoodMs: number | null;
}

/** Creates the queue of a run and its interface for each process. A send takes `sendMs`. */
export function createDeadLetters(
  kernel: Kernel,
  sendMs: number,
): { counts: DeadLetterCounts; open(process: ProgramProcess): DeadLetterQueue } {
  const counts: DeadLetterCounts = { bad: 0, good: 0, firstGoodMs: null };

  function park(record: LoggedRecord): void {
    const log = LoggedRecord.logOf(record) as PartitionLog;
    const offset = LoggedRecord.offsetOf(record);
    if (!log.park(offset)) return;
    if (log.isPoison(offset)) counts.bad++;
    else {
      counts.good++;
      counts.firstGoodMs ??= kernel.nowMs;
    }
  }

  function check(given: unknown): LoggedRecord[] {
    const records: unknown[] = Array.isArray(given) ? [...(given as unknown[])] : [given];
    for (const record of records) {
      if (LoggedRecord.logOf(record) === null) {
        throw new TypeError(
          'deadLetters.send() takes a record that poll() returned, or an array of them. Pass the record itself, not a copy.',
        );
      }
    }
    return records as LoggedRecord[];
  }

  return {
    counts,
    open: (process) =>
      Object.freeze({
        send: (given: ConsumerRecord | readonly ConsumerRecord[], reason: string) =>
          process.promise((resolve) => {
            const records = check(given);
            if (typeof reason !== 'string' || reason.trim() === '') {
              throw new TypeError(
                'deadLetters.send() needs a reason as its second argument: whoever opens the queue will want to know.',
              );
            }
            kernel.after(sendMs, eventClass.completion, () => {
              if (!process.isAlive) return;
              for (const record of records) park(record);
              resolve(undefined);
            });
          }),
      }),
  };
}
