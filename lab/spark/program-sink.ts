// The sink and the dead-letter queue as a Spark program sees them: they take rows of a batch.

import { eventClass, type Kernel } from '../clock/kernel.ts';
import type { LoggedRecord } from '../kafka/record.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { DeadLetterQueue, Sink } from '../sink/api.ts';
import type { SparkDeadLetters, SparkSink, WriteTransaction } from './api.ts';
import type { Lineage } from './lineage.ts';

/** The last version that the table holds of each writer; it lives with the table, not with the application. */
export type Transactions = Map<string, number>;

/**
 * A process's way to the sink. A write in a transaction that the table has already seen answers after `callMs` and does
 * nothing, so a repeated batch leaves no second row (SS41). Writes under one name follow each other, so which of them
 * counts does not depend on how many run at once.
 */
export function createSparkSink(options: {
  readonly sink: Sink;
  readonly lineage: Lineage;
  readonly transactions: Transactions;
  readonly kernel: Kernel;
  readonly process: ProgramProcess;
  readonly callMs: number;
}): SparkSink {
  const { sink, lineage, transactions, kernel, process, callMs } = options;
  const underWay = new Map<string, Promise<void>>();
  return Object.freeze({
    async write(rows: readonly object[], transaction?: WriteTransaction): Promise<void> {
      if (!Array.isArray(rows))
        throw new TypeError('sink.write() takes an array of rows, such as those of a partition.');
      const records = rows.map((row: unknown, at) => recordOf(row, lineage, `sink.write(): element ${at}`));
      if (transaction === undefined) return sink.write(records);
      const { txnAppId, txnVersion } = checked(transaction);
      const before = underWay.get(txnAppId) ?? Promise.resolve();
      const own = before.then(async () => {
        if ((transactions.get(txnAppId) ?? -1) >= txnVersion) {
          return process.promise((resolve) => kernel.after(callMs, eventClass.completion, () => resolve(undefined)));
        }
        await sink.write(records);
        transactions.set(txnAppId, txnVersion);
      });
      // The next one begins when this one has ended, however it ends.
      underWay.set(
        txnAppId,
        own.catch(() => {}),
      );
      return own;
    },
  });
}

export function createSparkDeadLetters(queue: DeadLetterQueue, lineage: Lineage): SparkDeadLetters {
  return Object.freeze({
    async send(given: object | readonly object[], reason: string): Promise<void> {
      const rows: readonly unknown[] = Array.isArray(given) ? given : [given];
      await queue.send(
        rows.map((row) => recordOf(row, lineage, 'deadLetters.send()')),
        reason,
      );
    },
  });
}

function recordOf(row: unknown, lineage: Lineage, where: string): LoggedRecord {
  const record = lineage.recordOf(row);
  if (record !== null) return record;
  throw new TypeError(
    `${where} is not a row of a batch. Pass the row itself, not a copy; change rows with .map(…) on the DataFrame or the batch.`,
  );
}

function checked(given: unknown): WriteTransaction {
  const { txnAppId, txnVersion } = (given ?? {}) as Partial<WriteTransaction>;
  if (typeof txnAppId === 'string' && txnAppId !== '' && Number.isSafeInteger(txnVersion)) {
    return { txnAppId, txnVersion: txnVersion as number };
  }
  throw new TypeError(
    "A transaction is { txnAppId: 'orders', txnVersion: batchId }: a name, and a whole number that rises.",
  );
}
