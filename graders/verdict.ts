// What a judge says: measurements against targets, with the moment, the cause and the lever.

/** How an item stands. "Not yet" is never "failed": the learner goes on from here. */
export type CheckState = 'met' | 'thin' | 'not-yet' | 'not-tested';

/** One law applied to one trace. */
export interface Finding {
  readonly state: CheckState;
  /** The number that was measured, in the check's unit; null when the run had nothing to measure. */
  readonly measured: number | null;
  /** When it was first violated, or the worst moment, in ms of the run. */
  readonly atMs: number | null;
  /** Why, in one or two sentences; null when it is met. */
  readonly cause: string | null;
  /** The smallest thing to change; null when it is met. */
  readonly lever: string | null;
}

/** One item of the checklist for one scenario, at its worst seed. */
export interface CheckResult extends Finding {
  readonly id: string;
  readonly label: string;
  readonly scenario: string;
  readonly seed: number;
  readonly passed: boolean;
  readonly target: number;
  readonly comparison: '≤' | '=';
  readonly unit: string;
  /** Of items that turn at one instant, the one of least depth is the cause of the others. */
  readonly depth: number;
}

/** How a run failed to give a trace. */
export type FailureKind =
  | 'compile'
  | 'import'
  | 'shape'
  | 'config'
  | 'threw'
  | 'rejection'
  | 'blocked'
  | 'spinning'
  | 'output-limit'
  | 'out-of-memory'
  | 'engine';

/** What keeps an engine from its work; never the program's fault. */
export type EngineTrouble =
  /** Unavailable: it could not be made ready. */
  | 'offline'
  | 'host-unreachable'
  | 'not-isolated'
  | 'storage-blocked'
  | 'unsupported-browser'
  | 'key-refused'
  | 'boot-timed-out'
  /** A boot that failed can be tried again only after the page is loaded anew. */
  | 'needs-reload'
  /** Lost: it was ready, and is gone or does not answer. */
  | 'lost';

/** Why there is no verdict, with the place in the learner's files when it is known. */
export interface Failure {
  readonly kind: FailureKind;
  /** What happened and what to do, complete sentences. */
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** In which run, and when in it. */
  readonly scenario: string | null;
  readonly seed: number | null;
  readonly atMs: number | null;
  /** Stack lines of the learner's files. */
  readonly stack: readonly string[];
  /** Of a failure of kind `engine`: which trouble, when it is a known one. */
  readonly trouble?: EngineTrouble | undefined;
}

export interface Verdict {
  readonly exercise: string;
  readonly version: number;
  readonly passed: boolean;
  /** A sentence when a run did not finish: that is not a grade. */
  readonly didNotFinish: string | null;
  readonly failure: Failure | null;
  readonly checks: readonly CheckResult[];
  readonly seeds: readonly number[];
  readonly wallMs: number;
  /** Events of the simulation, all runs together. */
  readonly steps: number;
}
