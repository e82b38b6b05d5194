// The container of a page: boots once, says how it stands, and lets nobody wait without an end.

import type { EngineTrouble } from '#graders/verdict.ts';
import { slowMs, startAttempt, type Attempt } from './attempt.ts';
import { messageOf, troubleNamedIn } from './classify.ts';
import {
  bootOnce,
  loadClientApi,
  stackBlitzOrigin,
  tearDown,
  type BootSettings,
  type ClientApi,
  type ClientInstance,
} from './client-api.ts';
import { ContainerError, type Container, type ContainerStatus } from './container.ts';
import { within } from './deadline.ts';
import { pageEnvironment, type Environment } from './environment.ts';
import { treeOf, wrapFiles, type ProgramTexts } from './files.ts';
import { askHost } from './host.ts';
import { places } from './job.ts';
import { rebuildMs } from './ladder.ts';
import { wrapProcess } from './process.ts';

export interface ContainerOptions {
  /** The key of this site at StackBlitz; it is public by design. */
  readonly apiKey?: string | undefined;
  /** Where the runtime is hosted. StackBlitz's own when left out. */
  readonly origin?: string | undefined;
  /** The prebuilt programs by name, `run.mjs` and so on; mounted at each boot. */
  files(): Promise<ProgramTexts>;
  /** The name of the work folder, which a terminal shows. */
  readonly workdirName?: string | undefined;
  readonly importApi?: (origin: string) => Promise<ClientApi>;
  readonly environment?: Environment;
}

/** A boot that takes longer has failed, though it may still come. */
export const bootMs = 25_000;
/** A call that takes longer is not answered any more. Generous: an `npm install` keeps the files busy. */
export const answerMs = 10_000;
/** … and the shortest of calls after it. */
export const pingMs = 2_000;

/** A container that is there. `gone` is aborted, with a ContainerError, when it is not any more. */
interface Live {
  readonly instance: ClientInstance;
  readonly gone: AbortController;
}

/** What each boot of a page needs. */
interface Means {
  readonly api: ClientApi;
  readonly programs: ProgramTexts;
}

