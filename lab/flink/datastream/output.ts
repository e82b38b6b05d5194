// The way out of a subtask to one following operator: which of its subtasks gets a record, and what waits for credit.

import type { Channel } from './channel.ts';
import type { Element, Item } from './element.ts';

export interface Target {
  readonly channel: Channel;
  /** Something new is in the channel. */
  readonly notify: () => void;
}

interface Waiting {
  readonly target: Target;
  readonly item: Item;
}

/** Chooses the target of a record. */
export type Partitioner = (element: Element) => number;

/** Key groups: what `pipeline.max-parallelism` is for a small job. */
const keyGroups = 128;

/** The subtask that a key belongs to, as in Flink: by key group, so that it does not change while the parallelism does not. */
export function subtaskOfKey(key: string | number, parallelism: number): number {
  const text = String(key);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const group = ((hash ^ (hash >>> 16)) >>> 0) % keyGroups;
  return Math.floor((group * parallelism) / keyGroups);
}

/**
 * Laws: the order of what it is given is kept, marks included; a record without credit holds up all behind it, whatever their
 * target. Nothing is lost.
 */
export class Output {
  /** The side output that it carries; null for the main one. */
  readonly tag: string | null;
  readonly #targets: readonly Target[];
  readonly #partition: Partitioner;
  #waiting: Waiting[] = [];
  #head = 0;

  constructor(options: { tag: string | null; targets: readonly Target[]; partition: Partitioner }) {
    this.tag = options.tag;
    this.#targets = options.targets;
    this.#partition = options.partition;
  }

  get waitingRecords(): number {
    let records = 0;
    for (let at = this.#head; at < this.#waiting.length; at++) if (this.#waiting[at]?.item.kind === 'record') records++;
    return records;
  }

  send(element: Element): void {
    this.#put(this.#targets[this.#partition(element)] as Target, { kind: 'record', element });
  }
  broadcast(item: Item): void {
    for (const target of this.#targets) this.#put(target, item);
  }

  /** Hands on what has credit, in order; true when nothing waits. */
  flush(): boolean {
    for (; this.#head < this.#waiting.length; this.#head++) {
      const { target, item } = this.#waiting[this.#head] as Waiting;
      if (!hand(target, item)) return false;
    }
    if (this.#head > 0) {
      this.#waiting = [];
      this.#head = 0;
    }
    return true;
  }

  #put(target: Target, item: Item): void {
    if (this.#waiting.length > 0 || !hand(target, item)) this.#waiting.push({ target, item });
  }
}

function hand({ channel, notify }: Target, item: Item): boolean {
  if (item.kind === 'record' && !channel.hasCredit) return false;
  channel.push(item);
  notify();
  return true;
}
