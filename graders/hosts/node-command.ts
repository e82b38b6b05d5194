// What `grade` does with its arguments in every terminal: grade once or on each save, print, and say how it ended.

import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { Exercise } from '../exercise.ts';
import { contractOf, createReport, exitCodeOf, failureText } from '../report.ts';
import type { SourceFiles } from './compile.ts';
import { gradeInNode, type GradeOptions } from './node.ts';
import { watchSources } from './node-files.ts';

/** Wrong arguments; the message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface GradeArguments {
  readonly positionals: readonly string[];
  readonly scenario: string | undefined;
  readonly seeds: readonly number[] | undefined;
  readonly json: boolean;
  readonly watch: boolean;
}

/** Throws UsageError. */
export function readArguments(args: readonly string[], usage: string): GradeArguments {
  // parseArgs would take the sign of a negative number for an option.
  const seedAt = args.indexOf('--seed') + 1;
  if (seedAt > 0) checkSeed(args[seedAt] ?? '');
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
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
  const { scenario, seed, json, watch } = parsed.values;
  if (seed !== undefined) checkSeed(seed);
  const seeds = seed === undefined ? undefined : [Number(seed)];
  return { positionals: parsed.positionals, scenario, seeds, json, watch };
}

function checkSeed(seed: string): void {
  if (!/^\d{1,9}$/.test(seed)) throw new UsageError(`--seed takes a whole number from 0, not '${seed}'.`);
}

/** What is graded: `read` is asked anew each time. */
export interface GradeTask {
  readonly exercise: Exercise;
  read(): { files: SourceFiles; entry: string; root: string };
  /** How this terminal's host runs a program. */
  readonly host: Pick<GradeOptions, 'provided' | 'packagesFrom' | 'hasGuards' | 'worker' | 'startMs'>;
  /** The system does not tell of every change to a file. */
  readonly mustPoll?: boolean;
}

/**
 * Grades, prints, and resolves to the exit code: 0 passed, 1 not yet, 2 could not run. With `watch` it does so on
 * each save, and resolves when it has done so once. Throws UsageError for a scenario that is not there.
 */
export async function grade(task: GradeTask, options: GradeArguments): Promise<number> {
  const { exercise, host } = task;
  const { scenario, seeds, json } = options;
  const names = exercise.scenarios.map(({ name }) => name);
  if (scenario !== undefined && !names.includes(scenario)) {
    throw new UsageError(`There is no scenario '${scenario}' in ${exercise.id}. It has: ${names.join(', ')}.`);
  }
  const report = createReport(process.stdout.isTTY && process.env['NO_COLOR'] === undefined);

  async function once(): Promise<number> {
    const { files, entry } = task.read();
    const verdict = await gradeInNode(exercise, files, {
      ...host,
      entry,
      scenario,
      seeds,
      onEvent(event) {
        if (json || event.kind !== 'console') return;
        for (const line of event.lines) process.stderr.write(`${report.consoleLine(event.run.scenario, line)}\n`);
      },
    });
    if (json) console.log(JSON.stringify(contractOf(verdict)));
    else console.log(report.verdict(exercise, verdict));
    if (json && verdict.failure !== null) process.stderr.write(`${failureText(verdict.failure)}\n`);
    return exitCodeOf(verdict);
  }
  if (!options.watch) return await once();

  const { root } = task.read();
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  async function again(): Promise<number> {
    if (isBusy) {
      schedule();
      return 0;
    }
    isBusy = true;
    let code = 2;
    try {
      code = await once();
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
    }
    isBusy = false;
    if (!json) console.log(report.watching(relative(process.cwd(), root) || '.'));
    return code;
  }
  function schedule(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void again(), 60);
  }
  watchSources(root, schedule, { mustPoll: task.mustPoll ?? false });
  return await again();
}
