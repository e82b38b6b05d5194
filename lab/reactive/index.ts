// What a program of Reactive Streams may import.

export type { Processor, Publisher, Subscriber, Subscription } from './api.ts';
export { unboundedDemand } from './api.ts';
export { BoundedQueue } from './bounded-queue.ts';
export { Demand } from './demand.ts';
export { fromValues } from './from-values.ts';
export { createMap } from './mapped.ts';
export { onBackpressure, OverflowError } from './on-backpressure.ts';
export type { BackpressureOptions, BackpressureStrategy } from './on-backpressure.ts';
export { limitRate } from './prefetch.ts';
export { RuleViolation } from './rules.ts';
export { createVerifier, enforce } from './verifier.ts';
export type { Verifier } from './verifier.ts';
