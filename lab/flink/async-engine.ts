// Runs an async operator before an outside service, one millisecond after the other: who calls, who waits, what comes back.

import { nonNegative, nonNegativeInteger, positiveInteger } from '../argument.ts';
import { createProfile, type Profile } from '../traffic/profile.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import { AsyncMeter, type AsyncRun } from './async-meter.ts';
import { AsyncQueue, type QueueEntry } from './async-queue.ts';
import { retryDelayMs } from './async-retry.ts';
import { refusalMs, RemoteService } from './async-service.ts';
import type { AsyncSetup } from './async-setup.ts';

type Next = 'answer' | 'timeout' | 'retry';

/** A record in the operator. There are at most `capacity` of them in each subtask, used again and again. */
interface Call extends QueueEntry {
  readonly subtask: number;
  record: number;
  putMs: number;
  /** Calls made so far. */
  calls: number;
  /** What happens next to it, and when; −1 when it is free or only waits for its turn to leave. */
  next: Next;
  dueMs: number;
  hasFailed: boolean;
  isTagged: boolean;
  isActive: boolean;
  /** Changes with each call that waits in the service's queue, so that an abandoned one is told from a new one. */
  ticket: number;
}

/** A call in the service's queue; stale when the caller has given up and its ticket is another. */
interface Waiting {
  readonly call: Call;
  readonly ticket: number;
}

interface Subtask {
  queue: AsyncQueue<Call>;
  readonly calls: readonly Call[];
  free: Call[];
  /** New records taken so far: the k-th is record k · p + subtask. */
  taken: number;
  /** Records to do again after a restart, the next one last. */
  again: number[];
  /** As the last checkpoint has it. */
  saved: { readonly taken: number; readonly open: readonly number[] };
}

/**
 * Runs the operator for `durationMs` in steps of 1 ms (M3.4, F24–F27), with the order of M0.2 in each: answers, timers,
 * arrivals, calls. Places that fall free are taken in the same millisecond.
 *
 * Laws: in-flight ≤ capacity in each subtask; ordered results leave in order within a subtask; arrived = waiting + in-flight +
 * settled, and results + tagged = settled + duplicates, at every instant; the same setup and seed give the same run.
 * Throws RangeError for input out of range, naming it.
 */
export function runAsync(setup: AsyncSetup, seed: number, sampleMs: number): AsyncRun {
  return new AsyncEngine(setup, seed, sampleMs).run();
}

class AsyncEngine {
  readonly #setup: AsyncSetup;
  readonly #profile: Profile;
  readonly #service: RemoteService;
  readonly #subtasks: Subtask[];
  readonly #meter: AsyncMeter;
  readonly #isBlocking: boolean;
  /** By millisecond: calls to which something happens then, when their `dueMs` still says so. */
  readonly #agenda: (Call[] | undefined)[];
  /** With a limit of concurrency: calls at work in the service, calls that end by millisecond, and those that wait there. */
  #working = 0;
  readonly #ends: Int32Array | null;
  #line: Waiting[] = [];
  #lineHead = 0;
  #tickets = 0;
  #nowMs = 0;
  #downUntilMs = 0;
  /** Distinct records whose result has left, now and as the last checkpoint has it. */
  #settled = 0;
  #savedSettled = 0;
  #hasFailed = false;

  constructor(setup: AsyncSetup, seed: number, sampleMs: number) {
    this.#setup = setup;
    positiveInteger(setup.timeoutMs, 'timeoutMs');
    positiveInteger(setup.checkpointIntervalMs, 'checkpointIntervalMs');
    nonNegative(setup.restartMs, 'restartMs');
    nonNegativeInteger(setup.watermarkIntervalMs, 'watermarkIntervalMs');
    nonNegativeInteger(setup.bufferRecords, 'bufferRecords');
    this.#profile = createProfile(setup.arrivals);
    this.#service = new RemoteService(setup.service, createRng(deriveSeed(seed, 'service')));
    this.#isBlocking = setup.client.kind === 'blocking';
    this.#agenda = Array.from({ length: positiveInteger(setup.durationMs, 'durationMs') + 1 });
    this.#ends = setup.service.concurrency === undefined ? null : new Int32Array(setup.durationMs + 1);
    this.#subtasks = Array.from({ length: positiveInteger(setup.parallelism, 'parallelism') }, (_, i) => this.#open(i));
    this.#meter = new AsyncMeter(sampleMs, setup.parallelism);
  }

  #open(subtask: number): Subtask {
    const { client } = this.#setup;
    const capacity = client.kind === 'blocking' ? 1 : positiveInteger(client.capacity, 'capacity');
    const calls = Array.from({ length: capacity }, () => newCall(subtask));
    const saved = { taken: 0, open: [] };
    return { queue: this.#newQueue(capacity), calls, free: calls.toReversed(), taken: 0, again: [], saved };
  }

