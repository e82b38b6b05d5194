// A salted aggregation: partials by salt in the first stage, one result for the key in the second.

import type { Aggregate } from './aggregates.ts';

/** A first stage's output: one partial for each salt that occurred, which without a second stage is one row each. */
export type Partials<Partial> = ReadonlyMap<number, Partial>;

/**
 * First stage: folds each event into the partial of its salt (M5). Any `saltOf` gives right totals in the end; only one that
 * depends on nothing but the event gives the same partials when the events are replayed.
 */
export function partialsOf<Event, Value, Partial>(
  aggregate: Aggregate<Value, Partial, unknown>,
  events: readonly Event[],
  { saltOf, valueOf }: { readonly saltOf: (event: Event) => number; readonly valueOf: (event: Event) => Value },
): Partials<Partial> {
  const partials = new Map<number, Partial>();
  for (const event of events) {
    const salt = saltOf(event);
    partials.set(salt, aggregate.add(partials.get(salt) ?? aggregate.empty(), valueOf(event)));
  }
  return partials;
}

/** Second stage: merges a key's partials over all its salts into its one result (M5). */
export function combine<Partial, Result>(
  aggregate: Aggregate<never, Partial, Result>,
  partials: Partials<Partial>,
): Result {
  let whole = aggregate.empty();
  for (const partial of partials.values()) whole = aggregate.merge(whole, partial);
  return aggregate.finish(whole);
}
