// An exercise as data: what it is about, which scenarios it is run in, and which laws must hold.

import type { ConsumerScenario } from '../lab/kafka/scenario.ts';
import type { LawSpec } from './checks/index.ts';

/** A check of an exercise: a law with its target, in the scenarios where it is looked at. */
export type Check = LawSpec & {
  /** Stable: near-misses and progress name it. */
  readonly id: string;
  /** The claim, as the checklist shows it. */
  readonly label: string;
  readonly scenarios: readonly string[];
};

/** Which series a plot shows, and the line it is held against. */
export interface Plot {
  readonly series: 'lag' | 'queue' | 'heap' | 'p95';
  readonly title: string;
  readonly unit: 'records' | 'MiB' | 'ms';
  /** The check whose target the plot shows, if any. */
  readonly check?: string;
}

/** What an exercise or a lesson cannot do without. */
export interface Needs {
  /** A real Node.js process. */
  readonly engine: 'node';
  /** What needs it, a complete sentence: `It reads a file in a stream and hands its parts to worker threads.` */
  readonly why: string;
  /** What there is to do on the embedded engine, a complete sentence: `Here you can read it, edit it and compare solutions.` */
  readonly embedded: string;
}

export interface Exercise {
  readonly id: string;
  /** Raised when a change makes old drafts or verdicts misleading. */
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly module: string;
  readonly minutes: number;
  readonly objectives: readonly string[];
  readonly covers: readonly string[];
  /** The lesson that it practises. */
  readonly lesson: string;
  /** The file that exports the program, in starter and solutions. */
  readonly entry: string;
  readonly scenarios: readonly ConsumerScenario[];
  /** The first is shown to the learner; the others are not. */
  readonly seeds: readonly number[];
  readonly checks: readonly Check[];
  readonly plots: readonly Plot[];
  /** Left out where every engine will do. */
  readonly needs?: Needs | undefined;
}
