// Seeded randomness: the only source of chance in the lab, the same draws from the same seed on every machine.

import { naturalLog } from './natural-log.ts';

export interface Rng {
  /** Uniform in [0, 1), one of 2³² equally spaced values. Every other draw uses exactly one of these. */
  next(): number;
  /** Exponential with mean 1/rate, in the rate's unit of time (a rate per ms gives ms). Always finite and ≥ 0. */
  exponential(rate: number): number;
  /** Uniform whole number in 0 … n − 1, for n up to 2³². */
  int(n: number): number;
}

/**
 * mulberry32 (M0.3). The draws depend only on the seed; seeds count modulo 2³². The exponential sample is −ln(1 − u)/rate.
 * Throws RangeError for a seed that is not a whole number, a rate that is not above 0, and a bad n.
 */
export function createRng(seed: number): Rng {
  let state = wholeSeed(seed);

  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  return {
    next,
    exponential(rate) {
      if (!(rate > 0 && rate < Infinity)) throw new RangeError(`rate is ${rate}; pass a finite rate above 0.`);
      return -naturalLog(1 - next()) / rate;
    },
    int(n) {
      if (!Number.isInteger(n) || n < 1 || n > 4294967296) {
        throw new RangeError(`n is ${n}; pass how many values to choose from, a whole number from 1 to 2^32.`);
      }
      return Math.floor(next() * n);
    },
  };
}

/**
 * A seed for an independent stream: the same (seed, label) gives the same result, and a draw more in one stream moves no
 * other. FNV-1a over the label's UTF-16 code units, started from the seed, then murmur3's final mix. In 0 … 2³² − 1.
 */
export function deriveSeed(seed: number, label: string): number {
  let hash = wholeSeed(seed) ^ 0x811c9dc5;
  for (let i = 0; i < label.length; i += 1) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Draws that move a scenario's incidents, 0.5 for 'not at all'. Seed 0 leaves the scenario as written: what figures and
 * worked numbers use.
 */
export function incidentDraws(seed: number): () => number {
  if (seed === 0) return () => 0.5;
  const rng = createRng(deriveSeed(seed, 'incident'));
  return () => rng.next();
}

function wholeSeed(seed: number): number {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed is ${seed}; pass a whole number such as 42.`);
  return seed | 0;
}
