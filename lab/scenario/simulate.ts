// A scenario as it comes, from a file, a link or a form, checked and run.

import type { z } from 'zod';
import type { Hop } from '../clock/kernel.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { ScenarioBase, System } from './system.ts';
import { systems } from './systems.ts';

/** What is wrong with a scenario, where, and what may stand there. */
export interface Problem {
  /** Names and numbers from the outside in; empty for the scenario as a whole. */
  readonly path: readonly (string | number)[];
  readonly says: string;
}

/** A scenario that no system can run. Its message has a line for each problem. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(lineOf).join('\n'));
    this.problems = problems;
  }
}

function lineOf({ path, says }: Problem): string {
  const words = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
  return `${words.replace(/^\./, '') || 'The scenario'}: ${says}`;
}

/** Checks data against the schema of the system that it names. Throws ScenarioError, naming each field and its bounds. */
export function readScenario(data: unknown): { system: System; scenario: ScenarioBase } {
  const names = systems.map(({ name }) => name);
  const given = typeof data === 'object' && data !== null ? (data as { system?: unknown }).system : undefined;
  const system = systems.find(({ name }) => name === given);
  if (system === undefined) {
    const says = given === undefined ? 'is missing' : `there is no ${JSON.stringify(given)}`;
    throw new ScenarioError([{ path: ['system'], says: `${says}; write one of: ${names.join(', ')}.` }]);
  }
  const result = system.schema.safeParse(data, { reportInput: true });
  if (!result.success) throw new ScenarioError(result.error.issues.map(problemOf));
  return { system, scenario: result.data };
}

/** Runs a scenario with a seed; seed 0 runs it as it is written. */
export async function simulate(data: unknown, seed: number, hop: Hop): Promise<RunTrace> {
  const { system, scenario } = readScenario(data);
  return system.run(scenario, seed, hop);
}

function problemOf(issue: z.core.$ZodIssue): Problem {
  return {
    path: issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    says: saidOf(issue),
  };
}

function saidOf(issue: z.core.$ZodIssue): string {
  const { input } = issue;
  const shown = input === undefined ? 'nothing' : JSON.stringify(input);
  const { code } = issue;
  if (code === 'unrecognized_keys')
    return `there is no field ${issue.keys.map((key) => `'${key}'`).join(', ')} here; remove it or mend its spelling.`;
  if (code === 'too_small')
    return `is ${shown.length > 40 ? 'too short' : shown}; it is at least ${String(issue.minimum)}.`;
  if (code === 'too_big')
    return `is ${shown.length > 40 ? 'too long' : shown}; it is at most ${String(issue.maximum)}.`;
  if (code === 'invalid_value') return `is ${shown}; write one of: ${issue.values.map(String).join(', ')}.`;
  if (code === 'invalid_type')
    return `${input === undefined ? 'is missing' : `is ${shown}`}; write ${article(issue.expected)}.`;
  return issue.message.endsWith('.') ? issue.message : `${issue.message}.`;
}

function article(expected: string): string {
  return expected === 'int' ? 'a whole number' : `${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`;
}