/** One for each page, for as long as the page is there: the client allows no second one. */
export function createContainer(options: ContainerOptions): Container {
  const { environment = pageEnvironment, importApi = loadClientApi, origin = stackBlitzOrigin, apiKey } = options;
  const { workdirName } = options;
  const settings: BootSettings = { coep: 'require-corp', ...(workdirName === undefined ? {} : { workdirName }) };
  const statusHearers = new Set<(status: ContainerStatus) => void>();
  const faultHearers = new Set<(message: string) => void>();
  let status: ContainerStatus = { state: 'idle' };
  let generation = 0;
  let means: Means | null = null;
  let live: Live | null = null;
  let attempt: Attempt | null = null;
  let booting: Promise<void> | null = null;
  /** The container itself told of trouble that nothing mends but a reload. */
  let isDoomed = false;
  let isDisposed = false;

  function setStatus(next: ContainerStatus): void {
    status = next;
    for (const hear of statusHearers) hear(next);
  }
  function lose(error: ContainerError): void {
    const lost = live;
    live = null;
    lost?.gone.abort(error);
  }

  function begin(limitMs: number, troubleWhenLate: () => EngineTrouble): Attempt {
    const begun = startAttempt({
      limitMs,
      troubleWhenLate,
      onSlow: () => setStatus({ state: 'booting', sinceMs: begun.startedMs, isSlow: true }),
      onFail: (trouble, detail) => setStatus({ state: 'failed', trouble, detail }),
    });
    attempt = begun;
    booting = begun.promise;
    return begun;
  }

  /** Boots and mounts. It has no end of its own: that is the attempt's. */
  async function bring(mine: Attempt, { api, programs }: Means): Promise<void> {
    if (!mine.hasSettled) setStatus({ state: 'booting', sinceMs: mine.startedMs, isSlow: mine.isSlow });
    try {
      const instance = await bootOnce(api, settings, apiKey);
      if (isDisposed) return tearDown(api, instance);
      const gone = new AbortController();
      // First of all: trouble with cookies of other sites is told here.
      instance.on('error', ({ message }) => {
        if (!gone.signal.aborted) onFault(mine, String(message));
      });
      await instance.mount(treeOf(places.programs, programs, [places.runs]));
      if (isDisposed) return tearDown(api, instance);
      if (isDoomed) return;
      live = { instance, gone };
      generation++;
      // A late one is welcome as well: whoever asks from now on has it.
      if (!mine.succeed()) booting = Promise.resolve();
      setStatus({ state: 'ready', bootMs: performance.now() - mine.startedMs });
    } catch (error) {
      const message = messageOf(error);
      mine.fail(troubleNamedIn(message) ?? 'needs-reload', message);
    }
  }

  function onFault(mine: Attempt, message: string): void {
    const trouble = troubleNamedIn(message);
    if (trouble !== 'storage-blocked' && trouble !== 'key-refused') {
      // It may or may not be the end: whoever waits for an answer will notice.
      for (const hear of faultHearers) hear(message);
      return;
    }
    if (isDoomed) return;
    isDoomed = true;
    if (mine.fail(trouble, message)) return;
    const error = new ContainerError(trouble, message);
    booting = Promise.reject(error);
    booting.catch(() => {});
    setStatus({ state: 'failed', trouble, detail: message });
    lose(error);
  }

  function start(): Promise<void> {
    /** Nothing has come from the host, neither to us nor from its frame. */
    let isSilent = true;
    const mine = begin(bootMs, () => {
      if (!environment.isOnline()) return 'offline';
      return isSilent ? 'host-unreachable' : 'boot-timed-out';
    });
    setStatus({ state: 'checking' });
    const missing = environment.missing();
    if (missing !== null) {
      mine.fail(missing.trouble, missing.detail);
      return mine.promise;
    }

    const asking = setTimeout(() => {
      if (!isSilent) return;
      void askHost(environment, origin, apiKey).then((reason) => {
        // The frame's own word outweighs what we are answered.
        if (isSilent && reason !== null) mine.fail(reason.trouble, reason.detail);
        isSilent = false;
      });
    }, slowMs);
    const unhear = [
      environment.onMessageFrom(origin, () => (isSilent = false)),
      environment.onFrameRefused(origin, () =>
        mine.fail('host-unreachable', `this site’s own Content-Security-Policy keeps frames of ${origin} out`),
      ),
    ];
    void mine.promise
      .catch(() => {})
      .finally(() => {
        clearTimeout(asking);
        for (const end of unhear) end();
      });

    void Promise.all([importApi(origin), options.files()]).then(
      ([api, programs]) => {
        means = { api, programs };
        if (!isDisposed) void bring(mine, means);
      },
      // Files of this site's own: gone with the connection, or with a newer version of the site.
      (error: unknown) => mine.fail(environment.isOnline() ? 'needs-reload' : 'offline', messageOf(error)),
    );
    return mine.promise;
  }

  function boot(): Promise<void> {
    if (isDisposed) return Promise.reject(new ContainerError('lost', 'it was put away'));
    booting ??= start();
    return booting;
  }

  /** Tears `dead` down and boots anew. Never rejects, and ends in time. */
  async function rebuild(dead: Live): Promise<void> {
    if (live === dead && means !== null && !isDisposed) {
      const mine = begin(rebuildMs, () => 'needs-reload');
      lose(new ContainerError('lost', 'the container was started anew'));
      tearDown(means.api, dead.instance);
      void bring(mine, means);
    }
    await attempt?.promise.catch(() => {});
  }

  /** Makes a call of the client that ends in any case. */
  async function call<T>(what: string, act: (ready: Live) => Promise<T>, onLate?: (ready: Live) => void): Promise<T> {
    await boot();
    const ready = live;
    if (ready === null) throw new ContainerError('lost', 'the container went away');
    // Asynchronous, so that a released proxy, which throws at once, is a rejection as well.
    const result = Promise.resolve().then(() => act(ready));
    const late = (): never => {
      onLate?.(ready);
      throw new ContainerError('lost', `${what} was not answered within ${answerMs / 1_000} s`);
    };
    return await within(result, answerMs, late, ready.gone.signal);
  }
  /** Whatever is thrown is a ContainerError. */
  async function told<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      throw error instanceof ContainerError ? error : new ContainerError('lost', messageOf(error));
    }
  }
  /** What answers nothing at all is dead, and started anew; what is only busy answers the shortest of questions. */
  function replaceIfDead(ready: Live): void {
    const asked = Promise.resolve().then(() => ready.instance.fs.readdir('.', { withFileTypes: true }));
    void within(asked, pingMs, () => void rebuild(ready), ready.gone.signal).catch(() => {});
  }
  const files = wrapFiles((what, act) => call(what, ({ instance }) => act(instance.fs), replaceIfDead));

  return {
    get status() {
      return status;
    },
    get generation() {
      return generation;
    },
    onStatus(hear) {
      statusHearers.add(hear);
      return () => statusHearers.delete(hear);
    },
    onFault(hear) {
      faultHearers.add(hear);
      return () => faultHearers.delete(hear);
    },
    boot,
    spawn(command, args, { cwd, env, terminal } = {}) {
      const settings = {
        ...(cwd === undefined ? {} : { cwd }),
        ...(env === undefined ? {} : { env: { ...env } }),
        ...(terminal === undefined ? {} : { terminal: { ...terminal } }),
      };
      const spawned = call(
        `starting ${command}`,
        async (ready) => {
          const process = await ready.instance.spawn(command, [...args], settings);
          return wrapProcess(process, ready.gone.signal, () => rebuild(ready));
        },
        // What starts no process starts none for the next one either; a late one goes with the old container.
        (ready) => void rebuild(ready),
      );
      return told(spawned);
    },
    files: {
      read: (path) => told(files.read(path)),
      write: (path, text) => told(files.write(path, text)),
      remove: (path) => told(files.remove(path)),
      list: (path) => told(files.list(path)),
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      const ready = live;
      attempt?.fail('lost', 'it was put away');
      lose(new ContainerError('lost', 'it was put away'));
      if (ready !== null && means !== null) tearDown(means.api, ready.instance);
      setStatus({ state: 'idle' });
      statusHearers.clear();
      faultHearers.clear();
    },
  };
}