  #newQueue(capacity: number): AsyncQueue<Call> {
    const { client } = this.#setup;
    const mode = client.kind === 'blocking' ? 'ordered' : client.mode;
    return new AsyncQueue<Call>({ capacity, mode, emit: (call) => this.#leave(call) });
  }

  run(): AsyncRun {
    const { durationMs, checkpointIntervalMs, watermarkIntervalMs } = this.#setup;
    for (let nowMs = 0; nowMs <= durationMs; nowMs++) {
      this.#nowMs = nowMs;
      this.#answerAndFire();
      const isUp = nowMs >= this.#downUntilMs;
      if (isUp && nowMs > 0 && nowMs % checkpointIntervalMs === 0) this.#checkpoint();
      if (isUp && watermarkIntervalMs > 0 && nowMs % watermarkIntervalMs === 0)
        for (const { queue } of this.#subtasks) queue.mark(nowMs);
      const arrived = this.#profile.arrivedBy(nowMs);
      if (isUp) this.#dispatch(arrived);
      this.#measure(arrived, isUp);
    }
    return this.#meter.end(durationMs);
  }

  /** What happens at this millisecond to calls under way: answers first, then timeouts and retries (M0.2). */
  #answerAndFire(): void {
    const nowMs = this.#nowMs;
    const due = this.#agenda[nowMs];
    this.#agenda[nowMs] = undefined;
    if (due !== undefined)
      for (const call of due) if (call.dueMs === nowMs && call.next === 'answer') this.#answer(call);
    if (this.#ends !== null) {
      this.#working -= this.#ends[nowMs] ?? 0;
      this.#takeFromLine();
    }
    if (due !== undefined)
      for (const call of due)
        if (call.dueMs === nowMs) {
          if (call.next === 'timeout') this.#giveUp(call, 'timeout');
          else if (call.next === 'retry') this.#call(call);
        }
    if (this.#hasFailed) this.#restart();
  }

  #answer(call: Call): void {
    call.dueMs = -1;
    if (!call.hasFailed) {
      this.#subtaskOf(call).queue.complete(call);
      return;
    }
    const delayMs = retryDelayMs(this.#setup.retry, call.calls);
    if (delayMs === null) this.#giveUp(call, 'failure');
    else this.#plan(call, 'retry', this.#nowMs + Math.max(1, Math.round(delayMs)));
  }

  #giveUp(call: Call, why: 'timeout' | 'failure'): void {
    call.dueMs = -1;
    call.ticket = 0;
    if (why === 'timeout') this.#meter.timeouts++;
    if (this.#setup.onFailure === 'fail-job') {
      this.#hasFailed = true;
      return;
    }
    call.isTagged = true;
    this.#subtaskOf(call).queue.complete(call);
  }

  /** A result leaves: its place is free. */
  #leave(call: Call): void {
    const nowMs = this.#nowMs;
    this.#settled++;
    this.#meter.result(nowMs - call.putMs, call.isTagged);
    this.#setup.onResult?.({ record: call.record, subtask: call.subtask, atMs: nowMs, isTagged: call.isTagged });
    call.isActive = false;
    this.#subtaskOf(call).free.push(call);
  }

  /** Sends a call of a record: its first or a further one. */
  #call(call: Call): void {
    const nowMs = this.#nowMs;
    call.calls++;
    call.ticket = 0;
    this.#meter.call(call.calls > 1);
    const refusal = this.#service.refusalAt(nowMs);
    if (refusal !== null) {
      this.#meter.refuse(nowMs, refusal);
      call.hasFailed = true;
      this.#plan(call, 'answer', nowMs + refusalMs);
    } else if (this.#working < (this.#setup.service.concurrency ?? Infinity)) this.#work(call);
    else {
      call.ticket = ++this.#tickets;
      this.#line.push({ call, ticket: call.ticket });
      this.#plan(call, 'answer', Infinity);
    }
  }

  /** The service begins to work on a call. When the caller gives up, it works on all the same. */
  #work(call: Call): void {
    const endMs = this.#nowMs + this.#service.drawLatencyMs(this.#nowMs);
    call.hasFailed = this.#service.drawFailure();
    if (call.hasFailed) this.#meter.failures++;
    if (this.#ends !== null) {
      this.#working++;
      if (endMs < this.#ends.length) this.#ends[endMs] = (this.#ends[endMs] ?? 0) + 1;
    }
    call.ticket = 0;
    this.#plan(call, 'answer', endMs);
  }

  #takeFromLine(): void {
    const most = this.#setup.service.concurrency ?? Infinity;
    for (; this.#lineHead < this.#line.length && this.#working < most; this.#lineHead++) {
      const { call, ticket } = this.#line[this.#lineHead] as Waiting;
      if (call.ticket === ticket) this.#work(call);
    }
    if (this.#lineHead * 2 <= this.#line.length) return;
    this.#line = this.#line.slice(this.#lineHead);
    this.#lineHead = 0;
  }

