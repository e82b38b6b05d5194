// Checks what a learner's policy returned, so that a slip of the pen does not pass for a decision to wait.

import { positive } from '../argument.ts';
import type { ControlDecision } from './api.ts';

const words = { start: ['interval', 'all'], retry: ['start', 'give up'], skip: ['run', 'data'] } as const;
/** As cron has it; a shorter one would never let the program rest. */
const leastEveryMs = 60_000;
const names = ['start', 'sliceRows', 'retry', 'skip', 'everyMs', 'ask', 'because'];

/** The decision that `value` is; nothing at all decides nothing. Throws a TypeError or RangeError that says what to return. */
export function decisionOf(value: unknown): ControlDecision {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new TypeError(
      `The policy returned ${typeof value}; return an object such as { start: 'interval' }, or nothing.`,
    );
  }
  for (const [name, given] of Object.entries(value)) {
    if (!names.includes(name)) {
      throw new TypeError(`The policy's decision has a field '${name}'; a decision has ${names.join(', ')}.`);
    }
    const allowed: readonly string[] | undefined = words[name as keyof typeof words];
    if (allowed !== undefined && given !== undefined && !allowed.includes(given as string)) {
      throw new TypeError(
        `${name} is ${JSON.stringify(given)}; return ${allowed.map((word) => `'${word}'`).join(' or ')}.`,
      );
    }
  }
  const decision = value as ControlDecision;
  if (decision.sliceRows !== undefined) positive(decision.sliceRows, 'sliceRows');
  if (decision.everyMs !== undefined && positive(decision.everyMs, 'everyMs') < leastEveryMs)
    throw new RangeError(`everyMs is ${decision.everyMs}; a schedule knows no interval below a minute, 60,000 ms.`);
  if (decision.because !== undefined && typeof decision.because !== 'string')
    throw new TypeError(`because is ${typeof decision.because}; say why in a few words of text.`);
  if (decision.ask !== undefined) {
    if (typeof decision.ask !== 'object' || decision.ask === null)
      throw new TypeError('ask is no object; return { ask: { expiresAfterMs: 1_800_000 } }, or { ask: {} }.');
    if (decision.ask.expiresAfterMs !== undefined) positive(decision.ask.expiresAfterMs, 'ask.expiresAfterMs');
  }
  return decision;
}
