import { describe, expect, it } from 'vitest';
import { decisionOf } from './decision.ts';

describe('decisionOf', () => {
  it('takes nothing, or a decision', () => {
    expect(decisionOf(undefined)).toEqual({});
    expect(decisionOf({ start: 'all', everyMs: 60_000, because: 'quiet' })).toMatchObject({ start: 'all' });
  });

  it('refuses an interval that cron does not know, and says so', () => {
    expect(() => decisionOf({ everyMs: 1_000 })).toThrow(
      'everyMs is 1000; a schedule knows no interval below a minute',
    );
    expect(() => decisionOf({ everyMs: -1 })).toThrow('above 0');
  });

  it('refuses a slip of the pen', () => {
    expect(() => decisionOf({ begin: 'all' })).toThrow("has a field 'begin'");
    expect(() => decisionOf({ start: true })).toThrow("return 'interval' or 'all'");
    expect(() => decisionOf({ because: 5 })).toThrow('say why in a few words');
    expect(() => decisionOf('start')).toThrow('return an object');
  });
});
