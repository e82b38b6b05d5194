// The arrow of dependencies is held by lint rules; this proves that each of them bites, and bites nothing else.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Case {
  file: string;
  code: string;
  refused: boolean;
}

const imports = (file: string, from: string, refused: boolean): Case => ({
  file,
  code: `import { x } from '${from}';\nexport const y = x;\n`,
  refused,
});

const cases: Case[] = [
  imports('lab/a.ts', './clock/kernel.ts', false),
  imports('lab/kafka/b.ts', '../clock/kernel.ts', false),
  imports('lab/c.ts', '#lab/clock/kernel.ts', false),
  imports('lab/d.ts', 'node:fs', true),
  imports('lab/e.ts', 'nanostores', true),
  imports('lab/f.ts', '@scope/package', true),
  imports('lab/g.ts', '#graders/judge.ts', true),
  imports('lab/kafka/h.ts', '../../graders/judge.ts', true),
  imports('lab/scenario/p.ts', 'zod', false),
  imports('lab/kafka/group-scenario.ts', 'zod', false),
  imports('lab/kafka/q.ts', 'zod', true),
  imports('lab/scenario/r.ts', 'nanostores', true),
  imports('lab/i.test.ts', 'vitest', false),
  imports('lab/j.test.ts', '#graders/judge.ts', true),
  { file: 'lab/k.ts', code: 'export const now = () => Date.now();\n', refused: true },
  { file: 'lab/l.ts', code: 'export const draw = () => Math.random();\n', refused: true },
  { file: 'lab/l2.ts', code: 'export const grow = (x: number) => Math.exp(x);\n', refused: true },
  { file: 'lab/m.ts', code: 'export const later = (f: () => void) => setTimeout(f, 1);\n', refused: true },
  { file: 'lab/n.ts', code: 'export const host = () => globalThis;\n', refused: true },
  { file: 'lab/o.ts', code: 'export const now = () => performance.now();\n', refused: true },

  imports('graders/a.ts', '#lab/index.ts', false),
  imports('graders/checks/b.ts', '../judge.ts', false),
  imports('graders/c.ts', '#src/stores/progress.ts', true),
  imports('graders/d.ts', '#exercises/x/exercise.ts', true),
  imports('graders/e.ts', 'node:fs', true),
  imports('graders/hosts/worker.ts', 'sucrase', true),
  imports('graders/hosts/compile.ts', 'sucrase', false),
  imports('graders/hosts/compile-modules.ts', 'node:fs', true),
  imports('graders/hosts/loop-guard.ts', 'sucrase', false),
  imports('graders/hosts/loop-guards.ts', 'node:fs', true),
  imports('graders/hosts/loop-watch.ts', 'sucrase', true),
  imports('graders/hosts/node.ts', 'node:fs', false),
  imports('graders/hosts/node-files.ts', 'sucrase', false),
  imports('graders/hosts/node/f.ts', 'nanostores', true),
  imports('graders/hosts/provided/a.ts', 'readable-stream/lib/stream.js', false),
  imports('graders/hosts/provided/b.ts', 'buffer', false),
  imports('graders/hosts/provided/c.ts', 'node:stream', true),
  imports('graders/hosts/provided/d.ts', 'sucrase', true),
  imports('graders/hosts/provided.ts', 'readable-stream', true),

  imports('exercises/x/starter/a.ts', '@spillway/lab', false),
  imports('exercises/x/solutions/b.ts', './policy.ts', false),
  imports('exercises/x/near-misses/c.ts', '../starter/a.ts', false),
  imports('exercises/x/starter/d.ts', '#lab/index.ts', true),
  imports('exercises/x/starter/e.ts', '../../../lab/index.ts', true),
  imports('exercises/x/solutions/f.ts', 'node:fs', true),
  imports('exercises/x/solutions/streams.ts', 'node:stream', false),
  imports('exercises/x/starter/promises.ts', 'node:timers/promises', false),
  imports('exercises/x/solutions/events.ts', 'node:events', false),
  imports('exercises/x/solutions/threads.ts', 'node:worker_threads', true),
  imports('exercises/x/near-misses/rxjs.ts', 'rxjs', true),
  imports('exercises/x/near-misses/g.ts', '@spillway/lab/internal', true),
  imports('exercises/x/exercise.ts', '#graders/judge.ts', false),
  imports('exercises/x/other.ts', '#src/stores/progress.ts', true),

  imports('src/sandbox/a.ts', '#graders/judge.ts', false),
  imports('src/sandbox/embedded/b.ts', '../protocol.ts', false),
  imports('src/sandbox/c.ts', '#src/sandbox/protocol.ts', false),
  imports('src/sandbox/d.ts', '#src/stores/attempt.ts', true),
  imports('src/sandbox/e.ts', '../stores/attempt.ts', true),
  imports('src/sandbox/f.ts', '#exercises/x/exercise.ts', true),
  imports('src/sandbox/g.ts', 'node:fs', true),
  imports('src/sandbox/webcontainer/inside/a.ts', 'node:fs', false),
  imports('src/sandbox/webcontainer/inside/b.ts', '../job.ts', false),
  imports('src/sandbox/webcontainer/inside/c.ts', '#src/stores/attempt.ts', true),
  imports('src/sandbox/webcontainer/inside/d.ts', 'sucrase', true),

  imports('src/stores/a.ts', '#src/sandbox/protocol.ts', false),
  imports('src/stores/b.ts', 'nanostores', false),
  imports('src/stores/c.ts', '../components/ui/Tabs.ts', true),
  { file: 'src/stores/d.ts', code: 'export const title = () => document.title;\n', refused: true },

  imports('src/components/a.ts', '#src/stores/attempt.ts', false),
  imports('src/components/ui/b.ts', '../../pages/index.ts', true),
];

let refusedFiles: Set<string>;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-arrow-'));
  cpSync('.oxlintrc.json', join(folder, '.oxlintrc.json'));
  for (const { file, code } of cases) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), code);
  }
  refusedFiles = refusals(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The files in which one of the `no-restricted-…` rules found something. */
function refusals(cwd: string): Set<string> {
  const oxlint = join(process.cwd(), 'node_modules/oxlint/bin/oxlint');
  let output: string;
  try {
    output = execFileSync(process.execPath, [oxlint, '--format=json', '.'], { cwd, encoding: 'utf8' });
  } catch (error) {
    // Exit code 1 is what we came for: it found something.
    output = (error as { stdout: string }).stdout;
  }
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  return new Set(diagnostics.filter(({ code }) => code.includes('no-restricted-')).map(({ filename }) => filename));
}

test.each(cases)('$file refused: $refused ($code)', ({ file, refused }) => {
  expect(refusedFiles.has(file)).toBe(refused);
});
