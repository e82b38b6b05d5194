// Aggregates that can be put together from parts, and why some cannot.

import { positiveInteger } from '../argument.ts';
import { hashOf } from './salts.ts';

/**
 * An aggregate in two stages: each task folds values into a partial, a second stage merges the partials.
 *
 * Laws: `merge` is commutative and associative and `empty` changes nothing, so any split of the values, in any order, gives
 * what one task alone would give.
 */
export interface Aggregate<Value, Partial, Result> {
  readonly name: string;
  empty(): Partial;
  add(partial: Partial, value: Value): Partial;
  merge(a: Partial, b: Partial): Partial;
  finish(partial: Partial): Result;
}

/** An aggregate that no merge of partials can give. */
export class NotComposableError extends Error {
  override readonly name = 'NotComposableError';
}

export const count: Aggregate<unknown, number, number> = {
  name: 'count',
  empty: () => 0,
  add: (partial) => partial + 1,
  merge: (a, b) => a + b,
  finish: (partial) => partial,
};

export const sum: Aggregate<number, number, number> = {
  name: 'sum',
  empty: () => 0,
  add: (partial, value) => partial + value,
  merge: (a, b) => a + b,
  finish: (partial) => partial,
};

/** The smallest value; null without any. */
export const min = extreme('min', (a, b) => Math.min(a, b));

/** The largest value; null without any. */
export const max = extreme('max', (a, b) => Math.max(a, b));

/**
 * The mean; null without values. Its partial is (sum, count): a mean of means is wrong as soon as the parts differ in size.
 */
export const average: Aggregate<number, { readonly sum: number; readonly count: number }, number | null> = {
  name: 'average',
  empty: () => ({ sum: 0, count: 0 }),
  add: (partial, value) => ({ sum: partial.sum + value, count: partial.count + 1 }),
  merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
  finish: (partial) => (partial.count === 0 ? null : partial.sum / partial.count),
};

/**
 * How many different values. Its partial is the set of them: partial counts cannot be added, since a value may sit in several
 * parts, unless the salt is taken from the value itself, so that it never does.
 */
export const distinct: Aggregate<string, ReadonlySet<string>, number> = {
  name: 'distinct',
  empty: () => new Set(),
  add: (partial, value) => (partial.has(value) ? partial : new Set([...partial, value])),
  merge: (a, b) => new Set([...a, ...b]),
  finish: (partial) => partial.size,
};

/**
 * About how many different values, from the `size` smallest hashes: a sketch of fixed size that merges. Exact up to `size`
 * values; beyond, within some 1/√size of the truth (a rule of thumb for this sketch).
 */
export function distinctSketch(size = 1024): Aggregate<string, readonly number[], number> {
  positiveInteger(size, 'size');
  const smallest = (hashes: readonly number[]) => [...new Set(hashes)].sort((a, b) => a - b).slice(0, size);
  return {
    name: 'distinct sketch',
    empty: () => [],
    add: (partial, value) => {
      const hash = hashOf(value);
      const largest = partial[size - 1];
      return largest !== undefined && hash >= largest ? partial : smallest([...partial, hash]);
    },
    merge: (a, b) => smallest([...a, ...b]),
    finish: (partial) => {
      const largest = partial[size - 1];
      return largest === undefined ? partial.length : ((size - 1) * 4_294_967_296) / (largest + 1);
    },
  };
}

/** The aggregates that can be named, with what becomes of them under a salt. */
export const aggregateNames = ['count', 'sum', 'min', 'max', 'average', 'distinct', 'median'] as const;
export type AggregateName = (typeof aggregateNames)[number];

/**
 * Says whether partials of an aggregate combine, and what a partial must hold (M5). Throws NotComposableError for an exact
 * median: the middle of the whole cannot be found from the middles of its parts.
 */
export function partialOf(name: AggregateName): string {
  switch (name) {
    case 'count':
    case 'sum':
    case 'min':
    case 'max':
      return `a number: the partial ${name}s combine as they are`;
    case 'average':
      return 'a pair (sum, count): means do not combine';
    case 'distinct':
      return 'a set or a mergeable sketch of the values; or take the salt from the counted value, and the counts add';
    case 'median':
      throw new NotComposableError(
        'An exact median does not combine from partials: send all values of the key to one task, or take an approximate quantile from a mergeable sketch.',
      );
    default:
      return name satisfies never;
  }
}

function extreme(
  name: string,
  pick: (a: number, b: number) => number,
): Aggregate<number, number | null, number | null> {
  const both = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : pick(a, b));
  return { name, empty: () => null, add: both, merge: both, finish: (partial) => partial };
}
