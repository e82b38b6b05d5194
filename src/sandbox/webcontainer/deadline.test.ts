// A wait has an end, and what comes after it harms nobody.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { within } from './deadline.ts';
import { defer } from './testing/fake-client.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('gives what the promise gives, and leaves no timer and no listener behind', async () => {
  const { signal } = new AbortController();
  const remove = vi.spyOn(signal, 'removeEventListener');
  expect(await within(Promise.resolve(1), 1_000, () => 2, signal)).toBe(1);
  await expect(within(Promise.reject(new Error('no')), 1_000, () => 2, signal)).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.getTimerCount()).toBe(0);
  expect(remove).toHaveBeenCalledTimes(2);
});

test('gives what is said when it takes too long, or throws that', async () => {
  const pending = within(defer<number>().promise, 1_000, () => 'late');
  const throwing = within(defer<number>().promise, 1_000, () => {
    throw new RangeError('late');
  });
  throwing.catch(() => {});
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await pending).toBe('late');
  await expect(throwing).rejects.toThrow(RangeError);
});

test('a promise that rejects after its time is not an unhandled one', async () => {
  const { promise, reject } = defer<number>();
  const waiting = within(promise, 10, () => 0);
  await vi.advanceTimersByTimeAsync(10);
  reject(new Error('too late'));
  expect(await waiting).toBe(0);
});

test('ends with a signal, also one that was given before', async () => {
  const controller = new AbortController();
  const waiting = within(defer<number>().promise, 1_000, () => 0, controller.signal);
  waiting.catch(() => {});
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(within(Promise.resolve(1), 1_000, () => 0, controller.signal)).rejects.toThrow('gone');
  expect(vi.getTimerCount()).toBe(0);
});
