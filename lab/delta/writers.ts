// Several writers at one Delta table in virtual time: snapshot, work, validation, commit, and what a conflict costs.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { backoffCeilingMs, fullJitterMs, type Backoff } from '../sink/backoff.ts';
import { createRng, deriveSeed, type Rng } from '../traffic/rng.ts';
import { DeltaConcurrentModificationException } from './errors.ts';
import { DeltaTable, type DeltaTableOptions, type DeltaTransaction, type DeltaWrite, type TableSize } from './table.ts';
import { WriterTally } from './writer-tally.ts';

export interface DeltaWriterSetup extends DeltaWrite {
  /** When its first write is due, and how often one is after that. A write that is late starts as soon as it can. */
  readonly startMs: number;
  readonly everyMs: number;
  /** Computing the write and writing its data files, besides the files of the table that it has to read. */
  readonly workMs: number;
  /** Tries of one write, the first included; then it is given up. */
  readonly attempts: number;
  readonly backoff: Backoff & { readonly jitter: 'full' | 'none' };
  /** Marks its writes with txnAppId and the batch id as txnVersion (D5). */
  readonly txnAppId?: string;
  /** Every so many batches it fails after the commit and before its checkpoint, and writes the batch again; 0 for never. */
  readonly replaysEvery?: number;
  /** When its checkpoint is deleted, so that batch ids begin at 0 again. */
  readonly checkpointDeletedAtMs?: number;
}

export interface WritersSetup {
  readonly table: DeltaTableOptions;
  /** What is in the table before the run, by partition. */
  readonly initial: readonly { readonly partition: string; readonly rows: number; readonly files: number }[];
  readonly writers: readonly DeltaWriterSetup[];
  /** Writing the next version into the log. */
  readonly commitMs: number;
  /** What it costs a writer to read one file of the table. */
  readonly readFileMs: number;
  /** Every so many versions the writer that made it also writes a checkpoint of the log, `checkpointFileMs` for each file. */
  readonly checkpointInterval: number;
  readonly checkpointFileMs: number;
  readonly durationMs: number;
  readonly seed: number;
}

export type TableEventKind =
  'commit' | 'conflict' | 'failed' | 'skipped' | 'replay' | 'checkpoint-deleted' | 'nothing-to-do';

/** What happened, and what the table is like afterwards. */
export interface TableEvent extends TableSize {
  readonly atMs: number;
  readonly kind: TableEventKind;
  readonly writer: number;
  /** It belongs to a batch that is written a second time, after a failure. */
  readonly isReplay: boolean;
  /** The version committed, that won, or at which the table stands. */
  readonly version: number;
  /** Of a commit: from the start of the write, all its attempts included, to its commit. */
  readonly writeMs: number | null;
  /** Of a conflict: the name of the exception. */
  readonly exception: string | null;
}

export interface WritersRun {
  readonly table: DeltaTable;
  /** Before the first write. */
  readonly initial: TableSize;
  readonly events: readonly TableEvent[];
  readonly tallies: readonly WriterTally[];
}

type Phase = 'waits' | 'works' | 'commits' | 'rests';

interface Writer {
  readonly index: number;
  readonly setup: DeltaWriterSetup;
  readonly rng: Rng;
  readonly tally: WriterTally;
  phase: Phase;
  /** When the phase ends. */
  untilMs: number;
  dueMs: number;
  batchId: number;
  isReplay: boolean;
  hasCheckpoint: boolean;
  attempt: number;
  startedMs: number;
  transaction: DeltaTransaction | null;
  putAfterVersion: number;
}

/**
 * Runs writers against one table (D2–D6). A write reads a snapshot, works, is validated against all commits since, and then
 * puts the next version into the log; another one that got there first costs a second look and a second put, and only a
 * logical conflict costs the work: back-off, a new snapshot, all over again, up to `attempts`. Nobody waits for a lock.
 *
 * Laws: those of the table; due batches = written + given up + skipped + pending, for each writer; the same seed gives the
 * same run. Events of one instant run by writer, ends before beginnings. Throws RangeError for input out of range.
 */
