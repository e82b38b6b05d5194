// Runs a learner's control plane before a pipeline and leaves a trace: (program, scenario, seed) → trace.

import { eventClass, Kernel, type Scheduled } from '../clock/kernel.ts';
import { ProgramHost, runOf, type RunHost } from '../process/host.ts';
import type { Program } from '../program.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { ControlContext, Orchestrator } from './api.ts';
import { decisionOf } from './decision.ts';
import { lookMs } from './drive.ts';
import { moveFaults } from './moved-faults.ts';
import { mostWorkers, Pipeline } from './pipeline.ts';
import { attemptsTable, totalsOf } from './pipeline-trace.ts';
import { createSampler } from './samples.ts';
import type { AttemptRecord, PipelineSetup } from './setup.ts';

/** A pipeline to control, with a name. */
export interface ControlScenario extends PipelineSetup {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** By how much another seed moves each fault at most, in ms. */
  readonly wobbleMs?: number;
}

/** What a control program's run leaves behind: also every attempt of every run, and the cost of running it. */
export interface ControlTrace extends RunTrace {
  readonly attempts: readonly AttemptRecord[];
  readonly decision: unknown;
  readonly hops: number;
  readonly steps: number;
}

type Policy = Parameters<Orchestrator['onTick']>[0];

/** A policy has its whole process for itself; it dies of nothing but its own errors. */
const process = {
  limits: { limitBytes: 1_073_741_824, baseBytes: 0, bytesPerRecord: 0 },
  restart: { restartMs: 60_000, mostRestarts: 0 },
  graceMs: 1_000,
};

/**
 * Runs `program` over `scenario` with `seed`.
 *
 * Laws: the same three give the same trace on every machine; the policy is asked every minute and whenever something has
 * happened, never twice at a time, and the pipeline goes on while it thinks. Rejects with ProgramFailure when the program
 * throws, registers no policy or decides what cannot be meant, and with StepBudgetError when it spins.
 */
export async function runControlProgram(
  program: Program,
  scenario: ControlScenario,
  seed: number,
  host: RunHost,
): Promise<ControlTrace> {
  const { durationMs } = scenario;
  const faults = moveFaults(scenario.faults, scenario.wobbleMs ?? 0, seed);
  const kernel = new Kernel(host.maxHops === undefined ? {} : { maxHops: host.maxHops });
  const pipeline = new Pipeline({ ...scenario, faults });
  const sampler = createSampler(pipeline, durationMs);
  let policy: Policy | null = null;
  let fail: ((error: unknown) => void) | null = null;
  let decision: unknown;
  let isAsking = false;
  let nextLookMs = 0;
  let pumping: Scheduled | null = null;

  function catchUp(ms: number): void {
    while (pipeline.nowMs < ms) pipeline.advanceTo(Math.min(ms, pipeline.nextMs()));
  }

  function pump(): void {
    const nowMs = Math.min(kernel.nowMs, durationMs);
    catchUp(nowMs);
    sampler.take();
    if (nowMs >= durationMs) return;
    if (policy !== null && !isAsking && (pipeline.takeNews() || nowMs >= nextLookMs)) void ask(policy);
    pumpAt(Math.min(durationMs, pipeline.nextMs(), nextLookMs > nowMs ? nextLookMs : nowMs + lookMs, sampler.nextMs()));
  }

  function pumpAt(ms: number): void {
    pumping?.cancel();
    pumping = kernel.at(ms, eventClass.dispatch, pump);
  }

  async function ask(asked: Policy): Promise<void> {
    isAsking = true;
    nextLookMs = (Math.floor(kernel.nowMs / lookMs) + 1) * lookMs;
    try {
      for (let changes = 0; changes < mostWorkers && kernel.nowMs < durationMs; changes++) {
        kernel.wake();
        const answer = decisionOf(await asked(pipeline.state()));
        if (kernel.nowMs >= durationMs) return;
        catchUp(kernel.nowMs);
        if (!pipeline.apply(answer)) break;
      }
      // What was decided may end before the next look.
      if (kernel.nowMs < durationMs) pumpAt(Math.min(durationMs, pipeline.nextMs(), nextLookMs, sampler.nextMs()));
    } catch (error) {
      fail?.(error);
    } finally {
      isAsking = false;
    }
  }

  const orchestrator: Orchestrator = Object.freeze({
    onTick(given: Policy) {
      if (typeof given !== 'function') {
        throw new TypeError(`orchestrator.onTick() takes a function (state) => decision, not ${typeof given}.`);
      }
      if (policy !== null) throw new TypeError('orchestrator.onTick() was called twice; register one policy.');
      policy = given;
      pumpAt(kernel.nowMs);
    },
  });

  const programHost = new ProgramHost({
    kernel,
    program,
    host,
    seed,
    ...process,
    durationMs,
    recordsInMemory: () => 0,
    isSystemError: () => false,
    async open(life, instance, enter) {
      const run = runOf(instance, 'orchestrator, signal');
      ({ decision } = instance);
      enter('run');
      const context: ControlContext = Object.freeze({ orchestrator, signal: life.signal });
      const failed = life.process.promise((stop, reject) => {
        fail = reject;
        life.signal.addEventListener('abort', () => stop(undefined));
      });
      await Promise.race([failed, run(context)]);
      if (policy === null) {
        throw new TypeError('run() returned without a policy; call orchestrator.onTick((state) => ({ … })).');
      }
      // The policy goes on when run() has returned, until the orchestrator is asked to stop.
      await failed;
    },
  });

  pumpAt(0);
  await programHost.run();
  catchUp(durationMs);
  sampler.take();
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs: sampler.sampleMs,
    series: { ...sampler.series },
    events: pipeline.events,
    totals: totalsOf(pipeline),
    tables: [attemptsTable(pipeline)],
    attempts: pipeline.allAttempts(),
    decision,
    hops: kernel.hops,
    steps: kernel.events,
  };
}
