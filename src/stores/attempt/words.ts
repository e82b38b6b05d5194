// How numbers, times and outcomes are said: one way everywhere.

import { whole } from '#graders/checks/law.ts';
import type { CheckState, Failure } from '#graders/verdict.ts';

const small = [
  'none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten',
  'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty',
] as const; // prettier-ignore

function spelled(count: number): string {
  return small[count] ?? String(count);
}

/** The sentence that a finished run leads with. */
export function headline(met: number, total: number): string {
  if (met === total) return `Met: all ${spelled(total)}`;
  const word = spelled(met);
  return `${word.charAt(0).toUpperCase()}${word.slice(1)} of ${spelled(total)}`;
}

/** The word for a state. */
export function stateWord(state: CheckState | 'open'): string {
  switch (state) {
    case 'met':
      return 'Met';
    case 'thin':
      return 'Met, thin margin';
    case 'not-yet':
      return 'Not yet';
    case 'not-tested':
      return 'Not tested in this run';
    case 'open':
      return 'Not looked at yet';
  }
}

/** Of the three ways in which a run can end, the one this is. */
export function outcomeOf(failure: Failure | null): 'ran' | 'did-not-compile' | 'did-not-finish' {
  if (failure === null) return 'ran';
  return failure.kind === 'compile' ? 'did-not-compile' : 'did-not-finish';
}

/** What a run without a grade leads with. */
export function failureHeadline({ kind }: Failure): string {
  switch (kind) {
    case 'compile':
      return 'Does not compile';
    case 'import':
    case 'shape':
    case 'config':
      return 'Did not start';
    case 'engine':
      return 'Could not be run';
    case 'threw':
    case 'rejection':
    case 'blocked':
    case 'spinning':
    case 'output-limit':
    case 'out-of-memory':
      return 'Did not finish';
  }
}

/** A number as a person writes it: whole from a hundred on, at most two decimals below. */
export function amount(value: number): string {
  if (Math.abs(value) >= 100 || Number.isInteger(value)) return whole(value);
  const text = String(Math.round(value * (Math.abs(value) < 10 ? 100 : 10)) / (Math.abs(value) < 10 ? 100 : 10));
  return text.replace('-', '−');
}

const one: Readonly<Record<string, string>> = {
  records: 'record',
  rows: 'row',
  evictions: 'eviction',
};

/** A number with its unit. A unit that counts things follows the number; a no-break space holds them together. */
export function quantity(value: number, unit: string): string {
  return `${amount(value)}\u00a0${value === 1 ? (one[unit] ?? unit) : unit}`;
}

/** What was measured against what was asked: `41 against 60 ms`. Without a number, the target alone. */
export function measure(measured: number | null, target: number, unit: string, state: CheckState): string {
  if (measured !== null) return `${amount(measured)} against ${quantity(target, unit)}`;
  return `Target ${quantity(target, unit)}${state === 'not-yet' ? ' not reached' : ''}`;
}

/** The targets of a check before there is anything to hold against them: `At most 2 to 6 s`. */
export function aim(targets: readonly number[], unit: string, comparison: '≤' | '='): string {
  const [least, most] = [Math.min(...targets), Math.max(...targets)];
  const range = least === most ? quantity(least, unit) : `${amount(least)} to ${quantity(most, unit)}`;
  return `${comparison === '=' ? 'Exactly' : 'At most'} ${range}`;
}

/** A scenario's name as a word: `slow-sink` is said `Slow sink`. */
export function scenarioWord(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
