// The record engine of a Flink job: every record is served, queued, handed on and held back one by one. Its tight loop uses
// typed arrays and makes no object for a record.

import { nonNegativeInteger, positive } from '../argument.ts';
import { createProfile } from '../traffic/profile.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import { serviceChanges, sharesOf, stagesOf, type JobSetup } from './job.ts';
import { readRecords, type RecordRun, type RecordSamples } from './record-readings.ts';
import { SubtaskHeap } from './subtask-heap.ts';

export interface RecordSetup extends JobSetup {
  /** Every record takes its operator's time, or exponential times with that mean. 'even' unless given. */
  readonly service?: 'even' | 'exponential';
  /** For exponential times and for keys; 0 unless given. */
  readonly seed?: number;
  /** How often the state is sampled, in whole ms. */
  readonly sampleMs: number;
}

const idle = 0;
const busy = 1;
const held = 2;

/**
 * Runs a job record by record (M3.1). A subtask serves one record at a time and holds it until the next operator's buffer
 * has room: blocking after service, as credit-based flow control does (F1). Senders that wait for the same buffer are served
 * in the order in which they came. Time is in whole microseconds; events of one instant run as completions, timers,
 * arrivals, dispatch (M0.2), and each subtask's busy, held and idle time is the run's, to the microsecond.
 *
 * Cost: 0.2 to 0.3 µs for each service of a record. Throws RangeError for input out of range, naming it.
 */
