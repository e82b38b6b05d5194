// Programs that a test starts, each ended with all that it started, also when the test fails.
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface StartedProcess {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: string;
  /** Waits for a line of its output that matches. */
  find(pattern: RegExp): Promise<RegExpExecArray>;
  end(): Promise<void>;
}

const startMs = 30_000;
const tidyMs = 2_000;

/**
 * Starts a program in this process's own group, so that whoever ends the group ends it as well. `extra` is one
 * more pipe to read, as file 3.
 */
export function startProcess(
  command: string,
  args: readonly string[],
  options: { env?: Record<string, string>; extra?: boolean } = {},
): StartedProcess {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(options.extra === true ? ['pipe' as const] : [])];
  const child = spawn(command, args, { stdio, env: { ...process.env, ...options.env } });
  const listeners = new Set<() => void>();
  let output = '';
  for (const stream of child.stdio.slice(1)) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + String(chunk)).slice(-20_000);
      for (const hear of listeners) hear();
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', (error) => {
      output += String(error);
      resolve();
    }); // prettier-ignore
  });

  /** What it started goes at once; it may tidy up after itself, as a display does with its lock. */
  function kill(): void {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const descendants = descendantsOf(child.pid);
    child.kill('SIGTERM');
    for (const pid of descendants) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself meanwhile.
      }
    }
  }
  process.once('exit', kill);

  return {
    child,
    get output() {
      return output;
    },
    async find(pattern) {
      let hear = (): void => {};
      const found = new Promise<RegExpExecArray>((resolve, reject) => {
        hear = () => {
          const match = pattern.exec(output);
          if (match !== null) resolve(match);
        };
        const giveUp = (why: string) => reject(new Error(`${command} ${why}. It printed:\n${output}`));
        setTimeout(giveUp, startMs, `did not start in ${startMs / 1000} s`).unref();
        void ended.then(() => giveUp('ended'));
        listeners.add(hear);
        hear();
      });
      return await found.finally(() => listeners.delete(hear));
    },
    async end() {
      kill();
      const insist = setTimeout(() => child.kill('SIGKILL'), tidyMs);
      await ended;
      clearTimeout(insist);
      process.removeListener('exit', kill);
    },
  };
}

/** All processes below one, as Linux tells; elsewhere none, and children end when their parent's pipes close. */
function descendantsOf(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  let names: string[] = [];
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  for (const name of names) {
    try {
      // The name in brackets may hold anything; what follows is the state and the parent.
      const parent = Number(/\) \S (\d+) [^)]*$/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended between the two looks.
    }
  }
  const found: number[] = [];
  for (const open = [root]; open.length > 0;) {
    const children = childrenOf.get(open.pop() as number) ?? [];
    found.push(...children);
    open.push(...children);
  }
  return found;
}
