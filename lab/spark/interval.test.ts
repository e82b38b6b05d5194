import { describe, expect, it } from 'vitest';
import { intervalMs } from './interval.ts';

describe('an interval', () => {
  it('is a number and a unit, or several of both', () => {
    expect(intervalMs('10 minutes', 'The window')).toBe(600_000);
    expect(intervalMs(' 1 Hour 30 minutes ', 'The window')).toBe(5_400_000);
    expect(intervalMs('0 seconds', 'The delay')).toBe(0);
    expect(intervalMs('500 milliseconds', 'The trigger')).toBe(500);
  });

  it('names what is wrong otherwise', () => {
    for (const text of ['10m', '', 'ten minutes', '1 month', '10', '-1 minutes', '1 constructor']) {
      expect(() => intervalMs(text, 'The window')).toThrow("such as '10 minutes'");
    }
    expect(() => intervalMs(10 as unknown as string, 'The trigger')).toThrow('The trigger is 10');
  });
});
