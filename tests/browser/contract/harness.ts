// What a page offers to a test of its engine: calls that answer at once, with JSON, so that any driver can make them.
import type { Engine, EngineRun, RunRequest } from '#src/sandbox/engine.ts';
import type { ConsoleLine } from '#graders/hosts/console.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { Verdict } from '#graders/verdict.ts';

/** What came of a run. */
export interface Trial {
  verdict: Verdict | null;
  /** The name of the error that `verdict` rejected with. */
  rejected: string | null;
  /** What was told, in order and in short: `start calm 7`, `run calm 7`, `done`. */
  told: string[];
  lines: ConsoleLine[];
  /** How many events came after the end, until now. */
  late: number;
  /** The longest time between two ticks of a 20 ms timer of the page. */
  longestPauseMs: number;
}

interface Followed {
  readonly run: EngineRun;
  readonly trial: Trial;
  isOver: boolean;
}

function follow(engine: Engine, request: RunRequest): Followed {
  const trial: Trial = { verdict: null, rejected: null, told: [], lines: [], late: 0, longestPauseMs: 0 };
  let tickMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    trial.longestPauseMs = Math.max(trial.longestPauseMs, nowMs - tickMs);
    tickMs = nowMs;
  }, 20);
  const run = engine.run(request, (event: SessionEvent) => {
    if (followed.isOver) trial.late++;
    if (event.kind === 'console') trial.lines.push(...event.lines);
    else trial.told.push('run' in event ? `${event.kind} ${event.run.scenario} ${event.run.seed}` : event.kind);
  });
  const followed: Followed = { run, trial, isOver: false };
  void run.verdict
    .then(
      (verdict) => {
        trial.verdict = verdict;
      },
      (error: unknown) => {
        trial.rejected = error instanceof Error ? error.name : String(error);
      },
    )
    .then(() => {
      clearInterval(timer);
      followed.isOver = true;
    });
  return followed;
}

function createCalls(engine: Engine) {
  const runs: Followed[] = [];
  let isBooted = false;
  void engine.boot().then(() => {
    isBooted = true;
  });
  return {
    isIsolated: () => globalThis.crossOriginIsolated,
    isBooted: () => isBooted,
    /** Asks for runs, one right after the other, and answers their numbers. */
    begin: (requests: RunRequest[]): number[] => requests.map((request) => runs.push(follow(engine, request)) - 1),
    isUnderWay: (number: number): boolean => runs[number]?.trial.told.length !== 0,
    /** What came of a run; null while it goes on. */
    look: (number: number): Trial | null => (runs[number]?.isOver === true ? runs[number].trial : null),
    stop: (number: number): void => runs[number]?.run.stop(),
    /** Over all runs, how many events came after the end of theirs. */
    countLate: (): number => runs.reduce((sum, { trial }) => sum + trial.late, 0),
  };
}
export type HarnessCalls = ReturnType<typeof createCalls>;

/** Boots `engine` and puts the calls into `window`. */
export function offerHarness(engine: Engine): void {
  const calls = createCalls(engine);
  Object.assign(window, {
    harness(name: keyof HarnessCalls, args: string): string {
      const call = calls[name] as (...given: unknown[]) => unknown;
      return JSON.stringify(call(...(JSON.parse(args) as unknown[])) ?? null);
    },
  });
}
