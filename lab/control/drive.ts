// Runs a pipeline under a policy that answers at once: what scenarios do.

import type { ControlDecision, ControlState } from './api.ts';
import { mostWorkers, Pipeline } from './pipeline.ts';
import type { PipelineSetup } from './setup.ts';
import { createSampler, type Sampler } from './samples.ts';

/** How often a policy is asked when nothing happens, in ms. */
export const lookMs = 60_000;

/**
 * Runs a pipeline to the end of its setup, asking `decide` every minute, whenever something has happened, and again at once
 * after it changed something.
 */
export function drive(
  setup: PipelineSetup,
  decide: (state: ControlState) => ControlDecision,
): { pipeline: Pipeline; sampler: Sampler } {
  const pipeline = new Pipeline(setup);
  const sampler = createSampler(pipeline, setup.durationMs);
  let nextLookMs = 0;
  for (;;) {
    const { nowMs } = pipeline;
    if (nowMs < setup.durationMs && (pipeline.takeNews() || nowMs >= nextLookMs)) {
      for (let starts = 0; starts < mostWorkers && pipeline.apply(decide(pipeline.state())); starts++);
      nextLookMs = (Math.floor(nowMs / lookMs) + 1) * lookMs;
    }
    sampler.take();
    if (nowMs >= setup.durationMs) return { pipeline, sampler };
    pipeline.advanceTo(Math.min(setup.durationMs, pipeline.nextMs(), nextLookMs, sampler.nextMs()));
  }
}
