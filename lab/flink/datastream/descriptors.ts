// The names that a program gives to its state and its side outputs.

import type { StateTtlConfig } from '../state-ttl.ts';

function named(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new TypeError(`${what} needs a name that is not empty, got ${typeof value}.`);
}

/** A side output and what it carries. */
export class OutputTag<T> {
  readonly id: string;
  /** Only for types. */
  readonly carries?: T;
  constructor(id: string) {
    this.id = named(id, 'OutputTag');
  }
}

/** One state of each key: its name, and how long an entry lives. */
class StateDescriptor {
  readonly name: string;
  #ttl: StateTtlConfig | null = null;
  constructor(name: string) {
    this.name = named(name, 'A state descriptor');
  }
  /** Entries live only for a time; set it before the state is asked for. */
  enableTimeToLive(config: StateTtlConfig): this {
    this.#ttl = config;
    return this;
  }
  /** Null when entries live for ever. */
  get timeToLive(): StateTtlConfig | null {
    return this.#ttl;
  }
}

/** One value for each key. */
export class ValueStateDescriptor<V> extends StateDescriptor {
  /** Only for types. */
  readonly value?: V;
}

/** A map for each key. */
export class MapStateDescriptor<K, V> extends StateDescriptor {
  /** Only for types. */
  readonly entry?: readonly [K, V];
}
