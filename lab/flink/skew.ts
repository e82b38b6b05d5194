// Which part of an operator's records each of its subtasks gets, and what the largest part costs.

import { positive, positiveInteger, shareOfOne } from '../argument.ts';

/** How keys are spread: one hot key, or keys whose weights fall as 1, 1/2, 1/3 … Without either, evenly. */
export type KeySpread = { readonly hotShare: number } | { readonly zipfKeys: number };

/**
 * The subtasks' parts of an operator's input, together 1.
 *
 * A hot key fills subtask 0 with its share, whatever the parallelism, and the others split the rest; a share below 1/p is
 * no hot key. Zipf keys go the way of Flink: hash, key group, subtask.
 */
export function subtaskShares(parallelism: number, keys?: KeySpread): readonly number[] {
  positiveInteger(parallelism, 'parallelism');
  if (keys === undefined) return Array.from({ length: parallelism }, () => 1 / parallelism);
  if ('zipfKeys' in keys) return zipfShares(parallelism, keys.zipfKeys);
  const hot = Math.max(shareOfOne(keys.hotShare, 'hotShare'), 1 / parallelism);
  const rest = (1 - hot) / Math.max(1, parallelism - 1);
  return Array.from({ length: parallelism }, (_, i) => (i > 0 ? rest : parallelism === 1 ? 1 : hot));
}

/** Parts of a Kafka topic that the readers of a source get: whole partitions, so surplus readers get nothing (F23). */
export function readerShares(parallelism: number, partitions: number): readonly number[] {
  positiveInteger(parallelism, 'parallelism');
  positiveInteger(partitions, 'partitions');
  return Array.from(
    { length: parallelism },
    (_, i) => Math.ceil(Math.max(0, partitions - i) / parallelism) / partitions,
  );
}

/** What an operator and each of its subtasks do when one subtask gets more than the others. */
export interface SkewedOperator {
  /** The most that the operator lets through: its fullest subtask stops all senders (M3.6). */
  readonly throughputPerSecond: number;
  /** By subtask; the rest of each second is idle. */
  readonly busyMsPerSecond: readonly number[];
}

/**
 * A saturated operator under skew (M3.6): X = min over subtasks of capacity / share, because records wait behind those of
 * the hot key. Throws RangeError without a share above 0.
 */
export function skewedOperator(given: { subtaskCapacityPerSecond: number; shares: readonly number[] }): SkewedOperator {
  const capacity = positive(given.subtaskCapacityPerSecond, 'subtaskCapacityPerSecond');
  const largest = positive(Math.max(0, ...given.shares), 'the largest of shares');
  const throughputPerSecond = capacity / largest;
  return { throughputPerSecond, busyMsPerSecond: given.shares.map((share) => (share / largest) * 1000) };
}

/**
 * The subtask to which Flink sends a key: murmur hash of its hash code, modulo the key groups, and key groups in ranges.
 * The key groups are as many as the max parallelism; Flink's default is 1.5 · p as a power of two, 128 at least.
 */
export function subtaskOfKey(hashCode: number, parallelism: number, keyGroups = defaultKeyGroups(parallelism)): number {
  return Math.floor(((murmur(hashCode) % keyGroups) * parallelism) / keyGroups);
}

export function defaultKeyGroups(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2);
  let groups = 128;
  while (groups < wanted && groups < 32_768) groups *= 2;
  return groups;
}

function zipfShares(parallelism: number, keys: number): readonly number[] {
  positiveInteger(keys, 'zipfKeys');
  const weights = Array.from({ length: parallelism }, () => 0);
  let total = 0;
  for (let rank = 1; rank <= keys; rank++) {
    const subtask = subtaskOfKey(rank, parallelism);
    weights[subtask] = (weights[subtask] ?? 0) + 1 / rank;
    total += 1 / rank;
  }
  return weights.map((weight) => weight / total);
}

/** MurmurHash3 of one 32-bit word, folded to a whole number from 0. */
function murmur(word: number): number {
  let hash = Math.imul(word, 0xcc9e2d51);
  hash = Math.imul((hash << 15) | (hash >>> 17), 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  hash = (Math.imul(hash, 5) + 0xe6546b64) ^ 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash === -2_147_483_648 ? 0 : Math.abs(hash);
}
