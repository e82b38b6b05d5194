// The embedded engine: compiles in the page, runs in a worker of a frame that has no origin and no network.

import type { CompiledProgram, SourceFiles } from '#graders/hosts/compile.ts';
import type { ProvidedCode } from '#graders/hosts/provided.ts';
import { runsOf, shownSeedOf } from '#graders/hosts/runs.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import { notCompiled, sessionMs, stopped } from '#graders/hosts/watch.ts';
import { verdictOf } from '#graders/judge.ts';
import type { CheckResult, Failure, Verdict } from '#graders/verdict.ts';
import { RunCancelled, type Engine, type EngineRun, type RunRequest } from '../engine.ts';
import { providedFor } from '../provided.ts';
import { startLane, type Lane } from './lane.ts';
import { createWorkshop, type Workshop } from './workshop.ts';

declare global {
  interface ImportMetaEnv {
    /** The worker script's path below the sandbox's folder; it names its content, so it may be cached for ever. */
    readonly SANDBOX_WORKER: string;
  }
}

type Compiler = typeof import('#graders/hosts/compile.ts');

/** `base` is the folder that the site serves the frame and the worker script from. */
export function createEmbeddedEngine(options: { base?: string } = {}): Engine {
  const base = options.base ?? '/sandbox/';
  const frame = globalThis.crossOriginIsolated ? 'isolated/frame.html' : 'frame.html';
  const workshop = createWorkshop(base + frame, base + import.meta.env.SANDBOX_WORKER);
  const loadCompiler = createCompilerLoader();
  let lastRunId = 0;
  let current: EngineRun | null = null;

  return {
    kind: 'embedded',
    capabilities: { offline: true, terminal: false, packages: false, node: false },
    async boot() {
      // What is missing is reported by the run that needs it.
      await Promise.allSettled([loadCompiler(), workshop.prepare()]);
    },
    run(request, onEvent) {
      current?.stop();
      const provided = (files: SourceFiles) => providedFor(files, base);
      current = startRun({ runId: ++lastRunId, request, onEvent, workshop, loadCompiler, provided });
      return current;
    },
    dispose() {
      current?.stop();
      workshop.clear();
    },
  };
}

/** The compiler is a chunk of its own: a page that only reads never loads it. */
function createCompilerLoader(): () => Promise<Compiler> {
  let loading: Promise<Compiler> | null = null;
  return () => {
    loading ??= import('#graders/hosts/compile.ts').then(
      (compiler) => {
        // A first call is twenty times slower than the next.
        compiler.compileProgram({ 'a.ts': 'export const a: number = 1;' }, 'a.ts');
        return compiler;
      },
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  };
}

function startRun(run: {
  runId: number;
  request: RunRequest;
  onEvent: (event: SessionEvent) => void;
  workshop: Workshop;
  loadCompiler: () => Promise<Compiler>;
  provided: (files: SourceFiles) => Promise<ProvidedCode | null>;
}): EngineRun {
  const { runId, workshop } = run;
  const { exercise, files, entry } = run.request;
  const startedMs = performance.now();
  const runs = runsOf(exercise, run.request);
  const results: CheckResult[] = [];
  let steps = 0;
  let lane: Lane | null = null;
  let isOver = false;
  let settle: { resolve(verdict: Verdict): void; reject(error: unknown): void };
  const verdict = new Promise<Verdict>((resolve, reject) => (settle = { resolve, reject }));
  // Whoever cancels need not listen.
  verdict.catch(() => {});
  const limit = setTimeout(() => {
    const under = lane?.current ?? null;
    finish(under === null ? stopped('engine', null, entry, 'nothing began') : stopped('spinning', under, entry));
  }, sessionMs);

  /** Ends what is under way, once; false when it was over already. */
  function close(failure: Failure | null = null): boolean {
    if (isOver) return false;
    isOver = true;
    clearTimeout(limit);
    lane?.stop(null);
    // For the next click; not at once after a fault of our own, which that click would then share.
    if (failure?.kind !== 'engine') workshop.prepare().catch(() => {});
    return true;
  }

  function finish(failure: Failure | null): void {
    if (!close(failure)) return;
    const seeds = [...new Set(runs.map(({ seed }) => seed))];
    const wallMs = Math.round(performance.now() - startedMs);
    settle.resolve(verdictOf(exercise, results, { failure, seeds, wallMs, steps }));
  }

  function take(event: SessionEvent): void {
    if (event.kind === 'run') {
      results.push(...event.results);
      steps += event.steps;
    }
    run.onEvent(event);
  }

  async function compile(): Promise<CompiledProgram | Failure> {
    const [{ compileProgram, CompileError }, provided] = await Promise.all([run.loadCompiler(), run.provided(files)]);
    try {
      return compileProgram(files, entry, { provided });
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      return notCompiled(error.file, error.line, error.column, error.message);
    }
  }

  async function perform(compiled: CompiledProgram, mayRepeat: boolean): Promise<Failure | null> {
    const worker = await workshop.take();
    if (isOver) {
      worker.kill();
      return null;
    }
    const message = { kind: 'run', runId, exercise, compiled, runs, shownSeed: shownSeedOf(runs) } as const;
    lane = startLane(worker, message, take);
    let isLost = false;
    const unwatch = workshop.watch(() => {
      isLost = true;
      workshop.clear();
      lane?.stop(stopped('out-of-memory', lane.current, entry));
    });
    const failure = await lane.ended;
    unwatch();
    // A browser may take an idle frame's process; then nothing of the program has run, and another frame will do.
    return isLost && lane.current === null && mayRepeat ? await perform(compiled, false) : failure;
  }

  async function compileAndPerform(): Promise<void> {
    const compiled = await compile();
    if (isOver) return;
    finish('kind' in compiled ? compiled : await perform(compiled, true));
  }
  compileAndPerform().catch((error: unknown) => {
    finish(stopped('engine', lane?.current ?? null, entry, error instanceof Error ? error.message : String(error)));
  });

  return {
    verdict,
    stop() {
      if (close()) settle.reject(new RunCancelled('The run was given up.'));
    },
  };
}
