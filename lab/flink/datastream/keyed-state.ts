// The state of one keyed subtask: its tables, and the handles that a program reads and writes them through.

import { StateTable, type StateSnapshot } from '../state.ts';
import type { MapState, RuntimeContext, ValueState } from './api.ts';
import { MapStateDescriptor, ValueStateDescriptor } from './descriptors.ts';

/** Where a handle finds its row: the tables of the subtask, and the key, that are being worked on now. */
export interface KeyedPlace {
  readonly tables: StateTables;
  readonly key: string;
  readonly nowMs: number;
}

/** Tables by the name of their descriptor. */
export class StateTables {
  readonly #tables = new Map<string, StateTable>();
  /** What a checkpoint had, for tables that are asked for again. */
  #saved: ReadonlyMap<string, StateSnapshot> = new Map();

  of(descriptor: ValueStateDescriptor<unknown> | MapStateDescriptor<unknown, unknown>): StateTable {
    let table = this.#tables.get(descriptor.name);
    if (table === undefined) {
      table = new StateTable(descriptor.timeToLive);
      const saved = this.#saved.get(descriptor.name);
      if (saved !== undefined) table.restore(saved);
      this.#tables.set(descriptor.name, table);
    }
    return table;
  }
  get rows(): number {
    return this.#sum(({ rows }) => rows);
  }
  get bytes(): number {
    return this.#sum(({ bytes }) => bytes);
  }

  snapshot(): ReadonlyMap<string, StateSnapshot> {
    const tables = [...this.#tables].map(([name, table]) => [name, table.snapshot()] as const);
    return new Map([...this.#saved, ...tables]);
  }
  restore(saved: ReadonlyMap<string, StateSnapshot>): void {
    this.#saved = saved;
  }
  #sum(pick: (table: StateTable) => number): number {
    let sum = 0;
    for (const table of this.#tables.values()) sum += pick(table);
    return sum;
  }
}

/** Handles whose rows `place` finds each time that they are used. */
export function stateAccess(place: () => KeyedPlace): RuntimeContext {
  return Object.freeze({
    getState<V>(descriptor: ValueStateDescriptor<V>): ValueState<V> {
      if (!(descriptor instanceof ValueStateDescriptor))
        throw new TypeError("getState() takes a descriptor, such as new ValueStateDescriptor('count').");
      const at = () => ({ ...place(), table: place().tables.of(descriptor) });
      return Object.freeze({
        value: () => {
          const { table, key, nowMs } = at();
          return (table.get(key, null, nowMs) ?? null) as V | null;
        },
        update: (value: V) => {
          const { table, key, nowMs } = at();
          table.put(key, null, value, nowMs);
        },
        clear: () => {
          const { table, key } = at();
          table.clear(key);
        },
      });
    },
    getMapState<K, V>(descriptor: MapStateDescriptor<K, V>): MapState<K, V> {
      if (!(descriptor instanceof MapStateDescriptor))
        throw new TypeError("getMapState() takes a descriptor, such as new MapStateDescriptor('seen').");
      const at = () => ({ ...place(), table: place().tables.of(descriptor) });
      const read = (mapKey: K): V | null => {
        const { table, key, nowMs } = at();
        return (table.get(key, mapKey, nowMs) ?? null) as V | null;
      };
      const entries = (): [K, V][] => {
        const { table, key, nowMs } = at();
        return table.entries(key, nowMs) as [K, V][];
      };
      return Object.freeze({
        get: read,
        put: (mapKey: K, value: V) => {
          if (typeof mapKey === 'object' && mapKey !== null)
            throw new TypeError('A map state takes text or numbers as keys: two objects are never the same key.');
          const { table, key, nowMs } = at();
          table.put(key, mapKey, value, nowMs);
        },
        remove: (mapKey: K) => {
          const { table, key } = at();
          table.remove(key, mapKey);
        },
        contains: (mapKey: K) => read(mapKey) !== null,
        entries,
        isEmpty: () => entries().length === 0,
        clear: () => {
          const { table, key } = at();
          table.clear(key);
        },
      });
    },
  });
}
