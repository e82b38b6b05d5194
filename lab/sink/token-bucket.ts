// A token bucket: a steady rate with room for a burst.

import { positive, positiveInteger } from '../argument.ts';

export interface TokenBucket {
  /** Tokens at `nowMs`; below 0 when they are reserved ahead. */
  tokensAt(nowMs: number): number;
  /** Takes `count` tokens now, all or nothing; true when it did. */
  tryTake(nowMs: number, count?: number): boolean;
  /** Takes `count` tokens now or as soon as there are enough, after all earlier reservations; returns that instant in ms. */
  reserve(nowMs: number, count?: number): number;
}

/**
 * A full bucket of `burst` tokens that refills at `tokensPerSecond`: tokens = min(b, tokens + r · Δt) (M4.7). It has no
 * clock: the time comes with each call, in ms, and may not step back.
 *
 * Law: in any span of t seconds at most b + r · t tokens are taken. An open loop (A5): it protects, and does not adapt.
 */
export function createTokenBucket({ tokensPerSecond, burst }: { tokensPerSecond: number; burst: number }): TokenBucket {
  positive(tokensPerSecond, 'tokensPerSecond');
  /** In thousandths, so that whole rates at whole milliseconds stay exact. */
  const fullMilli = positiveInteger(burst, 'burst') * 1000;
  let milli = fullMilli;
  let atMs = -Infinity;

  function refill(nowMs: number): void {
    if (!(nowMs >= atMs && nowMs < Infinity)) {
      throw new RangeError(
        `nowMs is ${nowMs}, after a call at ${atMs}; pass the clock's time, which never steps back.`,
      );
    }
    if (atMs > -Infinity) milli = Math.min(fullMilli, milli + tokensPerSecond * (nowMs - atMs));
    atMs = nowMs;
  }

  return {
    tokensAt(nowMs) {
      refill(nowMs);
      return milli / 1000;
    },
    tryTake(nowMs, count = 1) {
      const wanted = positiveInteger(count, 'count') * 1000;
      refill(nowMs);
      if (milli < wanted) return false;
      milli -= wanted;
      return true;
    },
    reserve(nowMs, count = 1) {
      const wanted = positiveInteger(count, 'count') * 1000;
      refill(nowMs);
      milli -= wanted;
      return milli >= 0 ? nowMs : nowMs - milli / tokensPerSecond;
    },
  };
}
