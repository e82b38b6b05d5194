// An engine in a page of some browser, as the contract sees it.
import type { RunRequest } from '#src/sandbox/engine.ts';
import { poll, type BrowserDriver } from './driver.ts';
import type { HarnessCalls, Trial } from './harness.ts';

/** A run that has been asked for. */
export interface BenchRun {
  /** Waits until it has told of something. */
  underWay(): Promise<void>;
  stop(): Promise<void>;
  /** Waits for its end. */
  trial(): Promise<Trial>;
}

export interface Bench {
  readonly isIsolated: boolean;
  /** Asks for a run and waits for its end. */
  run(request: RunRequest): Promise<Trial>;
  /** Asks for runs, one right after the other in the page. */
  begin(...requests: RunRequest[]): Promise<BenchRun[]>;
  /** Over all runs, how many events came after the end of theirs. */
  countLate(): Promise<number>;
}

type HarnessCall = <Name extends keyof HarnessCalls>(
  name: Name,
  ...args: Parameters<HarnessCalls[Name]>
) => Promise<ReturnType<HarnessCalls[Name]>>;

/** Opens a page with a harness in it, and waits until its engine is ready. */
export async function openBench(browser: BrowserDriver, url: string): Promise<Bench> {
  const page = await browser.open(url);
  await poll(async () => (await page.evaluate("String('harness' in window)")) === 'true', 'Loading the harness');
  const call: HarnessCall = async (name, ...args) => {
    const given = JSON.stringify(JSON.stringify(args));
    return JSON.parse(await page.evaluate(`window.harness(${JSON.stringify(name)}, ${given})`));
  };
  await poll(() => call('isBooted'), 'Booting the engine');

  async function begin(...requests: RunRequest[]): Promise<BenchRun[]> {
    const numbers = await call('begin', requests);
    return numbers.map((number) => ({
      underWay: async () => void (await poll(() => call('isUnderWay', number), 'The beginning of a run')),
      stop: () => call('stop', number),
      trial: () => poll(() => call('look', number), 'A run'),
    }));
  }
  return {
    isIsolated: await call('isIsolated'),
    async run(request) {
      const [run] = await begin(request);
      if (run === undefined) throw new Error('The harness began no run.');
      return await run.trial();
    },
    begin,
    countLate: () => call('countLate'),
  };
}
