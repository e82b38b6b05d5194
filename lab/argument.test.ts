import { describe, expect, it } from 'vitest';
import { nonNegative, nonNegativeInteger, positive, positiveInteger, shareOfOne } from './argument.ts';

describe('argument guards', () => {
  it('hand back a good value unchanged', () => {
    expect(positive(0.5, 'recordMs')).toBe(0.5);
    expect(nonNegative(0, 'recordMs')).toBe(0);
    expect(positiveInteger(1, 'members')).toBe(1);
    expect(nonNegativeInteger(0, 'offset')).toBe(0);
    expect(shareOfOne(1, 'failureShare')).toBe(1);
  });

  it('name the argument, quote the value and say what to pass', () => {
    expect(() => positive(0, 'recordMs')).toThrow('recordMs is 0; pass a finite number above 0.');
    expect(() => shareOfOne(10, 'failureShare')).toThrow('failureShare is 10; pass a share between 0 and 1');
  });

  it('refuse what only looks like a number', () => {
    for (const guard of [positive, nonNegative, positiveInteger, nonNegativeInteger, shareOfOne]) {
      expect(() => guard(Number.NaN, 'x')).toThrow(RangeError);
      expect(() => guard(Infinity, 'x')).toThrow(RangeError);
      expect(() => guard(-1, 'x')).toThrow(RangeError);
      expect(() => guard('5' as unknown as number, 'x')).toThrow(TypeError);
    }
    expect(() => positiveInteger(1.5, 'x')).toThrow(RangeError);
    expect(() => nonNegativeInteger(2 ** 53, 'x')).toThrow(RangeError);
  });
});
