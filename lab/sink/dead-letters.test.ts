import { describe, expect, it } from 'vitest';
import { deadLetterRate, isDeadLetter } from './dead-letters.ts';

describe('M4.5 dead letters', () => {
  it('are 10/s and 864,000 a day at 0.1 % of 10,000/s', () => {
    expect(deadLetterRate(10_000, 0.001)).toEqual({ perSecond: 10, perDay: 864_000 });
  });

  it('are records that the sink refuses, or that fail alone', () => {
    expect(isDeadLetter({ kind: 'refused' })).toBe(true);
    expect(isDeadLetter({ kind: 'exhausted', doOthersSucceed: true })).toBe(true);
    expect(isDeadLetter({ kind: 'written' })).toBe(false);
  });

  it('are not the victims of an outage, nor what an open breaker held back (M4.4)', () => {
    expect(isDeadLetter({ kind: 'exhausted', doOthersSucceed: false })).toBe(false);
    expect(isDeadLetter({ kind: 'rejected by breaker' })).toBe(false);
  });

  it('refuse a share in percent', () => {
    expect(() => deadLetterRate(10_000, 5)).toThrow('poisonShare');
  });
});
