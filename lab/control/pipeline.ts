// The engine of an orchestrated pipeline: runs over slices of data, their attempts, and the database behind them. It decides
// nothing: a policy looks at its state and answers with a decision.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import type { ControlDecision, ControlState, EndedAttempt } from './api.ts';
import { Database, type WriteRates } from './database.ts';
import { DueRuns } from './due-runs.ts';
import { createInput, type Input } from './input.ts';
import { Owner } from './owner.ts';
import type { PipelineCounts, PipelineEvent } from './pipeline-events.ts';
import { createPeaks, type Peaks } from './peaks.ts';
import { PipelineRun } from './pipeline-run.ts';
import type { AttemptRecord, PipelineSetup } from './setup.ts';

/** More runs than this never go on at once: the orchestrator has no more workers. */
export const mostWorkers = 64;
/** Attempts that a state remembers. */
const remembered = 10;
/** Instants are whole microseconds, so that 20 minutes are 20 minutes. */
const grains = 1000;

/**
 * A pipeline from 0 ms on. Laws: produced = committed + missed + failed + skipped + in runs + waiting; accepted = applied +
 * backlog; a row with a slice of its own is committed once; the backlog never exceeds the database's queue.
 */
export class Pipeline {
  readonly setup: PipelineSetup;
  readonly input: Input;
  /** Attempts that have ended, in that order. */
  readonly attempts: AttemptRecord[] = [];
  readonly events: PipelineEvent[] = [];
  readonly peaks: Peaks;
  readonly #database: Database;
  readonly #due: DueRuns;
  readonly #owner: Owner;
  #nowMs = 0;
  #active: PipelineRun[] = [];
  #failed: PipelineRun[] = [];
  #recent: EndedAttempt[] = [];
  #runs = 0;
  #givenUp = 0;
  /** The first row that no run has taken; with a bookmark the first that none has committed. */
  #nextRow = 0;
  readonly #counts = { committed: 0, missed: 0, failed: 0, skipped: 0, duplicates: 0, calls: 0 };
  #hasNews = false;
  #because: string | null = null;

  constructor(setup: PipelineSetup) {
    this.setup = setup;
    positiveInteger(setup.clientAttempts, 'clientAttempts');
    nonNegative(setup.run.fixedMs, 'run.fixedMs');
    this.input = createInput(setup);
    this.#database = new Database(setup);
    this.#due = new DueRuns(setup.everyMs);
    this.peaks = createPeaks();
    this.#owner = new Owner(setup.owner?.answersAfterMs ?? Infinity);
  }

  get nowMs(): number {
    return this.#nowMs;
  }
  get everyMs(): number {
    return this.#due.everyMs;
  }
  get activeRuns(): number {
    return this.#active.length;
  }
  get dueRuns(): number {
    return this.#due.count;
  }
  get isAsking(): boolean {
    return this.#owner.approval?.status === 'waiting';
  }
  get appliedPerSecond(): number {
    return this.#rates().applied;
  }

