// One booted instance: a temp folder with the work folder in it, and the processes that were started there.
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { nodePath } from '../../scripts/setup.mjs';
import { type Files, openFiles } from './files.ts';
import type { HostEvent, ProcessRequest, RuntimeInfo } from './messages.ts';
import { type LocalProcess, type ProcessHearer, startProcess } from './process.ts';
import { inputrc, shellEnv } from './shell.ts';

export interface Instance {
  readonly info: RuntimeInfo;
  readonly files: Files;
  readonly processes: ReadonlyMap<number, LocalProcess>;
  run(id: number, request: ProcessRequest, hearer: ProcessHearer): Promise<void>;
  /** Ends what runs and removes the folder. */
  end(): Promise<void>;
  /** The same without waiting, for when this process itself ends. */
  endNow(): void;
}

/** What of this machine's environment a process may see. */
const inherited = ['LANG', 'LC_ALL', 'TMPDIR'];

export async function openInstance(
  workdirName: string,
  moreEnv: Readonly<Record<string, string>>,
  send: (event: HostEvent) => void,
): Promise<Instance> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'spillway-stand-in-')));
  const home = join(base, 'home');
  const cwd = join(home, workdirName);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(base, 'inputrc'), inputrc);
  // The project's own Node.js as `node`, the machine's npm, and none of the project's tools.
  const machine = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const path = [dirname(nodePath), ...machine].join(delimiter);
  const env: Record<string, string> = { PATH: path, HOME: home, TERM: 'xterm-256color', SHELL: '/bin/sh' };
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  Object.assign(env, shellEnv, { INPUTRC: join(base, 'inputrc') }, moreEnv);

  const processes = new Map<number, LocalProcess>();
  const files = openFiles(cwd, (id, event, filename) => send({ kind: 'watch', id, event, filename }));
  let hasEnded = false;
  return {
    info: { path, cwd },
    files,
    processes,
    async run(id, request, hearer) {
      const folder = files.place(request.cwd ?? '.');
      // A folder that is not there would be told as a command that is not there.
      await files.readdir(request.cwd ?? '.');
      const given = Object.entries(request.env ?? {}).map(([name, value]) => [name, String(value)]);
      const place = {
        cwd: folder,
        env: { ...env, ...Object.fromEntries(given) },
        terminalNote: join(base, `terminal-${id}`),
      };
      const started = await startProcess(request, place, hearer);
      if (hasEnded) await started.end();
      else processes.set(id, started);
    },
    async end() {
      hasEnded = true;
      files.close();
      await Promise.all([...processes.values()].map((process) => process.end()));
      await rm(base, { recursive: true, force: true, maxRetries: 5 });
    },
    endNow() {
      for (const process of processes.values()) process.endNow();
      rmSync(base, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
