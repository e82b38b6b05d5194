// The record engine of one queue: every record is offered, waits, is served or is lost, and none is an object.

import { positive, positiveInteger } from '../argument.ts';
import type { OverflowPolicy } from '../sink/overflow.ts';
import { ArrivalClock, type RateFrom } from './arrival-clock.ts';
import { even, type Draw } from './draw.ts';
import type { QueueReadings } from './queue-readings.ts';
import { QueueRecorder } from './queue-recorder.ts';
import { WaitingLine } from './waiting-line.ts';

export interface QueueSetup {
  /** What is offered: a rate from `fromMs` on, until the next one begins. The first begins at 0. */
  readonly arrivals: readonly RateFrom[];
  /**
   * Gaps between offers and work of records, as multiples of their means; the gap of a record is drawn before its work. Give
   * `even` where there is no chance: the offers between two completions then join the line all at once, to the same result.
   */
  readonly nextGap: Draw;
  readonly nextWork: Draw;
  /** Mean time that one server needs for one record. */
  readonly serviceMs: number;
  /** 1 unless given. */
  readonly servers?: number;
  /** Places to wait, not counting those in service; Infinity for a queue without bound. */
  readonly capacityRecords: number;
  /**
   * What happens to an offer when all places are taken (M4.6). `block` holds its sender, who makes nothing else meanwhile;
   * with `fail` the run ends.
   */
  readonly overflow: OverflowPolicy;
  /** Waiting and in service, above which the process runs out of memory and the run ends; no limit unless given. */
  readonly mostInsideRecords?: number;
  readonly durationMs: number;
  readonly sampleMs: number;
}

/**
 * Runs one queue (M6, M4.6). What falls on the same instant happens in this order: completions, whose server takes the next
 * record at once, then offers (M0.2).
 *
 * Laws: offered = served + lost + waiting + in service + held outside; no more than `capacityRecords` wait and no more than
 * `servers` are served; records are served in the order of their offers; a server is idle only while nothing waits. The
 * integral of the records inside is the sum of their stays (Little). Throws RangeError for input out of range.
 */
export function runQueue(setup: QueueSetup): QueueReadings {
  const { overflow, nextWork } = setup;
  const serviceMs = positive(setup.serviceMs, 'serviceMs');
  const servers = positiveInteger(setup.servers ?? 1, 'servers');
  const durationMs = positive(setup.durationMs, 'durationMs');
  const capacity =
    setup.capacityRecords === Infinity ? Infinity : positiveInteger(setup.capacityRecords, 'capacityRecords');
  const mostInside = setup.mostInsideRecords ?? Infinity;
  const line = new WaitingLine();
  const clock = new ArrivalClock(setup.arrivals, setup.nextGap);
  const recorder = new QueueRecorder(positive(setup.sampleMs, 'sampleMs'));
  // Busy servers first, by the time at which they finish.
  const doneMs = new Float64Array(servers);
  const sinceMs = new Float64Array(servers);
  let busy = 0;
  /** The work of the record whose sender is held; negative when nobody is. */
  let heldWorkMs = -1;
  /** Offers and their times can be counted: there is no chance, and no sender was held so far. */
  let isCounted = setup.nextGap === even && nextWork === even;

  function serve(nowMs: number, fromMs: number, workMs: number): void {
    const finishMs = nowMs + workMs;
    let at = busy++;
    for (; at > 0 && (doneMs[at - 1] as number) > finishMs; at--) {
      doneMs[at] = doneMs[at - 1] as number;
      sinceMs[at] = sinceMs[at - 1] as number;
    }
    doneMs[at] = finishMs;
    sinceMs[at] = fromMs;
    recorder.waited(nowMs - fromMs);
  }

  function complete(nowMs: number): void {
    recorder.served(nowMs - (sinceMs[0] as number));
    busy -= 1;
    for (let at = 0; at < busy; at++) {
      doneMs[at] = doneMs[at + 1] as number;
      sinceMs[at] = sinceMs[at + 1] as number;
    }
    if (line.depthRecords === 0) return;
    serve(nowMs, line.oldestSinceMs, line.oldestWorkMs);
    line.dropOldest();
    if (heldWorkMs < 0) return;
    line.push(nowMs, heldWorkMs);
    heldWorkMs = -1;
    clock.advanceFrom(nowMs);
  }

  function join(nowMs: number, workMs: number): void {
    if (isCounted) line.pushCounted(clock.stretch, clock.records, 1, workMs);
    else line.push(nowMs, workMs);
  }

  /** All offers before anything else: a completion, a sample, another rate, the last free place, too many inside, the end. */
  function joinBefore(nextDoneMs: number): void {
    const { stretch, records } = clock;
    const waiting = line.depthRecords;
    const most = Math.min(capacity - 1, mostInside - busy) - waiting;
    const count = clock.skipBefore(Math.min(nextDoneMs, recorder.nextSampleMs, durationMs), most);
    if (count === 0) return;
    recorder.joined(stretch, records, count, waiting, busy);
    line.pushCounted(stretch, records, count, serviceMs);
  }

  /** What ends the run, or null. */
  function offer(nowMs: number): QueueReadings['ended'] | null {
    const workMs = nextWork() * serviceMs;
    recorder.offered();
    if (busy < servers) serve(nowMs, nowMs, workMs);
    else if (line.depthRecords < capacity) {
      join(nowMs, workMs);
      if (line.depthRecords === capacity) recorder.full(nowMs);
    } else if (overflow === 'block') {
      heldWorkMs = workMs;
      isCounted = false;
      return null;
    } else if (overflow === 'drop-newest' || overflow === 'fail') {
      recorder.lost(1);
      if (overflow === 'fail') return 'failed';
    } else {
      recorder.lost(overflow === 'drop-buffer' ? line.depthRecords : 1);
      if (overflow === 'drop-oldest') line.dropOldest();
      else if (overflow === 'replace-youngest') line.dropYoungest();
      else line.clear();
      join(nowMs, workMs);
    }
    clock.advance();
    return line.depthRecords + busy > mostInside ? 'out of memory' : null;
  }

  for (;;) {
    if (isCounted && busy === servers) joinBefore(doneMs[0] as number);
    const nextDoneMs = busy > 0 ? (doneMs[0] as number) : Infinity;
    const nextOfferMs = heldWorkMs < 0 ? clock.nextMs : Infinity;
    const nowMs = Math.min(nextDoneMs, nextOfferMs, durationMs);
    recorder.advance(nowMs, line, busy, heldWorkMs >= 0);
    let end: QueueReadings['ended'] | null = null;
    if (nextDoneMs > durationMs && nextOfferMs > durationMs) end = 'in time';
    else if (nextDoneMs <= nextOfferMs) complete(nowMs);
    else end = offer(nowMs);
    if (end !== null) return recorder.end(end, line, busy, heldWorkMs >= 0);
  }
}
