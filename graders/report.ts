// A verdict as text for a terminal, and as the object that scripts read.

import { clock, whole } from './checks/law.ts';
import type { Exercise } from './exercise.ts';
import type { ConsoleLine } from './hosts/console.ts';
import { inOrderOfCause } from './judge.ts';
import type { CheckResult, CheckState, Failure, Verdict } from './verdict.ts';

export interface Report {
  /** The whole verdict, without a line break at its end. */
  verdict(exercise: Exercise, verdict: Verdict): string;
  consoleLine(scenario: string, line: ConsoleLine): string;
  watching(folder: string): string;
}

export function createReport(isColoured: boolean): Report {
  const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim, green, yellow, red] = [paint(1), paint(90), paint(32), paint(33), paint(31)];
  const marks: Record<CheckState, string> = {
    met: green('✓ Met            '),
    thin: yellow('✓ Met, thin      '),
    'not-yet': red('△ Not yet        '),
    'not-tested': dim('– Not tested     '),
  };

  function checkLine({ state, label, scenario, atMs, cause, lever, ...check }: CheckResult): string {
    const { measured, unit, comparison, target } = check;
    const number = measured === null ? '' : `${shown(measured)} ${unit} (target ${comparison} ${shown(target)})`;
    const head = `${marks[state]} ${label} ${dim(`· ${scenario}`)}  ${number}`;
    if (cause === null) return head;
    const at = atMs === null ? '' : `${clock(atMs)}  `;
    return [head, `      ${at}${cause}`, ...(lever === null ? [] : [`      → ${lever}`])].join('\n');
  }

  return {
    verdict(exercise, { checks, failure, passed, steps, wallMs, seeds }) {
      const met = checks.filter((check) => check.passed).length;
      const inOrder = [...inOrderOfCause(checks), ...checks.filter(({ state }) => state !== 'not-yet')];
      const lines = [bold(`\n${exercise.title}`)];
      if (failure !== null) lines.push(`\n${red(failureText(failure))}\n`);
      lines.push(...inOrder.map(checkLine));
      if (failure !== null) lines.push(bold('\nThis is not a grade: the set did not finish.'));
      else if (passed) lines.push(bold(green(`\nMet: all ${checks.length} items.`)));
      else lines.push(bold(`\n${met} of ${checks.length} items met.`));
      lines.push(dim(`${whole(steps)} events in ${whole(wallMs)} ms; seeds ${seeds.join(', ')}`));
      return lines.join('\n');
    },
    consoleLine: (scenario, { atMs, text }) => `${dim(`${clock(atMs)} ${scenario}`)}  ${text}`,
    watching: (folder) => dim(`\nWatching ${folder} — save to grade again, Ctrl+C to stop.`),
  };
}

/** The stable shape of `--json`; the fields beyond the contract may grow. */
export function contractOf({ exercise, passed, didNotFinish, failure, checks, seeds, wallMs, steps }: Verdict): object {
  return { exercise, passed, didNotFinish, failure, checks, seeds, wallMs, steps };
}

const couldNotRun = new Set<Failure['kind']>(['compile', 'import', 'shape', 'config', 'engine']);

/** 0 passed, 1 not yet, 2 could not run. */
export function exitCodeOf({ failure, passed }: Verdict): 0 | 1 | 2 {
  if (failure !== null) return couldNotRun.has(failure.kind) ? 2 : 1;
  return passed ? 0 : 1;
}

export function failureText({ kind, message, file, line, column, stack }: Failure): string {
  const place =
    file === null ? '' : `${file}${line === null ? '' : `:${line}${column === null ? '' : `:${column}`}`}  `;
  const head = kind === 'compile' ? 'Does not compile. ' : '';
  const trail = stack.length > 1 ? `\n  ${stack.slice(1).join('\n  ')}` : '';
  return `${head}${place}${message}${trail}`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? whole(value) : String(value);
}
