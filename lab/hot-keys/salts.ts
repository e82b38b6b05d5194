// Salts: how one hot key becomes several, and on which tasks they fall.

import { positiveInteger } from '../argument.ts';
import { deriveSeed, type Rng } from '../traffic/rng.ts';

/** Where the salts of a key go: one after another over the tasks, or wherever their hash says. */
export type Spread = 'ideal' | 'hash';

/** A well-mixed hash of a text, 0 … 2³² − 1: FNV-1a with murmur3's last step. The same on every machine and on every replay. */
export function hashOf(text: string): number {
  return deriveSeed(0, text);
}

/**
 * The salt of an event in 0 … salts − 1: hash(event id) mod salts (M5, SS30). It depends on nothing but the event, so a batch
 * that is replayed after a failure falls apart in the same way again.
 */
export function saltOfEvent(eventId: string, salts: number): number {
  return hashOf(eventId) % positiveInteger(salts, 'salts');
}

/**
 * A salt drawn anew for every event, as `rand()` does: as even as a hash, and different on every replay (M5, SS30). What was
 * written before the failure and what is written after it then disagree about which event counts where.
 */
export function randomSalt(rng: Rng, salts: number): number {
  return rng.int(positiveInteger(salts, 'salts'));
}

/** The task that a key is shuffled to: hash(key) mod tasks. Two keys may meet on one task; two salts of one key, too. */
export function taskOfKey(key: string, tasks: number): number {
  return hashOf(key) % positiveInteger(tasks, 'tasks');
}

/** The key of a salt, as it goes into the shuffle. */
export function saltedKey(key: string, salt: number): string {
  return `${key}#${salt}`;
}

/**
 * The task of each of a key's salts, by salt (M5). Ideal: salt i on task i mod tasks. Hash: where hash(key#salt) falls, so
 * that two of ten salts on a hundred tasks meet in more than one case in three. One salt means the key as it is.
 */
export function tasksOfSalts({
  key,
  salts,
  tasks,
  spread,
}: {
  readonly key: string;
  readonly salts: number;
  readonly tasks: number;
  readonly spread: Spread;
}): number[] {
  positiveInteger(tasks, 'tasks');
  return Array.from({ length: positiveInteger(salts, 'salts') }, (_, salt) => {
    if (spread === 'ideal') return salt % tasks;
    return taskOfKey(salts === 1 ? key : saltedKey(key, salt), tasks);
  });
}
