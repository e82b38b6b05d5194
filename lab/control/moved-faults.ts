// The same incident with another seed: faults come a little earlier or later.

import { nonNegative } from '../argument.ts';
import { createRng, deriveSeed } from '../traffic/rng.ts';
import type { PipelineFault } from './setup.ts';

/** Moves each fault by at most `wobbleMs` either way, to no time before 0; seed 0 leaves them as they are written. */
export function moveFaults(faults: readonly PipelineFault[], wobbleMs: number, seed: number): readonly PipelineFault[] {
  nonNegative(wobbleMs, 'wobbleMs');
  if (seed === 0) return faults;
  const rng = createRng(deriveSeed(seed, 'faults'));
  return faults.map((fault) => {
    const fromMs = Math.max(0, fault.fromMs + Math.round((rng.next() * 2 - 1) * wobbleMs));
    return { ...fault, fromMs, toMs: fromMs + fault.toMs - fault.fromMs };
  });
}
