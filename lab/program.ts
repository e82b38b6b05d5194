// The learner's program as the lab sees it: something that can be started anew in each life of a process.

import type { KafkaConsumer } from './kafka/api.ts';
import type { VirtualTimers } from './process/timers.ts';
import type { DeadLetterQueue, Sink } from './sink/api.ts';

/** What a Kafka consumer program is given. */
export interface KafkaContext {
  /** This process's member of the consumer group. */
  readonly consumer: KafkaConsumer;
  /** The database behind it. */
  readonly sink: Sink;
  /** Where records are parked that can never succeed. */
  readonly deadLetters: DeadLetterQueue;
  /** Aborts when the process is asked to stop: finish what is in flight, commit, return. */
  readonly signal: AbortSignal;
}

/** The stand-ins for globals that one life of the program is given. */
export interface ProgramEnvironment {
  readonly timers: VirtualTimers;
  /** Stands for Math.random: seeded, so that a run can be repeated. */
  random(): number;
  /** Where console output goes, with the time of the run in ms. */
  log(level: LogLevel, values: unknown[]): void;
}
export type LogLevel = 'log' | 'info' | 'warn' | 'error' | 'debug';

/** One life: what the program's module exports. */
export interface ProgramInstance {
  readonly config: unknown;
  readonly decision: unknown;
  readonly run: unknown;
}

export interface Program {
  /** Evaluates the program's modules afresh. Rejects with whatever they throw. */
  start(environment: ProgramEnvironment): Promise<ProgramInstance>;
}

/** Where in its life a program failed. */
export type FailurePhase = 'import' | 'shape' | 'config' | 'run' | 'rejection' | 'timer';

/** The program threw, and nothing caught it: the run did not finish. `cause` is what it threw. */
export class ProgramFailure extends Error {
  override readonly name = 'ProgramFailure';
  readonly phase: FailurePhase;
  /** When, in ms of the run. */
  readonly atMs: number;
  constructor(phase: FailurePhase, atMs: number, message: string, cause: unknown) {
    super(message, { cause });
    this.phase = phase;
    this.atMs = atMs;
  }
}