export function runRecords(setup: RecordSetup): RecordRun {
  const stages = stagesOf(setup);
  const shares = sharesOf(stages, setup.source.partitions);
  const endUs = Math.round(positive(setup.durationMs, 'durationMs') * 1000);
  const sampleUs = Math.round(positive(setup.sampleMs, 'sampleMs') * 1000);
  const startLagRecords = nonNegativeInteger(setup.startLagRecords ?? 0, 'startLagRecords');
  const profile = createProfile(setup.traffic);
  const seed = setup.seed ?? 0;
  const isExponential = setup.service === 'exponential';
  for (const { name, networkPerSecond } of stages)
    if (networkPerSecond < Infinity)
      throw new RangeError(`${name} has networkPerSecond; only the count engine knows a network.`);

  // Subtasks are numbered through, stage by stage.
  const firstOf = new Int32Array(stages.length + 1);
  for (const [i, { parallelism }] of stages.entries()) firstOf[i + 1] = (firstOf[i] ?? 0) + parallelism;
  const subtasks = firstOf[stages.length] as number;
  const sinkStage = stages.length - 1;
  const stageOf = new Int32Array(subtasks);
  const bufferRecords = new Int32Array(subtasks);
  const bufferAt = new Int32Array(subtasks);
  let ringRecords = 0;
  for (const [i, stage] of stages.entries())
    for (let k = firstOf[i] as number; k < (firstOf[i + 1] as number); k++) {
      stageOf[k] = i;
      if (i === 0) continue;
      bufferRecords[k] = stage.bufferRecords;
      bufferAt[k] = ringRecords;
      ringRecords += stage.bufferRecords;
    }

  const selectivity = Float64Array.from(stages, (stage) => stage.selectivity);
  const serviceUs = Float64Array.from(stages, ({ serviceMs }) => Math.max(1, Math.round(serviceMs * 1000)));
  const changes = serviceChanges(setup, stages);
  const services = stages.map(({ name }) => createRng(deriveSeed(seed, `service/${name}`)));
  const keys = stages.map(({ name }) => createRng(deriveSeed(seed, `keys/${name}`)));
  /** For each stage how records find their subtask there, and where hashed keys end, subtask by subtask. */
  const partitionings = stages.map(({ input }) => input);
  const keyEnds = shares.map((list) => {
    let sum = 0;
    return Float64Array.from(list, (share) => (sum += share));
  });

  // A record is known by the time at which it came into the topic, in µs.
  const ring = new Float64Array(ringRecords);
  const head = new Int32Array(subtasks);
  const waiting = new Int32Array(subtasks);
  const inHand = new Float64Array(subtasks);
  const state = new Uint8Array(subtasks);
  const sinceUs = new Float64Array(subtasks);
  const timesUs = [new Float64Array(subtasks), new Float64Array(subtasks), new Float64Array(subtasks)] as const;
  const taken = new Float64Array(subtasks);
  const processed = new Float64Array(subtasks);
  const emitted = new Float64Array(subtasks);
  /** Results still to be handed on, and the subtask to which the next one goes (−1: not decided). */
  const left = new Int32Array(subtasks);
  const target = new Int32Array(subtasks).fill(-1);
  const turn = Int32Array.from(stageOf, (i, k) => k - (firstOf[i] as number));
  // Senders that wait for a buffer, as lists: first and last by receiver, next by sender.
  const firstSender = new Int32Array(subtasks).fill(-1);
  const lastSender = new Int32Array(subtasks).fill(-1);
  const nextSender = new Int32Array(subtasks).fill(-1);
  // Subtasks that may start something at the end of this instant.
  const ready = new Int32Array(subtasks);
  const isReady = new Uint8Array(subtasks);
  let readyAt = 0;
  let readyCount = 0;
  /** Completions, and arrivals for readers that wait for one. */
  const heap = new SubtaskHeap(subtasks);
  const readers = stages[0]?.parallelism ?? 0;
  const partitions = setup.source.partitions ?? readers;
  const nextArrivalUs = new Float64Array(subtasks);
  let latenciesUs = new Float64Array(1024);
  let written = 0;
  let nowUs = 0;

  /** When the record that reader k reads after `read` others came: it owns partitions k, k + readers, … in turn. */
  function arrivalUs(k: number, read: number): number {
    const owned = Math.ceil(Math.max(0, partitions - k) / readers);
    if (owned === 0) return Infinity;
    const index = Math.floor(read / owned) * partitions + k + (read % owned) * readers;
    return index < startLagRecords ? 0 : Math.round(profile.arrivalTimeOf(index - startLagRecords) * 1000);
  }

  /** How many of the first `arrived` records lie in partitions of reader k. */
  function arrivedFor(k: number, arrived: number): number {
    const ownedOf = (count: number): number => Math.ceil(Math.max(0, count - k) / readers);
    return Math.floor(arrived / partitions) * ownedOf(partitions) + ownedOf(arrived % partitions);
  }

  function enter(k: number, next: number): void {
    const spent = timesUs[state[k] as 0 | 1 | 2];
    spent[k] = (spent[k] as number) + nowUs - (sinceUs[k] as number);
    sinceUs[k] = nowUs;
    state[k] = next;
  }

  function wake(k: number): void {
    if (isReady[k] === 1) return;
    isReady[k] = 1;
    ready[(readyAt + readyCount++) % subtasks] = k;
  }

  function chooseTarget(k: number, stage: number): number {
    const first = firstOf[stage] as number;
    const count = (firstOf[stage + 1] as number) - first;
    const partitioning = partitionings[stage];
    if (partitioning === 'forward') return first + k - (firstOf[stage - 1] as number);
    if (partitioning === 'rebalance') {
      const chosen = (turn[k] as number) % count;
      turn[k] = chosen + 1;
      return first + chosen;
    }
    const draw = (keys[stage] as { next(): number }).next();
    const ends = keyEnds[stage] as Float64Array;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) > draw) high = middle;
      else low = middle + 1;
    }
    return first + low;
  }

  function put(record: number, to: number): void {
    const size = bufferRecords[to] as number;
    let at = (head[to] as number) + (waiting[to] as number);
    if (at >= size) at -= size;
    ring[(bufferAt[to] as number) + at] = record;
    waiting[to] = (waiting[to] as number) + 1;
    wake(to);
  }

  /** Hands on what subtask k has made, until a buffer has no room; then k waits with the rest in its hands. */
  function handOn(k: number): void {
    const next = (stageOf[k] as number) + 1;
    while ((left[k] as number) > 0) {
      let to = target[k] as number;
      if (to < 0) to = target[k] = chooseTarget(k, next);
      if ((waiting[to] as number) >= (bufferRecords[to] as number)) {
        if (state[k] !== held) enter(k, held);
        if ((firstSender[to] as number) < 0) firstSender[to] = k;
        else nextSender[lastSender[to] as number] = k;
        lastSender[to] = k;
        return;
      }
      put(inHand[k] as number, to);
      left[k] = (left[k] as number) - 1;
      emitted[k] = (emitted[k] as number) + 1;
      target[k] = -1;
    }
    enter(k, idle);
    wake(k);
  }

  function complete(k: number): void {
    const stage = stageOf[k] as number;
    const before = processed[k] as number;
    processed[k] = before + 1;
    const each = selectivity[stage] as number;
    const made = each === 1 ? 1 : Math.floor((before + 1) * each + 1e-9) - Math.floor(before * each + 1e-9);
    if (stage !== sinkStage) {
      left[k] = made;
      handOn(k);
      return;
    }
    emitted[k] = (emitted[k] as number) + made;
    if (written === latenciesUs.length) {
      const more = new Float64Array(2 * written);
      more.set(latenciesUs);
      latenciesUs = more;
    }
    latenciesUs[written++] = nowUs - (inHand[k] as number);
    enter(k, idle);
    wake(k);
  }

  /** Takes the next record of an idle subtask, if there is one, and lets a waiting sender into the room that it leaves. */
  function dispatch(k: number): void {
    if (state[k] !== idle) return;
    const stage = stageOf[k] as number;
    if (stage === 0) {
      const cameUs = nextArrivalUs[k] as number;
      if (cameUs > nowUs) {
        if (cameUs <= endUs && !heap.has(k)) heap.push(k, cameUs, true);
        return;
      }
      inHand[k] = cameUs;
      taken[k] = (taken[k] as number) + 1;
      nextArrivalUs[k] = arrivalUs(k, taken[k] as number);
      serve(k, 0);
      return;
    }
    if (waiting[k] === 0) return;
    const at = head[k] as number;
    inHand[k] = ring[(bufferAt[k] as number) + at] as number;
    head[k] = at + 1 === bufferRecords[k] ? 0 : at + 1;
    waiting[k] = (waiting[k] as number) - 1;
    taken[k] = (taken[k] as number) + 1;
    serve(k, stage);
    const sender = firstSender[k] as number;
    if (sender < 0) return;
    firstSender[k] = nextSender[sender] as number;
    nextSender[sender] = -1;
    handOn(sender);
  }

  function serve(k: number, stage: number): void {
    enter(k, busy);
    const meanUs = serviceUs[stage] as number;
    const us = isExponential
      ? Math.max(1, Math.round((services[stage] as { exponential(rate: number): number }).exponential(1 / meanUs)))
      : meanUs;
    heap.push(k, nowUs + us, false);
  }

  const samples = newSamples(Math.floor(endUs / sampleUs) + 1, subtasks);
  function sample(index: number): void {
    const row = index * subtasks;
    for (let k = 0; k < subtasks; k++) {
      enter(k, state[k] as number);
      samples.busyUs[row + k] = timesUs[busy][k] as number;
      samples.heldUs[row + k] = timesUs[held][k] as number;
      samples.taken[row + k] = taken[k] as number;
      samples.waiting[row + k] = waiting[k] as number;
    }
    const arrived = startLagRecords + profile.arrivedBy(nowUs / 1000);
    let lagRecords = arrived;
    let oldestUs = Infinity;
    for (let k = 0; k < readers; k++) {
      lagRecords -= taken[k] as number;
      samples.waiting[row + k] = arrivedFor(k, arrived) - (taken[k] as number);
      oldestUs = Math.min(oldestUs, nextArrivalUs[k] as number);
    }
    samples.lagRecords[index] = lagRecords;
    samples.lagMs[index] = oldestUs < nowUs ? (nowUs - oldestUs) / 1000 : 0;
  }

  for (let k = 0; k < readers; k++) {
    nextArrivalUs[k] = arrivalUs(k, 0);
    wake(k);
  }
  const changesUs = changes.map(({ atMs }) => Math.round(atMs * 1000));
  let changeAt = 0;
  let sampleAt = 0;
  for (;;) {
    nowUs = Math.min(heap.firstUs, changesUs[changeAt] ?? Infinity, sampleAt * sampleUs);
    if (nowUs > endUs) break;
    while (heap.firstUs === nowUs && !heap.isFirstArrival) complete(heap.pop());
    for (; changesUs[changeAt] === nowUs; changeAt++) {
      const { stage = 0, serviceMs = 1 } = changes[changeAt] ?? {};
      serviceUs[stage] = Math.max(1, Math.round(serviceMs * 1000));
    }
    if (sampleAt * sampleUs === nowUs) sample(sampleAt++);
    while (heap.firstUs === nowUs) wake(heap.pop());
    while (readyCount > 0) {
      const k = ready[readyAt] as number;
      readyAt = readyAt + 1 === subtasks ? 0 : readyAt + 1;
      readyCount -= 1;
      isReady[k] = 0;
      dispatch(k);
    }
  }
  nowUs = endUs;
  for (let k = 0; k < subtasks; k++) enter(k, state[k] as number);
  return readRecords({
    setup,
    stages,
    firstOf,
    bufferRecords,
    samples,
    arrivedBy: (ms) => startLagRecords + profile.arrivedBy(ms),
    latenciesUs: latenciesUs.subarray(0, written),
    totals: { taken, processed, emitted, waiting, timesUs },
  });
}

function newSamples(count: number, subtasks: number): RecordSamples {
  return {
    busyUs: new Float64Array(count * subtasks),
    heldUs: new Float64Array(count * subtasks),
    taken: new Float64Array(count * subtasks),
    waiting: new Int32Array(count * subtasks),
    lagRecords: new Float64Array(count),
    lagMs: new Float64Array(count),
  };
}
