// What a learner's control plane is given and answers: the state of a pipeline, and the decision about its next run.

/** An orchestrator that asks your program before it starts anything. */
export interface Orchestrator {
  /**
   * Registers your policy. It is called every minute, and whenever a scheduled time has come, a run has ended, a marker was
   * written or the owner has answered; and once more at once after a decision that started, skipped or gave up something. Return nothing to
   * leave everything as it is. While a call is pending no other is made.
   */
  onTick(policy: (state: ControlState) => ControlDecision | void | Promise<ControlDecision | void>): void;
}

/** What a control program is given: `export default async function run({ orchestrator, signal }) { … }`. */
export interface ControlContext {
  readonly orchestrator: Orchestrator;
  /** Aborts when the orchestrator is asked to stop. */
  readonly signal: AbortSignal;
}

/** The pipeline as it is now. Times are ms since the start of the run. */
export interface ControlState {
  readonly nowMs: number;
  /** The schedule's interval. */
  readonly everyMs: number;
  /** Scheduled times that have come and have had no run yet. */
  readonly dueRuns: number;
  /** Rows that are there to be read and belong to no run. */
  readonly waitingRows: number;
  /** What the next run would read of the oldest scheduled time; null when none has come. */
  readonly nextSlice: NextSlice | null;
  /** Runs at work. */
  readonly activeRuns: readonly ActiveRun[];
  /** Runs whose last attempt failed, oldest first: retry them, or give them up. */
  readonly failedRuns: readonly FailedRun[];
  /** Runs that were given up. Nobody clears them; with `depends_on_past` they hold every later run. */
  readonly givenUpRuns: number;
  /** The last ten attempts that ended, oldest first. */
  readonly recentAttempts: readonly EndedAttempt[];
  /** The database behind the runs. */
  readonly database: {
    /** Rows that it has accepted and not applied yet. */
    readonly backlogRows: number;
    /** What it applied just now, in rows/s. */
    readonly appliedPerSecond: number;
  };
  /** The question to the owner that is open or was answered; null when nobody was asked since the last start. */
  readonly approval: Approval | null;
}

/** The slice of the oldest scheduled time that has had no run. */
export interface NextSlice {
  /** When it was scheduled, which is where its data ends. */
  readonly scheduledAtMs: number;
  /** Rows that its directory or table lists now; a writer may still be at work. */
  readonly rows: number;
  /**
   * The `_SUCCESS` marker of its directory; null when there is none. One that is older than the slice was left by an
   * earlier run. A table with a commit log has its last commit here instead.
   */
  readonly marker: { readonly writtenAtMs: number } | null;
}

export interface ActiveRun {
  readonly id: number;
  /** 1 for the first. */
  readonly attempt: number;
  readonly startedAtMs: number;
  readonly rows: number;
}

export interface FailedRun {
  readonly id: number;
  /** Attempts that have failed. */
  readonly attempts: number;
  readonly failedAtMs: number;
  readonly rows: number;
}

export interface EndedAttempt {
  readonly runId: number;
  readonly attempt: number;
  readonly endedAtMs: number;
  readonly runMs: number;
  readonly rows: number;
  readonly isSuccess: boolean;
}

export interface Approval {
  readonly askedAtMs: number;
  readonly status: 'waiting' | 'approved' | 'expired';
}

/** What to do now; leave out what should stay as it is. */
export interface ControlDecision {
  /**
   * Starts a run: over the oldest scheduled time that has had none (as `catchup=True` does), or one that reads all that waits
   * and answers all scheduled times so far, as a task does that reads since its last success (`catchup=False` alone would
   * leave the missed intervals out). Nothing happens when there is nothing to read.
   */
  readonly start?: 'interval' | 'all';
  /** The most rows of that run; the rest waits for another. A directory is read whole. */
  readonly sliceRows?: number;
  /** What becomes of the oldest failed run: another attempt, or none. */
  readonly retry?: 'start' | 'give up';
  /**
   * Passes over scheduled times that have come, before anything starts: 'run' leaves their data for the next run, 'data' leaves out the oldest
   * slice for good, so count it.
   */
  readonly skip?: 'run' | 'data';
  /** The schedule's interval from now on, in ms; a minute or more. */
  readonly everyMs?: number;
  /** Asks the owner for approval. Without `expiresAfterMs` the question stays open until somebody answers. */
  readonly ask?: { readonly expiresAfterMs?: number };
  /** Why, in a few words, for the log. */
  readonly because?: string;
}
