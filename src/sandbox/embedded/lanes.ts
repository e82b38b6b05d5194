// The runs of a set in workers side by side: told as they come, counted as if they had run in a row.

import type { RunKey } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { silentMs, stopped } from '#graders/hosts/watch.ts';
import type { Failure } from '#graders/verdict.ts';
import { startLane, type Lane } from './lane.ts';
import type { ProgramMessage, RunEvent } from './protocol.ts';
import { createSchedule, type SetOutcome } from './schedule.ts';
import { createTeller } from './teller.ts';
import type { FrameLoss, Workshop } from './workshop.ts';

export interface LanesRequest {
  readonly workshop: Workshop;
  readonly program: ProgramMessage;
  readonly runs: readonly RunKey[];
  readonly width: Width;
  onEvent(event: SessionEvent): void;
}

/**
 * How many workers. One begins; `soon` as many, which have a core to themselves, when it has given its first result;
 * `most`, one for each core, when the set takes long.
 *
 * Chromium on two cores, medians in ms of the first result and of the whole set, for the ten runs of cap-intake and for
 * ten that work eight times as hard:
 *
 *     one worker                             80, 546    276, 4,523
 *     two at once                           119, 548    275, 2,829
 *     the second after the first result      79, 578    258, 3,074
 *     the second after a second (this)       73, 533    258, 3,255
 *
 * A second worker beside the first makes that wait, because one alone already keeps a second core half busy with
 * compiling and collecting; and as it has to compile the same code anew, an ordinary set is over before it pays.
 */
export interface Width {
  readonly soon: number;
  readonly most: number;
}

/** A set that goes on for so long pays for a worker on every core. */
const longMs = 1_000;

export interface Lanes {
  /** Settles once, unless they are stopped. Rejects when no worker is to be had. */
  readonly ended: Promise<SetOutcome>;
  /** Ends the set here and now, with what has completed; `failureIn` is asked about the first run that has not. */
  fail(failureIn: (run: RunKey | null) => Failure): void;
  /** Kills all workers; nothing more is told, and `ended` stays open. */
  stop(): void;
}

/** A frame may be lost this often before it is the engine that is in trouble. */
const mostLosses = 3;

export function startLanes({ workshop, program, runs, width, onEvent }: LanesRequest): Lanes {
  const { entry } = program.compiled;
  const schedule = createSchedule(runs.length);
  const teller = createTeller(onEvent);
  const lanes = new Set<Lane>();
  let wanted = 1;
  /** Whether runs must be alone, so that it shows which of them kills the frame. */
  let isAlone = false;
  let opening = 0;
  let losses = 0;
  let blockedAtMs = -Infinity;
  let isOver = false;
  let settle: { resolve(outcome: SetOutcome): void; reject(error: unknown): void };
  const ended = new Promise<SetOutcome>((resolve, reject) => (settle = { resolve, reject }));
  const unattend = workshop.attend(onLost);

  function endLanes(whose: (place: number | null) => boolean): void {
    for (const lane of lanes) {
      if (!whose(lane.place)) continue;
      lane.end();
      lanes.delete(lane);
    }
  }

  function close(): boolean {
    if (isOver) return false;
    isOver = true;
    clearTimeout(long);
    unattend();
    endLanes(() => true);
    return true;
  }

  function settleIfKnown(): void {
    if (isOver || !schedule.isSettled) return;
    const outcome = schedule.outcome();
    const { failure } = outcome;
    close();
    try {
      teller.flush();
      if (failure === null) onEvent({ kind: 'done' });
      else if (failure.scenario !== null) onEvent({ kind: 'failed', failure });
    } finally {
      settle.resolve(outcome);
    }
  }

  function fail(place: number, failure: Failure): void {
    schedule.fail(place, failure);
    endLanes((other) => other === null || !schedule.counts(other));
    settleIfKnown();
  }

  /** Gives the lane its next run, or ends it when there is none. */
  function feed(lane: Lane): void {
    const place = schedule.next();
    if (place !== null) return lane.give(place, runs[place] as RunKey);
    lane.end();
    lanes.delete(lane);
  }

  async function openLane(): Promise<void> {
    const mine = losses;
    opening++;
    try {
      const worker = await workshop.take();
      if (isOver || mine !== losses) return worker.kill();
      opening--;
      const lane: Lane = startLane(worker, program, {
        onEvent(place, event) {
          hear(lane, place, event);
        },
        onFailure(place, failure) {
          lanes.delete(lane);
          if (failure.kind === 'blocked') blockedAtMs = performance.now();
          fail(place, failure);
        },
      });
      lanes.add(lane);
      feed(lane);
    } catch (error) {
      if (isOver || mine !== losses) return;
      opening--;
      // Without this worker the others go on.
      if (lanes.size === 0 && opening === 0 && close()) settle.reject(error);
    }
  }

  function hear(lane: Lane, place: number, event: RunEvent): void {
    if (event.kind === 'run') {
      schedule.complete(place, event.results, event.steps);
      // Before the result is told, which makes the page draw: the worker need not wait for that.
      feed(lane);
      widenTo(width.soon);
    }
    try {
      teller.tell(place, event);
    } finally {
      settleIfKnown();
    }
  }

  function widenTo(most: number): void {
    if (!isAlone) wanted = Math.max(wanted, Math.min(most, runs.length));
    while (lanes.size + opening < wanted && schedule.hasNext) void openLane();
  }

  function onLost(loss: FrameLoss): void {
    const given = [...lanes].filter(({ place }) => place !== null);
    const begun = given.filter(({ hasBegun }) => hasBegun);
    const [suspect] = begun.map(({ place }) => place);
    // A worker that was just ended as blocked may have been the one that filled the memory.
    const isOnly = given.length === 1 && performance.now() - blockedAtMs > silentMs;
    endLanes(() => true);
    losses++;
    opening = 0;
    if (loss === 'died' && isOnly && suspect !== undefined && suspect !== null) {
      return fail(suspect, stopped('out-of-memory', runs[suspect] ?? null, entry));
    }
    if (losses > mostLosses) return failNow((run) => stopped('engine', run, entry, 'its frame was lost'));
    // Which run is to blame shows when they are alone; with none begun nothing of the program has run.
    if (begun.length > 0) [isAlone, wanted] = [true, 1];
    schedule.reopen();
    teller.again();
    widenTo(1);
  }

  function failNow(failureIn: (run: RunKey | null) => Failure): void {
    const place = schedule.front;
    const isUnderWay = [...lanes].some((lane) => lane.place === place && lane.hasBegun);
    fail(place, failureIn(isUnderWay ? (runs[place] ?? null) : null));
  }

  widenTo(1);
  const long = setTimeout(() => widenTo(width.most), longMs);
  return {
    ended,
    fail: failNow,
    stop() {
      if (close()) teller.end();
    },
  };
}
