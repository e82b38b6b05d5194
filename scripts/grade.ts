// `npm run grade -- <exercise> [path]`: the verdict in a terminal, the same as in the browser.

import { watch } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Exercise } from '#graders/exercise.ts';
import { clock, whole } from '#graders/checks/law.ts';
import { gradeInNode } from '#graders/hosts/node.ts';
import { inOrderOfCause } from '#graders/judge.ts';
import type { CheckResult, Failure, Verdict } from '#graders/verdict.ts';
import { exercisesDir, loadExercise, NotThere, readProgram } from './exercise-files.ts';

const usage = `Usage: npm run grade -- <exercise> [path to a solution file or folder] [--scenario NAME] [--seed N] [--json] [--watch]
Without a path it grades the starter. Exit codes: 0 passed, 1 not yet, 2 could not run.`;

interface Options {
  exercise: Exercise;
  path: string;
  scenario: string | undefined;
  seeds: number[] | undefined;
  json: boolean;
}

class UsageError extends Error {}

function checkSeed(seed: string): void {
  if (!/^\d{1,9}$/.test(seed)) throw new UsageError(`--seed takes a whole number from 0, not '${seed}'.`);
}

async function readOptions(): Promise<Options & { watch: boolean }> {
  const negative = process.argv.findIndex((word) => word === '--seed') + 1;
  if (negative > 0) checkSeed(process.argv[negative] ?? '');
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        scenario: { type: 'string' },
        seed: { type: 'string' },
        json: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error });
  }
  const [id, path, ...rest] = parsed.positionals;
  if (id === undefined || rest.length > 0) throw new UsageError(usage);
  const exercise = await loadExercise(id);
  const { scenario, seed, json, watch: isWatching } = parsed.values;
  const names = exercise.scenarios.map(({ name }) => name);
  if (scenario !== undefined && !names.includes(scenario)) {
    throw new UsageError(`There is no scenario '${scenario}' in ${id}. It has: ${names.join(', ')}.`);
  }
  if (seed !== undefined) checkSeed(seed);
  return {
    exercise,
    path:
      path === undefined ? join(exercisesDir, id, 'starter') : resolve(process.env['INIT_CWD'] ?? process.cwd(), path),
    scenario,
    seeds: seed === undefined ? undefined : [Number(seed)],
    json,
    watch: isWatching,
  };
}

async function gradeOnce({ exercise, path, scenario, seeds, json }: Options): Promise<number> {
  const { files, entry } = readProgram(path, exercise.entry);
  const verdict = await gradeInNode(exercise, files, {
    entry,
    scenario,
    seeds,
    onEvent(event) {
      if (json || event.kind !== 'console') return;
      for (const line of event.lines)
        process.stderr.write(`${dim(`${clock(line.atMs)} ${event.run.scenario}`)}  ${line.text}\n`);
    },
  });
  if (json) process.stdout.write(`${JSON.stringify(contractOf(verdict))}\n`);
  else print(exercise, verdict);
  const { failure } = verdict;
  if (failure === null) return verdict.passed ? 0 : 1;
  if (json) process.stderr.write(`${failureText(failure)}\n`);
  return couldNotRun.has(failure.kind) ? 2 : 1;
}

const couldNotRun = new Set<Failure['kind']>(['compile', 'import', 'shape', 'config', 'engine']);

/** The stable shape of `--json`; the fields beyond the contract may grow. */
function contractOf({ exercise, passed, didNotFinish, failure, checks, seeds, wallMs, steps }: Verdict): object {
  return { exercise, passed, didNotFinish, failure, checks, seeds, wallMs, steps };
}

const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim, green, yellow, red] = [paint(1), paint(2), paint(32), paint(33), paint(31)];

const marks = {
  met: green('✓ Met            '),
  thin: yellow('✓ Met, thin      '),
  'not-yet': red('△ Not yet        '),
  'not-tested': dim('– Not tested     '),
};

function print(exercise: Exercise, verdict: Verdict): void {
  const { checks, failure, passed } = verdict;
  const good = checks.filter((check) => check.passed);
  console.log(bold(`\n${exercise.title}`));
  if (failure !== null) console.log(`\n${red(failureText(failure))}\n`);
  for (const result of [...inOrderOfCause(checks), ...checks.filter(({ state }) => state !== 'not-yet')])
    console.log(lineOf(result));
  if (failure !== null) console.log(bold('\nThis is not a grade: the set did not finish.'));
  else if (passed) console.log(bold(green(`\nMet: all ${checks.length} items.`)));
  else console.log(bold(`\n${good.length} of ${checks.length} items met.`));
  console.log(dim(`${whole(verdict.steps)} events in ${whole(verdict.wallMs)} ms; seeds ${verdict.seeds.join(', ')}`));
}

function lineOf({
  state,
  label,
  scenario,
  measured,
  comparison,
  target,
  unit,
  atMs,
  cause,
  lever,
}: CheckResult): string {
  const number = measured === null ? '' : `${shown(measured)} ${unit} (target ${comparison} ${shown(target)})`;
  const head = `${marks[state]} ${label} ${dim(`· ${scenario}`)}  ${number}`;
  if (cause === null) return head;
  const at = atMs === null ? '' : `${clock(atMs)}  `;
  return [head, `      ${at}${cause}`, ...(lever === null ? [] : [`      → ${lever}`])].join('\n');
}

function shown(value: number): string {
  return Number.isInteger(value) ? whole(value) : String(value);
}

function failureText({ kind, message, file, line, column, stack }: Failure): string {
  const place =
    file === null ? '' : `${file}${line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`}  `;
  const head = kind === 'compile' ? 'Does not compile. ' : '';
  const trail = stack.length > 1 ? `\n  ${stack.slice(1).join('\n  ')}` : '';
  return `${head}${place}${message}${trail}`;
}

async function main(): Promise<void> {
  const options = await readOptions();
  if (!options.watch) {
    process.exitCode = await gradeOnce(options);
    return;
  }
  const { root } = readProgram(options.path, options.exercise.entry);
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  async function again(): Promise<void> {
    if (isBusy) return schedule();
    isBusy = true;
    try {
      await gradeOnce(options);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
    isBusy = false;
    if (!options.json)
      console.log(dim(`\nWatching ${relative(process.cwd(), root) || '.'} — save to grade again, Ctrl+C to stop.`));
  }
  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void again(), 60);
  }
  watch(root, { recursive: true }, (_, name) => {
    if (name === null || name.endsWith('.ts')) schedule();
  });
  await again();
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof NotThere)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
