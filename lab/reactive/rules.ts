// The rules of Reactive Streams that the lab checks, by their numbers in the specification.

const rules = {
  '1.1': 'no more onNext than was requested',
  '1.3': 'one signal at a time: none begins before the one before it has returned',
  '1.7': 'nothing follows onError or onComplete',
  '1.9': 'onSubscribe comes first',
  '2.1': 'a subscriber asks with request(n); without it nothing comes',
  '2.12': 'onSubscribe comes once',
  '2.13': 'records are not null, and a signal returns without throwing',
  '3.9': 'request(n) needs a whole n above 0; for any other the publisher signals onError',
} as const;

export type RuleId = keyof typeof rules;

/** A rule that was broken; `onError` carries it when the stream ends for it. */
export class RuleViolation extends Error {
  override readonly name = 'RuleViolation';
  readonly rule: RuleId;
  constructor(rule: RuleId, what: string) {
    super(`${what} (rule ${rule}: ${rules[rule]}).`);
    this.rule = rule;
  }
}

/** The record itself; throws RuleViolation 2.13 for null and undefined, which are no records. `from` is what gave it. */
export function recordOf<T>(record: T, from: string): T {
  if (record === null || record === undefined) throw new RuleViolation('2.13', `${from} gave ${String(record)}`);
  return record;
}

/** Whether a subscriber may ask for this many (3.9). */
export function isDemand(n: number): boolean {
  return n >= 1 && (Number.isSafeInteger(n) || n > Number.MAX_SAFE_INTEGER);
}