  /** What happens next to a call, unless its timeout comes before; an answer at the last instant still counts. */
  #plan(call: Call, next: Next, atMs: number): void {
    const deadlineMs = call.putMs + this.#setup.timeoutMs;
    const isLate = next === 'answer' ? atMs > deadlineMs : atMs >= deadlineMs;
    call.next = isLate ? 'timeout' : next;
    call.dueMs = isLate ? deadlineMs : atMs;
    if (call.dueMs >= this.#agenda.length) return;
    const due = this.#agenda[call.dueMs];
    if (due === undefined) this.#agenda[call.dueMs] = [call];
    else due.push(call);
  }

  /** Each subtask takes records while it has places; the first in line changes, so that none has the budget first. */
  #dispatch(arrived: number): void {
    const p = this.#subtasks.length;
    for (let i = 0; i < p; i++) {
      const at = (i + this.#nowMs) % p;
      const subtask = this.#subtasks[at] as Subtask;
      const fresh = Math.floor((arrived + p - 1 - at) / p);
      while (!subtask.queue.isFull) {
        const record = subtask.again.pop() ?? (subtask.taken < fresh ? subtask.taken++ * p + at : null);
        if (record === null) break;
        const call = subtask.free.pop() as Call;
        call.record = record;
        call.putMs = this.#nowMs;
        call.calls = 0;
        call.isTagged = false;
        call.isActive = true;
        subtask.queue.put(call);
        this.#call(call);
      }
    }
  }

  #checkpoint(): void {
    this.#savedSettled = this.#settled;
    for (const subtask of this.#subtasks) {
      const open = subtask.calls.filter(({ isActive }) => isActive).map(({ record }) => record);
      subtask.saved = { taken: subtask.taken, open: [...open, ...subtask.again].sort((a, b) => b - a) };
    }
    this.#meter.checkpoints++;
  }

  /** The job fails and comes back with the state of its last checkpoint: what has left since will leave again. */
  #restart(): void {
    this.#hasFailed = false;
    this.#downUntilMs = this.#nowMs + Math.max(1, Math.round(this.#setup.restartMs));
    this.#meter.fail(this.#nowMs, this.#settled - this.#savedSettled);
    this.#settled = this.#savedSettled;
    for (const subtask of this.#subtasks) {
      for (const call of subtask.calls) {
        call.dueMs = -1;
        call.ticket = 0;
        call.isActive = false;
      }
      subtask.free = subtask.calls.toReversed();
      subtask.queue = this.#newQueue(subtask.queue.capacity);
      subtask.taken = subtask.saved.taken;
      subtask.again = [...subtask.saved.open];
    }
    this.#line = [];
    this.#lineHead = 0;
  }

  /** Reads the state of this instant, then accounts for the millisecond that follows it. */
  #measure(arrived: number, isUp: boolean): void {
    const p = this.#subtasks.length;
    let inFlight = 0;
    for (const { queue } of this.#subtasks) inFlight += queue.size;
    const waiting = arrived - this.#settled - inFlight;
    const buffered = Math.min(waiting, p * this.#setup.bufferRecords);
    const state = { arrived, inFlight, lag: waiting - buffered, buffered, settled: this.#settled };
    this.#meter.tick(this.#nowMs, state, () => this.#oldestAgeMs(arrived));
    if (!isUp) return;
    if (state.lag > 0) this.#meter.blockSource();
    // A thread that waits for a place in the queue, or for a blocking call, counts as busy (F26).
    for (const [at, { queue, again, taken }] of this.#subtasks.entries()) {
      const isWorking = this.#isBlocking
        ? queue.size > 0
        : queue.isFull && (again.length > 0 || taken * p + at < arrived);
      if (isWorking) this.#meter.busy(at);
    }
  }

  /** Age of the oldest record that no subtask has taken, in ms. */
  #oldestAgeMs(arrived: number): number {
    const p = this.#subtasks.length;
    const first = Math.min(...this.#subtasks.map(({ again, taken }, at) => again.at(-1) ?? taken * p + at));
    return first < arrived ? Math.max(0, this.#nowMs - this.#profile.arrivalTimeOf(first)) : 0;
  }

  #subtaskOf({ subtask }: Call): Subtask {
    return this.#subtasks[subtask] as Subtask;
  }
}

function newCall(subtask: number): Call {
  return {
    subtask,
    record: 0,
    putMs: 0,
    calls: 0,
    next: 'answer',
    dueMs: -1,
    hasFailed: false,
    isTagged: false,
    isActive: false,
    ticket: 0,
    isDone: false,
    stretch: 0,
  };
}
