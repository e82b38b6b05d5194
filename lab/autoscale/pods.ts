// The pods of a group over time: started, ready after a while, joined and left, with a rebalance for each such change.

import { rangeAssignment, stickyAssignment } from '../kafka/assignment.ts';

export interface Rebalance {
  /** Eager: everyone stops. Cooperative: only the partitions that move (K24, K25). */
  readonly kind: 'eager' | 'cooperative';
  readonly stopMs: number;
}

/** The members of a group and what each of them owns. */
export class Pods {
  readonly #partitions: number;
  readonly #startMs: number;
  readonly #rebalance: Rebalance;
  /** When each pod that starts will be ready, earliest first. */
  #startingMs: number[] = [];
  #owned: number[][] = [];
  readonly #stoppedUntilMs: number[];
  #rebalances = 0;

  constructor(given: { partitions: number; replicas: number; startMs: number; rebalance: Rebalance }) {
    this.#partitions = given.partitions;
    this.#startMs = given.startMs;
    this.#rebalance = given.rebalance;
    this.#owned = given.replicas > 0 ? rangeAssignment(given.partitions, given.replicas) : [];
    this.#stoppedUntilMs = Array.from({ length: given.partitions }, () => 0);
  }

  /** Pods that exist, ready or not. */
  get replicas(): number {
    return this.#owned.length + this.#startingMs.length;
  }
  /** Partitions of each pod that is ready. */
  get owned(): readonly (readonly number[])[] {
    return this.#owned;
  }
  get rebalances(): number {
    return this.#rebalances;
  }

  isStopped(partition: number, nowMs: number): boolean {
    return (this.#stoppedUntilMs[partition] ?? 0) > nowMs;
  }

  /** The next instant at which a pod is ready or a stop is over; Infinity when there is none. */
  nextMs(nowMs: number): number {
    let next = this.#startingMs[0] ?? Infinity;
    for (const untilMs of this.#stoppedUntilMs) if (untilMs > nowMs && untilMs < next) next = untilMs;
    return next;
  }

  /** Starts pods, or ends some: those that are not ready first, then the youngest. */
  scaleTo(replicas: number, nowMs: number): void {
    for (let more = replicas - this.replicas; more > 0; more--) this.#startingMs.push(nowMs + this.#startMs);
    const fewer = this.replicas - replicas;
    const unready = Math.min(Math.max(0, fewer), this.#startingMs.length);
    if (unready > 0) this.#startingMs.splice(-unready, unready);
    if (fewer > unready) this.#regroup(this.#owned.length - (fewer - unready), nowMs);
  }

  /** Lets the pods join that are ready by now; all of one instant share one rebalance. */
  settle(nowMs: number): void {
    const ready = this.#startingMs.filter((atMs) => atMs <= nowMs).length;
    if (ready === 0) return;
    this.#startingMs.splice(0, ready);
    this.#regroup(this.#owned.length + ready, nowMs);
  }

  #regroup(members: number, nowMs: number): void {
    this.#rebalances += 1;
    const { kind, stopMs } = this.#rebalance;
    const before = ownersOf(this.#owned);
    if (members === 0) this.#owned = [];
    else if (kind === 'eager') this.#owned = rangeAssignment(this.#partitions, members);
    else {
      const kept = Array.from({ length: members }, (_, i) => this.#owned[i] ?? []);
      this.#owned = stickyAssignment(this.#partitions, kept);
    }
    for (const [partition, owner] of ownersOf(this.#owned).entries()) {
      if (kind === 'eager' || before[partition] !== owner) {
        this.#stoppedUntilMs[partition] = Math.max(this.#stoppedUntilMs[partition] ?? 0, nowMs + stopMs);
      }
    }
  }
}

function ownersOf(owned: readonly (readonly number[])[]): number[] {
  const owners: number[] = [];
  for (const [member, list] of owned.entries()) for (const partition of list) owners[partition] = member;
  return owners;
}
