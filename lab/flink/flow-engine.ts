// The count engine of a Flink job: a fluid of records in a chain of bounded buffers, in straight pieces of time, with
// incidents, checkpoints and restarts, and without a record in memory.

import { nonNegative } from '../argument.ts';
import { CheckpointCoordinator, type RestorePoint } from './checkpoint-coordinator.ts';
import { applyRescale, flowStagesOf, layOut, queuedRecords } from './flow-layout.ts';
import { planOf, type FlowSetup, type PlannedChange, type Rescale } from './flow-plan.ts';
import { solveRates, type FlowStage } from './flow-rates.ts';
import { readFlow, type FlowRun, type FlowStretch, type Restart } from './flow-readings.ts';
import { stagesOf, type Stage } from './job.ts';

/** Less than a millionth of a record, or of a ms, is rounding. */
const grain = 1e-6;

/**
 * Runs a job as a fluid (M3.1, M3.3, M3.6): rates hold until a buffer is full or empty or something planned happens. Time
 * with a full buffer behind counts as back-pressured, time without work as idle, a restart as idle too.
 *
 * A rescale stops the job: with a savepoint it first works off all that is in flight; from a checkpoint it drops its
 * buffers, reads again what came since that checkpoint began, and an ordinary sink sees results twice (F33). Laws: records
 * are conserved between operators and at the topic; buffers are bounded; nobody serves beyond its capacity. Records may be
 * fractions: round for display. Throws RangeError for input out of range, naming it.
 */
export function runFlow(setup: FlowSetup): FlowRun {
  return new FlowEngine(setup).run();
}

class FlowEngine {
  readonly #setup: FlowSetup;
  readonly #base: readonly Stage[];
  readonly #plan: readonly PlannedChange[];
  readonly #restartMs: number;
  readonly #coordinator: CheckpointCoordinator;
  /** By stage, as they are now. */
  readonly #serviceMs: number[];
  readonly #parallelisms: number[];
  #taskManagers: number;
  #laidOut: readonly Stage[];
  #stages: readonly FlowStage[];

  #nowMs = 0;
  #planAt = 0;
  #offeredPerSecond = 0;
  /** Draining: stopping with a savepoint, the source reads no more. Down: no task runs. */
  #phase: 'running' | 'draining' | 'down' = 'running';
  #upAtMs = Infinity;
  #stop: { readonly atMs: number; readonly readAgain: number; readonly duplicates: number } | null = null;
  #restored: RestorePoint['inFlight'] = null;

  /** Records over the whole run, by stage. */
  readonly #received: number[];
  readonly #processed: number[];
  readonly #discarded: number[];
  readonly #restoredRecords: number[];
  #rewound = 0;

  readonly #stretches: FlowStretch[] = [];
  readonly #restarts: Restart[] = [];
  readonly #withoutEffect: { readonly atMs: number; readonly taskManagers: number }[] = [];

  constructor(setup: FlowSetup) {
    const startLagRecords = nonNegative(setup.startLagRecords ?? 0, 'startLagRecords');
    this.#setup = setup;
    this.#base = stagesOf(setup);
    this.#plan = planOf(setup, this.#base);
    this.#restartMs = nonNegative(setup.restartMs ?? 30_000, 'restartMs');
    this.#coordinator = new CheckpointCoordinator(setup.checkpoint);
    this.#serviceMs = this.#base.map(({ serviceMs }) => serviceMs);
    this.#parallelisms = this.#base.map(({ parallelism }) => parallelism);
    this.#taskManagers = setup.cluster?.taskManagers ?? 0;
    this.#laidOut = this.#layOut();
    this.#stages = this.#freshStages(startLagRecords);
    this.#received = this.#base.map((_, i) => (i === 0 ? startLagRecords : 0));
    this.#processed = this.#base.map(() => 0);
    this.#discarded = this.#base.map(() => 0);
    this.#restoredRecords = this.#base.map(() => 0);
  }