export function runWriters(setup: WritersSetup): WritersRun {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const commitMs = nonNegative(setup.commitMs, 'commitMs');
  positiveInteger(setup.checkpointInterval, 'checkpointInterval');
  const table = new DeltaTable(setup.table);
  for (const { partition, rows, files } of setup.initial) table.append({ partition, rows, files });
  const initial = table.size();
  const events: TableEvent[] = [];
  const writers = setup.writers.map((each, i) => newWriter(each, setup.seed, i));

  function note(
    kind: TableEventKind,
    writer: Writer,
    atMs: number,
    { version = table.version, writeMs = null, exception = null }: Partial<TableEvent> = {},
  ): void {
    const { rows, files, bytes, smallFiles } = table.size();
    const { index, isReplay } = writer;
    events.push({
      atMs,
      kind,
      writer: index,
      isReplay,
      version,
      writeMs,
      exception,
      rows,
      files,
      bytes,
      smallFiles,
    });
  }

  /** Reads a snapshot and goes to work; a batch that the table has already is over at once. */
  function begin(writer: Writer, nowMs: number): void {
    const { setup: given, isReplay, batchId } = writer;
    if (writer.hasCheckpoint && (given.checkpointDeletedAtMs ?? Infinity) <= nowMs) {
      writer.hasCheckpoint = false;
      writer.batchId = 0;
      note('checkpoint-deleted', writer, nowMs);
      begin(writer, nowMs);
      return;
    }
    if (writer.attempt === 0) writer.startedMs = nowMs;
    // Rows of a replayed MERGE or DELETE are there, or gone, already; those of an append are added once more.
    const rows = isReplay && given.operation !== 'append' ? 0 : (given.rows ?? 0);
    const transaction = table.begin(
      { ...given, rows },
      given.txnAppId === undefined ? {} : { txnAppId: given.txnAppId, txnVersion: batchId },
    );
    writer.transaction = transaction;
    if (transaction.isSkipped) {
      note('skipped', writer, nowMs);
      writer.tally.skip(isReplay);
      settle(writer, nowMs);
      return;
    }
    writer.phase = 'works';
    writer.untilMs = nowMs + given.workMs + transaction.readFiles * setup.readFileMs;
  }

  /** Validates, and begins to put the next version into the log. */
  function put(writer: Writer, nowMs: number): void {
    try {
      writer.transaction?.validate();
    } catch (error) {
      if (!(error instanceof DeltaConcurrentModificationException)) throw error;
      conflict(writer, nowMs, error);
      return;
    }
    writer.putAfterVersion = table.version;
    writer.phase = 'commits';
    writer.untilMs = nowMs + commitMs;
  }

  function land(writer: Writer, nowMs: number): void {
    if (table.version !== writer.putAfterVersion) {
      writer.tally.race();
      put(writer, nowMs);
      return;
    }
    const result = writer.transaction?.commit();
    if (result === undefined || result.isSkipped) {
      writer.tally.findNothingToDo(writer.isReplay);
      note('nothing-to-do', writer, nowMs);
      settle(writer, nowMs);
      return;
    }
    const writeMs = nowMs - writer.startedMs;
    writer.tally.commit(writeMs, writer.isReplay);
    note('commit', writer, nowMs, { writeMs });
    const isCheckpoint = result.version > 0 && result.version % setup.checkpointInterval === 0;
    const restMs = isCheckpoint ? table.size().files * setup.checkpointFileMs : 0;
    writer.tally.checkpoint(restMs);
    settle(writer, nowMs + restMs);
  }

  function conflict(writer: Writer, nowMs: number, error: DeltaConcurrentModificationException): void {
    const { attempts, backoff } = writer.setup;
    writer.tally.conflict();
    note('conflict', writer, nowMs, { exception: error.name, version: error.winningVersion });
    if (++writer.attempt >= attempts) {
      writer.tally.giveUp(writer.isReplay);
      note('failed', writer, nowMs);
      settle(writer, nowMs);
      return;
    }
    writer.tally.retry();
    const retry = writer.attempt - 1;
    const waitMs =
      backoff.jitter === 'none' ? backoffCeilingMs(backoff, retry) : fullJitterMs(backoff, retry, writer.rng.next());
    writer.phase = 'rests';
    writer.untilMs = nowMs + waitMs;
  }

  /** The batch is over: the same one again after a failure, or the next one when it is due. */
  function settle(writer: Writer, nowMs: number): void {
    const { everyMs, replaysEvery = 0 } = writer.setup;
    writer.attempt = 0;
    writer.transaction = null;
    writer.phase = 'waits';
    if (!writer.isReplay && replaysEvery > 0 && (writer.batchId + 1) % replaysEvery === 0) {
      writer.isReplay = true;
      note('replay', writer, nowMs);
      writer.untilMs = nowMs;
      return;
    }
    writer.isReplay = false;
    writer.batchId++;
    writer.dueMs += everyMs;
    writer.untilMs = Math.max(nowMs, writer.dueMs);
  }

  for (let next = nextOf(writers); next !== undefined && next.untilMs <= durationMs; next = nextOf(writers)) {
    const nowMs = next.untilMs;
    if (next.phase === 'works') put(next, nowMs);
    else if (next.phase === 'commits') land(next, nowMs);
    else begin(next, nowMs);
  }
  events.sort((a, b) => a.atMs - b.atMs);
  for (const { tally, setup: given } of writers) tally.end(dueBatches(given, durationMs));
  return { table, initial, events, tallies: writers.map(({ tally }) => tally) };
}

function newWriter(setup: DeltaWriterSetup, seed: number, index: number): Writer {
  nonNegative(setup.startMs, `writers[${index}].startMs`);
  positive(setup.everyMs, `writers[${index}].everyMs`);
  nonNegative(setup.workMs, `writers[${index}].workMs`);
  positiveInteger(setup.attempts, `writers[${index}].attempts`);
  return {
    index,
    setup,
    rng: createRng(deriveSeed(seed, `back-off of writer ${index}`)),
    tally: new WriterTally(setup.rows ?? 0),
    phase: 'waits',
    untilMs: setup.startMs,
    dueMs: setup.startMs,
    batchId: 0,
    isReplay: false,
    hasCheckpoint: true,
    attempt: 0,
    startedMs: 0,
    transaction: null,
    putAfterVersion: -1,
  };
}

/** The writer with the earliest event: ends of work and commits before beginnings, then in their order. */
function nextOf(writers: readonly Writer[]): Writer | undefined {
  const isBeginning = ({ phase }: Writer) => (phase === 'waits' || phase === 'rests' ? 1 : 0);
  let first: Writer | undefined;
  for (const writer of writers) {
    if (
      first === undefined ||
      writer.untilMs < first.untilMs ||
      (writer.untilMs === first.untilMs && isBeginning(writer) < isBeginning(first))
    )
      first = writer;
  }
  return first;
}

/** Batches that are due by `ms`. */
export function dueBatches({ startMs, everyMs }: Pick<DeltaWriterSetup, 'startMs' | 'everyMs'>, ms: number): number {
  return ms < startMs ? 0 : Math.floor((ms - startMs) / everyMs) + 1;
}
