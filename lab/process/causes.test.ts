import { describe, expect, it } from 'vitest';
import { causesOf } from './causes.ts';

describe('causesOf', () => {
  it('follows causes to the bottom, whatever they are', () => {
    const bottom = new RangeError('no');
    const middle = new Error('middle', { cause: bottom });
    expect(causesOf(new Error('top', { cause: middle })).slice(1)).toEqual([middle, bottom]);
    expect(causesOf('text')).toEqual(['text']);
    expect(causesOf(undefined)).toEqual([]);
  });

  it('ends where a chain bites its own tail', () => {
    const error = new Error('round');
    error.cause = error;
    expect(causesOf(error)).toEqual([error]);
  });
});