  /** Age in ms of the oldest row that is not committed and not given up; 0 when there is none. */
  dataAgeMs(): number {
    const oldest = this.#taken().reduce((first, { from }) => Math.min(first, from), this.#nextRow);
    if (this.input.producedBy(this.#nowMs) - oldest < 1e-6) return 0;
    return Math.max(0, this.#nowMs - this.input.beyondAtMs(oldest));
  }

  counts(): PipelineCounts {
    const producedRows = this.input.producedBy(this.#nowMs);
    const { committed, missed, failed, skipped, duplicates, calls } = this.#counts;
    const { acceptedRows, appliedRows, backlogRows } = this.#database;
    return {
      producedRows,
      committedRows: committed,
      missedRows: missed,
      failedRows: failed,
      skippedRows: skipped,
      duplicateRows: duplicates,
      waitingRows: Math.max(0, producedRows - this.#nextRow),
      inRunsRows: this.#taken().reduce((sum, { from, to }) => sum + to - from, 0),
      acceptedRows,
      appliedRows,
      backlogRows,
      calls,
    };
  }

  /** The attempts that have ended, and those that run. */
  allAttempts(): AttemptRecord[] {
    return [...this.attempts, ...this.#active.map((run) => run.record('running', this.#nowMs, this.input))];
  }

  /** The next instant at which something happens by itself; Infinity when nothing will. */
  nextMs(): number {
    const nowMs = this.#nowMs;
    const rates = this.#rates();
    const next = Math.min(
      this.#due.nextMs,
      this.input.nextMarkerMs(nowMs),
      this.#database.nextMs(nowMs, rates, this.#writers()),
      this.#owner.nextMs,
      ...this.#active.map((run) => nowMs + run.leftMs(rates.perRun)),
    );
    return Math.max(Math.round(next * grains) / grains, nowMs + 1 / grains);
  }

  /** Lets time pass until `ms`, which must not be later than `nextMs()`. */
  advanceTo(ms: number): void {
    const leapMs = ms - this.#nowMs;
    if (!(leapMs >= 0 && ms <= this.nextMs())) {
      throw new RangeError(`ms is ${ms}; pass a time from ${this.#nowMs} to nextMs(), ${this.nextMs()}.`);
    }
    if (leapMs > 0) this.peaks.stretch({ dueRuns: this.dueRuns, everyMs: this.everyMs });
    const { perRun, applied, isRefusing } = this.#rates();
    let accepted = 0;
    for (const run of this.#active) {
      const sent = run.advance(leapMs, perRun);
      if (isRefusing) run.refused += sent;
      else accepted += sent;
      const calls = sent * (isRefusing ? this.setup.clientAttempts : 1);
      run.calls += calls;
      this.#counts.calls += calls;
    }
    this.#database.flow(accepted, applied, leapMs / 1000);
    if (this.input.nextMarkerMs(this.#nowMs) <= ms) this.#hasNews = true;
    this.#nowMs = ms;
    this.peaks.instant({ backlogRows: this.#database.backlogRows, dataAgeMs: this.dataAgeMs() });
    for (const run of this.#active.filter(({ isSent }) => isSent)) this.#finish(run);
    const answer = this.#owner.settle(ms);
    if (answer !== null) this.#tell({ atMs: ms, kind: answer });
    if (this.#due.nextMs <= ms && ms < this.setup.durationMs) {
      this.#due.tick(this.input.endAt(ms));
      this.#hasNews = true;
    }
  }

  /** Whether something happened since the last call that a policy should look at. */
  takeNews(): boolean {
    const hadNews = this.#hasNews;
    this.#hasNews = false;
    return hadNews;
  }

  /** What a policy sees. Plain data: changing it changes nothing here. */
  state(): ControlState {
    const nowMs = this.#nowMs;
    const due = this.#due.oldest;
    const from = this.#nextRow;
    const listed = (to: number) => Math.max(0, to - from) - this.input.missingIn(from, to, nowMs);
    const { approval } = this.#owner;
    return {
      nowMs,
      everyMs: this.everyMs,
      dueRuns: this.dueRuns,
      waitingRows: listed(this.input.endAt(nowMs)),
      nextSlice:
        due === undefined
          ? null
          : { scheduledAtMs: due.atMs, rows: listed(due.toRow), marker: this.input.markerAt(from, nowMs) },
      activeRuns: this.#active.map(({ id, attempt, startedAtMs, rows }) => ({ id, attempt, startedAtMs, rows })),
      failedRuns: this.#failed.map(({ id, attempt, failedAtMs, rows }) => ({
        id,
        attempts: attempt,
        failedAtMs,
        rows,
      })),
      givenUpRuns: this.#givenUp,
      recentAttempts: [...this.#recent],
      database: { backlogRows: this.#database.backlogRows, appliedPerSecond: this.appliedPerSecond },
      approval: approval === null ? null : { ...approval },
    };
  }

  /** Does what a policy decided; true when it should be asked again at once. Throws for a number that cannot be meant. */
  apply(decision: ControlDecision): boolean {
    const { start, sliceRows, retry, skip, everyMs, ask, because } = decision;
    const atMs = this.#nowMs;
    if (because !== undefined && because !== this.#because) {
      this.#because = because;
      this.events.push({ atMs, kind: 'because', words: because });
    }
    if (everyMs !== undefined && this.#due.reschedule(positive(everyMs, 'everyMs'), atMs))
      this.events.push({ atMs, kind: 'interval', everyMs });
    if (ask !== undefined) {
      const lastsMs = ask.expiresAfterMs === undefined ? Infinity : positive(ask.expiresAfterMs, 'ask.expiresAfterMs');
      if (this.#owner.ask(atMs, lastsMs)) this.events.push({ atMs, kind: 'asked' });
    }
    const skipped = skip !== undefined && this.#skip(skip);
    const retried = retry !== undefined && this.#retry(retry);
    const most = sliceRows === undefined ? Infinity : positive(sliceRows, 'sliceRows');
    const started = start !== undefined && this.#start(start, most);
    return skipped || retried || started;
  }

  #start(which: 'interval' | 'all', mostRows: number): boolean {
    const due = this.#due.oldest;
    if (this.#active.length >= mostWorkers || (which === 'interval' && due === undefined)) return false;
    const atMs = this.#nowMs;
    const from = this.#nextRow;
    const end = which === 'interval' && due !== undefined ? due.toRow : this.input.endAt(atMs);
    // A directory is read whole.
    const most = this.setup.directories === undefined ? from + mostRows : Infinity;
    const to = Math.max(from, Math.min(end, most));
    if (which === 'all') this.#due.answer('all');
    else if (to >= end) this.#due.answer('oldest');
    if (to === from) return false;
    if (this.setup.reads === 'own-slice') this.#nextRow = to;
    const run = new PipelineRun({ id: ++this.#runs, from, to, scheduledAtMs: due?.atMs ?? atMs });
    this.#owner.forget();
    this.#because = null;
    this.#begin(run);
    this.events.push({ atMs, kind: 'start', run: run.id });
    if (run.missed > 0) this.events.push({ atMs, kind: 'partial-read', run: run.id, rows: run.missed });
    return true;
  }

  #begin(run: PipelineRun): void {
    run.begin(this.#nowMs, this.setup.run.fixedMs, this.input);
    this.#active.push(run);
  }

  /** All rows are sent: while the database refuses, the attempt has failed; what it refused before is sent again now. */
  #finish(run: PipelineRun): void {
    const isRefusing = this.#database.isRefusing(this.#nowMs);
    if (!isRefusing && run.refused > 0) return run.sendRefused();
    const { id, attempt, rows, startedAtMs } = run;
    const endedAtMs = this.#nowMs;
    this.#active = this.#active.filter((other) => other !== run);
    this.attempts.push(run.record(isRefusing ? 'failed' : 'succeeded', endedAtMs, this.input));
    const runMs = endedAtMs - startedAtMs;
    const ended: EndedAttempt = { runId: id, attempt, endedAtMs, runMs, rows, isSuccess: !isRefusing };
    this.#recent = [...this.#recent, ended].slice(-remembered);
    this.#tell({ atMs: endedAtMs, kind: isRefusing ? 'failed' : 'succeeded', run: id });
    if (!isRefusing) return this.#commit(run);
    run.failedAtMs = endedAtMs;
    this.#failed.push(run);
  }

  #commit({ from, to, rows, missed }: PipelineRun): void {
    const isOwn = this.setup.reads === 'own-slice';
    const fresh = isOwn ? to - from : Math.max(0, to - Math.max(from, this.#nextRow));
    const share = fresh / (to - from);
    this.#counts.committed += rows * share;
    this.#counts.missed += missed * share;
    this.#counts.duplicates += rows * (1 - share);
    if (!isOwn) this.#nextRow = Math.max(this.#nextRow, to);
  }

  #retry(what: 'start' | 'give up'): boolean {
    const [run] = this.#failed;
    if (run === undefined || (what === 'start' && this.#active.length >= mostWorkers)) return false;
    this.#failed.shift();
    this.events.push({ atMs: this.#nowMs, kind: what === 'start' ? 'retry' : 'give-up', run: run.id });
    if (what === 'give up') this.#givenUp += 1;
    if (what === 'start') this.#begin(run);
    else if (this.setup.reads === 'own-slice') this.#counts.failed += run.to - run.from;
    return true;
  }

  #skip(what: 'run' | 'data'): boolean {
    const due = this.#due.oldest;
    if (due === undefined) return false;
    this.#due.answer(what === 'run' ? 'all' : 'oldest');
    if (what === 'data') {
      const left = Math.max(0, due.toRow - this.#nextRow);
      this.#counts.skipped += left;
      this.#nextRow += left;
    }
    this.events.push({ atMs: this.#nowMs, kind: 'skip', what, activeRuns: this.#active.length });
    return true;
  }

  #tell(event: PipelineEvent): void {
    this.events.push(event);
    this.#hasNews = true;
  }

  /** Runs whose rows are theirs alone: with a bookmark they wait until they are committed. */
  #taken(): readonly PipelineRun[] {
    return this.setup.reads === 'own-slice' ? [...this.#active, ...this.#failed] : [];
  }
  #writers(): number {
    return this.#active.filter(({ isWriting }) => isWriting).length;
  }
  #rates(): WriteRates {
    return this.#database.rates(this.#nowMs, this.#writers());
  }
}
