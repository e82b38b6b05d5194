// The embedded engine: compiles in the page, runs in a worker of a frame that has no origin and no network.

import { runsOf, shownSeedOf } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { sessionMs, stopped } from '#graders/hosts/watch.ts';
import { verdictOf } from '#graders/judge.ts';
import type { Failure, Verdict } from '#graders/verdict.ts';
import { RunCancelled, type Engine, type EngineRun, type RunRequest } from '../engine.ts';
import { createPageCompiler, type PageCompiler } from './compile.ts';
import { startLanes, type Lanes, type Width } from './lanes.ts';
import type { SetOutcome } from './schedule.ts';
import { createWorkshop, type Workshop } from './workshop.ts';

declare global {
  interface ImportMetaEnv {
    /** The worker script's path below the sandbox's folder; it names its content, so it may be cached for ever. */
    readonly SANDBOX_WORKER: string;
  }
}

/** More workers side by side gain little, and take memory. */
const mostLanes = 4;

export interface EmbeddedEngineOptions {
  /** The folder that the site serves the frame and the worker script from. */
  readonly base?: string;
  /** As many workers run a set side by side, at most four; this machine's when left out. */
  readonly cores?: number;
}

export function createEmbeddedEngine(options: EmbeddedEngineOptions = {}): Engine {
  const { base = '/sandbox/', cores = navigator.hardwareConcurrency || 1 } = options;
  const width: Width = { soon: Math.max(1, Math.min(mostLanes, cores - 1)), most: Math.min(mostLanes, cores) };
  const frame = globalThis.crossOriginIsolated ? 'isolated/frame.html' : 'frame.html';
  const workshop = createWorkshop(base + frame, base + import.meta.env.SANDBOX_WORKER, width.soon);
  const compiler = createPageCompiler(base);
  let lastRunId = 0;
  let current: EngineRun | null = null;

  return {
    kind: 'embedded',
    capabilities: { offline: true, terminal: false, packages: false, node: false },
    async boot() {
      // What is missing is reported by the run that needs it.
      await Promise.allSettled([compiler.load(), workshop.prepare()]);
    },
    run(request, onEvent) {
      current?.stop();
      current = startRun({ runId: ++lastRunId, request, onEvent, workshop, compiler, width });
      return current;
    },
    dispose() {
      current?.stop();
      workshop.clear();
    },
  };
}

function startRun(run: {
  runId: number;
  request: RunRequest;
  onEvent: (event: SessionEvent) => void;
  workshop: Workshop;
  compiler: PageCompiler;
  width: Width;
}): EngineRun {
  const { runId, onEvent, workshop, compiler } = run;
  const { exercise, files, entry } = run.request;
  const startedMs = performance.now();
  const runs = runsOf(exercise, run.request);
  let lanes: Lanes | null = null;
  let isOver = false;
  let settle: { resolve(verdict: Verdict): void; reject(error: unknown): void };
  const verdict = new Promise<Verdict>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever cancels need not listen.
  verdict.catch(() => {});
  const limit = setTimeout(() => {
    if (lanes === null) return finish(nothingBut(stopped('engine', null, entry, 'nothing began')));
    lanes.fail((at) =>
      at === null ? stopped('engine', null, entry, 'nothing began') : stopped('spinning', at, entry),
    );
  }, sessionMs);

  /** Ends what is under way, once; false when it was over already. */
  function close(failure: Failure | null = null): boolean {
    if (isOver) return false;
    isOver = true;
    clearTimeout(limit);
    lanes?.stop();
    // For the next click; not at once after a fault of our own, which that click would then share.
    if (failure?.kind !== 'engine') workshop.prepare().catch(() => {});
    return true;
  }

  function finish({ results, steps, failure }: SetOutcome): void {
    if (!close(failure)) return;
    const seeds = [...new Set(runs.map(({ seed }) => seed))];
    const wallMs = Math.round(performance.now() - startedMs);
    settle.resolve(verdictOf(exercise, results, { failure, seeds, wallMs, steps }));
  }

  async function perform(): Promise<SetOutcome | null> {
    const compiled = await compiler.compile(files, entry);
    if (isOver) return null;
    if ('kind' in compiled) return nothingBut(compiled);
    const program = { kind: 'program', runId, exercise, compiled, shownSeed: shownSeedOf(runs) } as const;
    lanes = startLanes({ workshop, program, runs, width: run.width, onEvent });
    return await lanes.ended;
  }
  perform().then(
    (outcome) => outcome !== null && finish(outcome),
    (error: unknown) => {
      finish(nothingBut(stopped('engine', null, entry, error instanceof Error ? error.message : String(error))));
    },
  );

  return {
    verdict,
    stop() {
      if (close()) settle.reject(new RunCancelled('The run was given up.'));
    },
  };
}

const nothingBut = (failure: Failure): SetOutcome => ({ results: [], steps: 0, failure });
