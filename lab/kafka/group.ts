// The group coordinator: who is a member, who owns which partitions, and when that changes.

import { eventClass, type Kernel, type Scheduled } from '../clock/kernel.ts';
import { rangeAssignment } from './assignment.ts';
import type { PartitionLog } from './log.ts';

/** What the coordinator needs of a member; called at the instant that the group decides. */
export interface GroupMember {
  readonly id: string;
  /** The group starts a new generation: rejoin with the next poll. */
  onRejoinNeeded(): void;
  /** The new generation's partitions. */
  onAssigned(logs: readonly PartitionLog[]): void;
}

/**
 * An eager group after the classic protocol (K4, K24): any change of members makes all of them rejoin
 * through their next `poll()`; when the last has, the group stands still for `rebalanceMs` and goes on
 * from the committed offsets with a range assignment.
 */
export class Group {
  readonly logs: readonly PartitionLog[];
  readonly #kernel: Kernel;
  readonly #rebalanceMs: number;
  #members: GroupMember[] = [];
  #joined = new Set<GroupMember>();
  #completion: Scheduled | null = null;
  #generation = 0;

  constructor(options: { kernel: Kernel; logs: readonly PartitionLog[]; rebalanceMs: number }) {
    this.#kernel = options.kernel;
    this.logs = options.logs;
    this.#rebalanceMs = options.rebalanceMs;
  }

  /** Counts the assignments so far; a member's commit is good only in the generation it was assigned in. */
  get generation(): number {
    return this.#generation;
  }
  get size(): number {
    return this.#members.length;
  }
  has(member: GroupMember): boolean {
    return this.#members.includes(member);
  }

  /** Joins, or rejoins after `onRejoinNeeded`. */
  join(member: GroupMember): void {
    if (this.#joined.has(member)) return;
    const isStart = this.#joined.size === 0;
    if (!this.has(member)) this.#members = [...this.#members, member].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#joined.add(member);
    if (isStart) for (const other of this.#members) if (other !== member) other.onRejoinNeeded();
    this.#completeWhenReady();
  }

  /** Takes a member out: it left, was evicted, or its process died. */
  leave(member: GroupMember): void {
    if (!this.has(member)) return;
    this.#members = this.#members.filter((other) => other !== member);
    this.#joined.delete(member);
    if (this.#members.length === 0) {
      this.#completion?.cancel();
      this.#completion = null;
      return;
    }
    if (this.#joined.size === 0) for (const other of this.#members) other.onRejoinNeeded();
    this.#completeWhenReady();
  }

  #completeWhenReady(): void {
    this.#completion?.cancel();
    this.#completion = null;
    if (this.#joined.size === 0 || this.#joined.size < this.#members.length) return;
    const delayMs = this.#generation === 0 ? 0 : this.#rebalanceMs;
    this.#completion = this.#kernel.after(delayMs, eventClass.completion, () => this.#assign());
  }

  #assign(): void {
    this.#completion = null;
    this.#generation++;
    this.#joined.clear();
    const blocks = rangeAssignment(this.logs.length, this.#members.length);
    this.#members.forEach((member, index) => {
      member.onAssigned((blocks[index] ?? []).map((partition) => this.logs[partition] as PartitionLog));
    });
  }
}
