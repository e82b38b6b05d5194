// A learner's program under a run: started, ended, started again, asked to stop; whatever the system it is written for.

import { eventClass, type Hop, type Kernel } from '../clock/kernel.ts';
import { ProgramFailure, type FailurePhase, type LogLevel, type Program, type ProgramInstance } from '../program.ts';
import { createRng, deriveSeed, type Rng } from '../traffic/rng.ts';
import type { HeapLimits } from './heap.ts';
import { ProgramProcess, type EndOfLife } from './process.ts';
import { createVirtualTimers } from './timers.ts';

/** Virtual runs start at this instant; not zero, so that a clock of zero is not mistaken for none. */
export const runEpochMs = 1_767_225_600_000;

/** What the host lends to a run. */
export interface RunHost {
  readonly hop: Hop;
  /** Called with each line that the program logs. */
  log?(atMs: number, level: LogLevel, values: unknown[]): void;
  /** Lets the host report what nothing caught, a rejection or a callback's throw: it keeps `fail` and calls it. */
  onUncaught?(fail: (phase: 'rejection' | 'timer', error: unknown) => void): void;
  /** An error in a few words, with its place in the program when the host can tell. */
  describe?(error: unknown): string;
  readonly maxHops?: number;
  readonly sampleMs?: number;
}

/** One life of the program. */
export interface Life {
  /** 1 for the first. */
  readonly number: number;
  readonly process: ProgramProcess;
  /** Aborts when the program is asked to stop. */
  readonly signal: AbortSignal;
}

/** The end of a life: how, what it threw (in words, null when it did not), and when it had begun to be asked to stop. */
export interface LifeEnd {
  readonly life: Life;
  readonly how: EndOfLife;
  readonly error: string | null;
  readonly isStopping: boolean;
}

export interface ProgramHostOptions {
  readonly kernel: Kernel;
  readonly program: Program;
  readonly host: RunHost;
  readonly seed: number;
  readonly limits: HeapLimits;
  /** From a death to the start of the next life, in ms; deaths after which nobody starts it again. */
  readonly restart: { readonly restartMs: number; readonly mostRestarts: number };
  /** At `durationMs` the program is asked to stop; `graceMs` later it is stopped. */
  readonly durationMs: number;
  readonly graceMs: number;
  /** Records that are in the process of this life now. */
  recordsInMemory(): number;
  /** Errors of the simulated systems, which end the process as they would at work; any other is a mistake in the program. */
  isSystemError(error: unknown): boolean;
  /**
   * Checks the module's exports and runs them; what it returns is awaited, and its end is the life's. `enter` names the
   * phase that a throw belongs to, 'shape' at first.
   */
  open(life: Life, instance: ProgramInstance, enter: (phase: FailurePhase) => void): unknown;
  started?(life: Life): void;
  /** Before the program is told to stop. */
  stopping?(): void;
  ended?(end: LifeEnd): void;
}

/**
 * Laws: after a death the program starts anew with fresh modules, `mostRestarts` times at most; the run ends when the
 * program returns after its signal, or when its grace is over. `run()` rejects with ProgramFailure when the program throws
 * anything that is not a system's error, and with StepBudgetError when it spins.
 */
export class ProgramHost {
  readonly #options: ProgramHostOptions;
  #life: (Life & { readonly abort: AbortController }) | null = null;
  #lives = 0;
  #failure: ProgramFailure | null = null;
  #isStopping = false;
  readonly #random: Rng;

  constructor(options: ProgramHostOptions) {
    this.#options = options;
    this.#random = createRng(deriveSeed(options.seed, 'program'));
  }

  /** The life that runs now; null between a death and the next start. */
  get life(): Life | null {
    return this.#life;
  }

  /** Ends the life that runs, as a fault of the scenario does. */
  kill(): void {
    this.#life?.process.end('killed');
  }

  /** Runs the program to the end. Schedule what else belongs to the run on the kernel before. */
  async run(): Promise<void> {
    const { kernel, host, durationMs, graceMs, stopping } = this.#options;
    host.onUncaught?.((phase, error) => this.#fail(phase, error));
    kernel.at(0, eventClass.timer, () => this.#start());
    kernel.at(durationMs, eventClass.timer, () => {
      this.#isStopping = true;
      stopping?.();
      if (this.#life === null) return kernel.stop();
      kernel.wake();
      this.#life.abort.abort();
    });
    kernel.at(durationMs + graceMs, eventClass.dispatch, () => {
      if (this.#life === null) kernel.stop();
      else this.#life.process.end('stopped');
    });
    await kernel.run(host.hop);
    if (this.#failure !== null) throw this.#failure;
  }

  #start(): void {
    const { kernel, limits, recordsInMemory, started } = this.#options;
    const abort = new AbortController();
    const process = new ProgramProcess({
      kernel,
      limits,
      recordsInMemory,
      onEnd: (how, error) => this.#end(how, error),
    });
    const life = { number: ++this.#lives, process, abort, signal: abort.signal };
    this.#life = life;
    started?.(life);
    kernel.wake();
    void this.#live(life);
  }

  async #live(life: Life): Promise<void> {
    const { kernel, program, host, open } = this.#options;
    let phase: FailurePhase = 'import';
    try {
      const timers = createVirtualTimers(life.process, runEpochMs, (error) => this.#fail('timer', error));
      const instance = await program.start({
        timers,
        random: () => this.#random.next(),
        log: (level, values) => host.log?.(kernel.nowMs, level, values),
      });
      if (!life.process.isAlive) return;
      phase = 'shape';
      await open(life, instance, (next) => {
        phase = next;
      });
      life.process.end('returned');
    } catch (error) {
      if (life.process.isAlive) this.#fail(phase, error);
    }
  }

  #fail(phase: FailurePhase, error: unknown): void {
    if (this.#failure !== null) return;
    const { kernel, isSystemError } = this.#options;
    if (isSystemError(error)) {
      this.#life?.process.end('threw', error);
      return;
    }
    this.#failure = new ProgramFailure(phase, kernel.nowMs, `The program failed: ${phase}`, error);
    kernel.stop();
  }

  #end(how: EndOfLife, error: unknown): void {
    const { kernel, host, restart, ended } = this.#options;
    const life = this.#life;
    if (life === null) return;
    const words = error === null ? null : (host.describe?.(error) ?? (error as Error).name);
    ended?.({ life, how, error: words, isStopping: this.#isStopping });
    this.#life = null;
    if (this.#isStopping) kernel.stop();
    else if (how !== 'returned' && this.#lives <= restart.mostRestarts)
      kernel.after(restart.restartMs, eventClass.timer, () => this.#start());
  }
}

/** The module's default export, which is the program; throws a TypeError that says what it should be. */
export function runOf(instance: ProgramInstance, parameters: string): (context: unknown) => unknown {
  const { run } = instance;
  if (typeof run === 'function') return run as (context: unknown) => unknown;
  throw new TypeError(
    `The entry file must \`export default async function run({ ${parameters} }) { … }\`` +
      (run === undefined ? '; it has no default export.' : `; its default export is ${typeof run}.`),
  );
}
