// `process` as a program that may import packages finds it: the real one's facts, the run's time, no way to end the host.

const nothing = (): undefined => undefined;

/** Takes what it needs of the real process at once; `folder` is where the program is. */
export function createProcessFacade(real: NodeJS.Process, folder: string, entry: string): object {
  const { nextTick, memoryUsage } = real;
  const workFolder = real.cwd();
  // The global one is the run's from here on, and so are these.
  const elapsedMs = (): number => performance.now();
  const nanoseconds = (): bigint => BigInt(Math.round(elapsedMs() * 1_000)) * 1_000n;
  const hrtime = (before?: readonly [number, number]): [number, number] => {
    const passed = nanoseconds() - (before === undefined ? 0n : BigInt(before[0]) * 1_000_000_000n + BigInt(before[1]));
    return [Number(passed / 1_000_000_000n), Number(passed % 1_000_000_000n)];
  };
  const refuse = (what: string) => () => {
    throw new Error(`${what} is not available here: it would end the whole set. Return from run(), or throw.`);
  };
  /** Text written to a stream is a line of the console. */
  const stream = (fd: number, write: (text: string) => void) => ({
    fd,
    isTTY: false,
    writable: true,
    columns: 80,
    write(text: unknown) {
      write(String(text).replace(/\n$/, ''));
      return true;
    },
    end: nothing,
    on: nothing,
    once: nothing,
    off: nothing,
    emit: () => false,
  });

  const facade: Record<PropertyKey, unknown> = {
    title: 'node',
    argv: ['node', `${folder}/${entry}`],
    argv0: 'node',
    execArgv: [],
    execPath: 'node',
    env: {},
    version: real.version,
    versions: { ...real.versions },
    release: { name: 'node' },
    platform: real.platform,
    arch: real.arch,
    pid: 1,
    ppid: 0,
    stdout: stream(1, (text) => console.log(text)),
    stderr: stream(2, (text) => console.error(text)),
    cwd: () => workFolder,
    nextTick: (run: (...args: unknown[]) => void, ...args: unknown[]) => nextTick(run, ...args),
    hrtime: Object.assign(hrtime, { bigint: nanoseconds }),
    uptime: () => elapsedMs() / 1_000,
    memoryUsage: Object.assign(() => memoryUsage(), { rss: () => memoryUsage.rss() }),
    emitWarning: (warning: unknown) => console.warn(warning),
    exit: refuse('process.exit()'),
    abort: refuse('process.abort()'),
    kill: refuse('process.kill()'),
    listeners: () => [],
    listenerCount: () => 0,
    emit: () => false,
    [Symbol.toStringTag]: 'process',
  };
  // Whoever waits for the process to end waits in vain: it outlives every program.
  for (const name of ['on', 'once', 'off', 'addListener', 'prependListener', 'removeListener', 'removeAllListeners'])
    facade[name] = () => facade;
  // Assigning it is everyday code, and has no one to tell it to.
  Object.defineProperty(facade, 'exitCode', { get: nothing, set: nothing, enumerable: true });
  return facade;
}
