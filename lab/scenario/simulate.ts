// A scenario as it comes, from a file, a link or a form, checked and run.

import type { z } from 'zod';
import type { Hop } from '../clock/kernel.ts';
import type { RunTrace } from '../trace/run-trace.ts';
import type { ScenarioBase, System } from './system.ts';
import { systems } from './systems.ts';

/** A scenario that no system can run; `problems` say where and what to write instead. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Checks data against the schema of the system that it names. Throws ScenarioError, naming each field and its bounds. */
export function readScenario(data: unknown): { system: System; scenario: ScenarioBase } {
  const names = systems.map(({ name }) => name);
  const given = typeof data === 'object' && data !== null ? (data as { system?: unknown }).system : undefined;
  const system = systems.find(({ name }) => name === given);
  if (system === undefined) {
    throw new ScenarioError([
      given === undefined
        ? `A scenario is an object with a field 'system', one of: ${names.join(', ')}.`
        : `system: there is no ${JSON.stringify(given)}; write one of: ${names.join(', ')}.`,
    ]);
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

/** An issue in one line: the field's path, what is wrong, and what may stand there. */
function problemOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${path.replace(/^\./, '') || 'the scenario'}: ${saidOf(issue)}`;
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
