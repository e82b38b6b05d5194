// A real process behind the stand-in: one merged output, an exit code, and an end that takes its whole family with it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { promisify } from 'node:util';
import type { ProcessRequest, TerminalSize } from './messages.ts';
import { shellArgs } from './shell.ts';

export interface LocalProcess {
  /** Whether it still runs. */
  readonly isLive: boolean;
  write(data: string): void;
  resize(size: TerminalSize): Promise<void>;
  /** Ends it and all that it started; settles when it is gone. */
  end(): Promise<void>;
  /** The same at once, for when this process itself ends. */
  endNow(): void;
}

export interface ProcessPlace {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** The path of a file that gets the name of its terminal, when it has one. */
  readonly terminalNote: string;
}

export interface ProcessHearer {
  /** The next chunk is read when this one is taken. */
  onOutput(chunk: Buffer): Promise<void>;
  /** After the last output. */
  onExit(code: number): void;
}

/** The exit code of what kill() ended, as the hosted runtime is reported to tell it: that of SIGTERM. */
export const killedCode = 128 + constants.signals.SIGTERM;

/** One pipe for stdout and stderr, so that they keep their order; a command that is not there as jsh tells it. */
const merged = [
  '-c',
  'command -v -- "$1" >/dev/null || { echo "jsh: command not found: $1"; exit 127; }; exec "$@" 2>&1',
  'jsh',
];

/** The shell without arguments is the one on a terminal. */
export const isTerminal = ({ command, args }: ProcessRequest) => command === 'jsh' && args.length === 0;

export async function startProcess(
  request: ProcessRequest,
  place: ProcessPlace,
  hearer: ProcessHearer,
): Promise<LocalProcess> {
  const { command, args } = request;
  const isShell = command === 'jsh';
  const hasTerminal = isTerminal(request);
  const [program, all] = hasTerminal
    ? shellArgs(place.terminalNote, request.terminal ?? { cols: 80, rows: 24 })
    : ['/bin/sh', [...merged, isShell ? 'bash' : command, ...args]];
  // A group of its own, so that one signal reaches all of it.
  const child = spawn(program, all, { cwd: place.cwd, env: { ...place.env }, detached: true });
  await new Promise<void>((resolve, reject) => void child.once('spawn', resolve).once('error', reject));

  let isLive = true;
  let isKilled = false;
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => {
      isLive = false;
      // What it left behind would hold its output open.
      signalGroup(child);
      resolve(isKilled ? killedCode : (code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  });
  // A write to a process that has ended is lost, as it is over there.
  child.stdin.on('error', () => {});
  const drained = drain(child.stdout, hearer);
  // A shell that writes has its terminal, so that a size that comes next finds it.
  if (hasTerminal) await Promise.race([once(child.stdout, 'data'), exited]);
  void Promise.all([exited, drained]).then(([code]) => hearer.onExit(code));

  return {
    get isLive() {
      return isLive;
    },
    write(data) {
      if (hasTerminal) {
        child.stdin.write(data);
        return;
      }
      // What a terminal makes of its keys: Enter is a line's end, Ctrl-C interrupts, Ctrl-D ends the input.
      if (data.includes('\x03')) signalGroup(child, 'SIGINT');
      const typed = data.replaceAll('\x03', '').replaceAll('\r', '\n');
      const end = typed.indexOf('\x04');
      if (end === -1) child.stdin.write(typed);
      else child.stdin.end(typed.slice(0, end));
    },
    async resize({ cols, rows }) {
      if (!hasTerminal || !isLive) return;
      const device = process.platform === 'darwin' ? '-f' : '-F';
      const terminal = readFileSync(place.terminalNote, 'utf8').trim();
      await run('stty', [device, terminal, 'cols', String(cols), 'rows', String(rows)]).catch(() => {});
    },
    async end() {
      if (!isLive) return;
      isKilled = true;
      // A shell's jobs have groups of their own, and a terminal's shell has a session of its own.
      if (isShell) for (const pid of await familyOf(child.pid)) signalOne(pid);
      signalGroup(child);
      await exited;
    },
    endNow() {
      if (isLive) signalGroup(child);
    },
  };
}

const run = promisify(execFile);

async function drain(output: AsyncIterable<Buffer>, hearer: ProcessHearer): Promise<void> {
  try {
    for await (const chunk of output) await hearer.onOutput(chunk);
  } catch {
    // A pipe that breaks when its process is killed has nothing more to give.
  }
}

/** A process and all that descend from it. */
async function familyOf(pid: number | undefined): Promise<number[]> {
  if (pid === undefined) return [];
  // Without ps, a shell's jobs have the end of their terminal alone.
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=']).catch(() => ({ stdout: '' }));
  const children = Map.groupBy(
    stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number)),
    ([, parent]) => parent ?? 0,
  );
  const family = [pid];
  for (const member of family) {
    for (const [child] of children.get(member) ?? []) if (child) family.push(child);
  }
  return family;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (child.pid) signalOne(-child.pid, signal);
}

function signalOne(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone.
  }
}
