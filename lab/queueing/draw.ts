// How a time varies about its mean: always the same, within a span, or at random without memory.

import { shareOfOne } from '../argument.ts';
import type { Rng } from '../traffic/rng.ts';

/**
 * - `even`: every one is the mean.
 * - `uniform`: any value within ± `spreadShare` of the mean; 1 reaches from nothing to twice the mean.
 * - `exponential`: without memory, as calls from many independent senders come (Poisson); the M of M/M/1.
 */
export type Variation =
  { readonly kind: 'even' | 'exponential' } | { readonly kind: 'uniform'; readonly spreadShare: number };

/** A multiple of the mean, 0 or more; 1 on average. */
export type Draw = () => number;

/** No chance at all. By this very function an engine knows that it may count instead of drawing. */
export const even: Draw = () => 1;

/** Draws that vary in this way; an even one takes nothing from `rng`, the others one draw each. */
export function createDraw(variation: Variation, rng: Rng): Draw {
  switch (variation.kind) {
    case 'even':
      return even;
    case 'exponential':
      return () => rng.exponential(1);
    case 'uniform': {
      const spread = shareOfOne(variation.spreadShare, 'spreadShare');
      return () => 1 + spread * (2 * rng.next() - 1);
    }
  }
}