  run(): FlowRun {
    const { durationMs } = this.#setup;
    while (this.#nowMs < durationMs) {
      this.#applyPlan();
      this.#moveOn();
      if (this.#phase === 'running') this.#moveCheckpoint();
      if (this.#phase === 'down') standStill(this.#stages, this.#offeredPerSecond);
      else solveRates(this.#stages, this.#offeredPerSecond, this.#phase === 'running');
      this.#step(Math.min(durationMs, Math.max(this.#nextMs(), this.#nowMs + grain)));
    }
    return readFlow({
      setup: this.#setup,
      stretches: this.#stretches,
      checkpoints: this.#coordinator.outcomes,
      restarts: this.#restarts,
      withoutEffect: this.#withoutEffect,
      readAgainRecords: this.#rewound,
      counts: this.#laidOut.map(({ name, parallelism, selectivity }, i) => ({
        name,
        parallelism,
        receivedRecords: this.#received[i] ?? 0,
        processedRecords: this.#processed[i] ?? 0,
        emittedRecords: (this.#processed[i] ?? 0) * selectivity,
        waitingRecords: queuedRecords(this.#stages[i] as FlowStage),
        inServiceRecords: 0,
        discardedRecords: this.#discarded[i] ?? 0,
        restoredRecords: this.#restoredRecords[i] ?? 0,
      })),
    });
  }

  #applyPlan(): void {
    let next = this.#plan[this.#planAt];
    while (next !== undefined && next.atMs <= this.#nowMs) {
      if (next.kind === 'traffic') this.#offeredPerSecond = next.recordsPerSecond;
      else if (next.kind === 'service') {
        this.#serviceMs[next.stage] = next.serviceMs;
        (this.#stages[next.stage] as FlowStage).subtaskCapacityPerSecond = 1000 / next.serviceMs;
      } else if (next.kind === 'rescale') this.#rescale(next.rescale);
      else this.#changeTaskManagers(next.taskManagers);
      this.#planAt += 1;
      next = this.#plan[this.#planAt];
    }
  }

  #rescale(rescale: Rescale): void {
    applyRescale(this.#parallelisms, this.#base, rescale);
    // Rescales of one instant are one restart: a forward edge may need both of its ends.
    const others = this.#plan.slice(this.#planAt + 1);
    const isLast = !others.some(({ kind, atMs }) => kind === 'rescale' && atMs === rescale.atMs);
    if (isLast) this.#replace(rescale.from);
  }

  #changeTaskManagers(taskManagers: number): void {
    this.#taskManagers = taskManagers;
    if (!this.#replace('checkpoint')) this.#withoutEffect.push({ atMs: this.#nowMs, taskManagers });
  }

  /** Restarts the job if it is laid out in another way now; one that is down already comes up with it. */
  #replace(from: Rescale['from']): boolean {
    const before = this.#laidOut;
    this.#laidOut = this.#layOut();
    const isSame = this.#laidOut.every(({ parallelism }, i) => parallelism === before[i]?.parallelism);
    if (isSame || this.#phase !== 'running') return !isSame;
    this.#coordinator.abort(this.#nowMs);
    if (from === 'checkpoint') this.#stopAtOnce();
    else {
      this.#phase = 'draining';
      this.#stop = { atMs: this.#nowMs, readAgain: 0, duplicates: 0 };
    }
    return true;
  }

  #stopAtOnce(): void {
    const { positionRecords, sinkRecords, inFlight } = this.#coordinator.last;
    const readAgain = this.#positionRecords() - positionRecords;
    const writtenAgain = Math.max(0, (this.#processed.at(-1) ?? 0) - sinkRecords);
    this.#stop = {
      atMs: this.#nowMs,
      readAgain,
      duplicates: this.#setup.isSinkTransactional === true ? 0 : writtenAgain,
    };
    this.#rewound += readAgain;
    this.#received[0] = (this.#received[0] ?? 0) + readAgain;
    for (const [i, stage] of this.#stages.entries()) {
      if (i > 0) this.#discarded[i] = (this.#discarded[i] ?? 0) + queuedRecords(stage);
      for (const group of stage.groups) group.queue = i > 0 ? 0 : group.queue + readAgain * group.share;
    }
    this.#restored = inFlight;
    this.#goDown();
  }

  #goDown(): void {
    this.#phase = 'down';
    this.#upAtMs = this.#nowMs + this.#restartMs;
  }

  /** From draining to down, once nothing is in flight, and from down to running, once the time is up. */
  #moveOn(): void {
    if (this.#phase === 'draining' && this.#stages.every((stage, i) => i === 0 || queuedRecords(stage) === 0))
      this.#goDown();
    if (this.#phase !== 'down' || this.#upAtMs > this.#nowMs) return;
    this.#stages = this.#freshStages(queuedRecords(this.#stages[0] as FlowStage));
    this.#restore();
    this.#restarts.push({
      stoppedMs: this.#stop?.atMs ?? this.#nowMs,
      runningMs: this.#nowMs,
      readAgainRecords: this.#stop?.readAgain ?? 0,
      duplicateRecords: this.#stop?.duplicates ?? 0,
      parallelisms: this.#laidOut.map(({ parallelism }) => parallelism),
    });
    this.#coordinator.restart(this.#nowMs, {
      positionRecords: this.#positionRecords(),
      sinkRecords: this.#processed.at(-1) ?? 0,
      inFlight: this.#restored,
    });
    this.#phase = 'running';
    this.#upAtMs = Infinity;
    this.#restored = null;
  }

  /** Puts the records that an unaligned checkpoint took along back into the buffers. */
  #restore(): void {
    for (const [i, records] of (this.#restored ?? []).entries()) {
      if (i === 0) continue;
      this.#restoredRecords[i] = (this.#restoredRecords[i] ?? 0) + records;
      for (const group of this.#stages[i]?.groups ?? []) group.queue = records * group.share;
    }
  }

  #moveCheckpoint(): void {
    this.#coordinator.moveOn({
      nowMs: this.#nowMs,
      stages: this.#stages,
      positionRecords: this.#positionRecords(),
      sinkRecords: this.#processed.at(-1) ?? 0,
      serviceMs: this.#serviceMs.reduce((sum, ms) => sum + ms, 0),
    });
  }

  /** When the rates change next. */
  #nextMs(): number {
    let ms = Math.min(this.#plan[this.#planAt]?.atMs ?? Infinity, this.#upAtMs);
    if (this.#phase === 'running') ms = Math.min(ms, this.#coordinator.nextMs(this.#nowMs, this.#stages));
    for (const { groups, bufferRecords } of this.#stages)
      for (const { queue, growth } of groups) {
        if (growth > 0 && queue < bufferRecords)
          ms = Math.min(ms, this.#nowMs + ((bufferRecords - queue) / growth) * 1000);
        else if (growth < 0) ms = Math.min(ms, this.#nowMs + (queue / -growth) * 1000);
      }
    return ms;
  }

  #step(toMs: number): void {
    const seconds = (toMs - this.#nowMs) / 1000;
    const startQueues = this.#stages.map(({ groups }) => groups.map(({ queue }) => queue));
    for (const [i, stage] of this.#stages.entries()) {
      this.#received[i] = (this.#received[i] ?? 0) + stage.inPerSecond * seconds;
      this.#processed[i] = (this.#processed[i] ?? 0) + stage.servedPerSecond * seconds;
      for (const group of stage.groups) group.queue = settled(group.queue + group.growth * seconds, stage);
    }
    this.#coordinator.step(this.#stages, seconds);
    this.#stretches.push({
      fromMs: this.#nowMs,
      toMs,
      phase: this.#phase,
      offeredPerSecond: this.#offeredPerSecond,
      stages: this.#stages.map((stage, i) => ({
        groups: stage.groups,
        subtaskCapacityPerSecond: stage.subtaskCapacityPerSecond,
        bufferRecords: stage.bufferRecords,
        inPerSecond: stage.inPerSecond,
        served: stage.groups.map(({ served }) => served),
        startQueues: startQueues[i] ?? [],
        endQueues: stage.groups.map(({ queue }) => queue),
      })),
    });
    this.#nowMs = toMs;
  }

  /** How far the source has read for good: what it has read, less what it went back. */
  #positionRecords(): number {
    return (this.#processed[0] ?? 0) - this.#rewound;
  }

  #layOut(): readonly Stage[] {
    return layOut(this.#setup, this.#base, { parallelisms: this.#parallelisms, taskManagers: this.#taskManagers });
  }

  #freshStages(lagRecords: number): readonly FlowStage[] {
    const stages = flowStagesOf(this.#laidOut, this.#setup.source.partitions, this.#serviceMs);
    for (const group of stages[0]?.groups ?? []) group.queue = lagRecords * group.share;
    return stages;
  }
}

/** No task runs; only the topic grows. */
function standStill(stages: readonly FlowStage[], offeredPerSecond: number): void {
  for (const [i, stage] of stages.entries()) {
    stage.inPerSecond = i === 0 ? offeredPerSecond : 0;
    stage.servedPerSecond = 0;
    for (const group of stage.groups) {
      group.served = 0;
      group.growth = group.share * stage.inPerSecond;
    }
  }
}

/** A queue that has come within a grain of empty or full is so. */
function settled(records: number, { bufferRecords }: FlowStage): number {
  if (records < grain) return 0;
  return Math.abs(records - bufferRecords) < grain ? bufferRecords : records;
}
