// Keyed state of a windowed aggregate: updated by a batch, evicted by the watermark, kept in versions.

/** One row of state: a key in a window; `windowStartMs` is null where nothing is windowed. */
export interface StateRow<V> {
  readonly windowStartMs: number | null;
  readonly key: string;
  readonly value: V;
}

/** How a value begins, and how it is copied before a batch changes it. */
export interface StateValue<V> {
  zero(): V;
  copy(value: V): V;
}

/** What a batch did to the state. */
export interface StateChange<V> {
  /** Rows that it changed, with their new values; those evicted at once included. */
  readonly updated: readonly StateRow<V>[];
  /** Rows whose window has ended by the watermark: final, and gone with the commit. */
  readonly evicted: readonly StateRow<V>[];
  /** Rows offered to windows that had ended before: input rows, and the groups that they would have made (SS32). */
  readonly lateRows: number;
  readonly numRowsDroppedByWatermark: number;
  /** Rows after the commit. */
  readonly numRowsTotal: number;
}

type Windows<V> = Map<number | null, Map<string, V>>;

/**
 * The committed state of one aggregate. A batch works on a `StateUpdate`, which changes nothing until it is committed; a
 * batch that fails is forgotten, and the next attempt begins from the same version (SS15, SS41).
 */
export class StateStore<V> {
  readonly #windowMs: number | null;
  readonly #value: StateValue<V>;
  readonly #windows: Windows<V> = new Map();

  /** The windows' length; null keeps one row for each key, for ever. */
  constructor(windowMs: number | null, value: StateValue<V>) {
    this.#windowMs = windowMs;
    this.#value = value;
  }

  get numRowsTotal(): number {
    return sizeOf(this.#windows);
  }

  /** All rows, window by window in the order in which they were opened. */
  rows(): StateRow<V>[] {
    return rowsOf(this.#windows);
  }

  /**
   * Begins a batch. Windows with an end at or before `watermarkMs` are evicted at its end; rows for windows with an end at
   * or before `lateMs` are dropped. Null keeps everything. Spark filters with the watermark of the batch before; the lab
   * with the batch's own, which drops at once (M2.9), except behind another aggregate, where only the former works.
   */
  begin(watermarkMs: number | null, lateMs: number | null = watermarkMs): StateUpdate<V> {
    return new StateUpdate({
      committed: this.#windows,
      value: this.#value,
      hasEnded: (windowStartMs, atMs) =>
        atMs !== null && windowStartMs !== null && windowStartMs + (this.#windowMs ?? 0) <= atMs,
      watermarkMs,
      lateMs,
    });
  }
}

/** One batch's work on a store. */
export class StateUpdate<V> {
  readonly #committed: Windows<V>;
  readonly #value: StateValue<V>;
  readonly #hasEnded: (windowStartMs: number | null, atMs: number | null) => boolean;
  readonly #watermarkMs: number | null;
  readonly #lateMs: number | null;
  readonly #touched: Windows<V> = new Map();
  readonly #lateGroups = new Map<number | null, Set<string>>();
  #lateRows = 0;

  constructor(options: {
    committed: Windows<V>;
    value: StateValue<V>;
    hasEnded(windowStartMs: number | null, atMs: number | null): boolean;
    watermarkMs: number | null;
    lateMs: number | null;
  }) {
    this.#committed = options.committed;
    this.#value = options.value;
    this.#hasEnded = options.hasEnded;
    this.#watermarkMs = options.watermarkMs;
    this.#lateMs = options.lateMs;
  }

  /** The value of a key in a window, for the batch to change in place; null when the window has ended: the row is late. */
  open(windowStartMs: number | null, key: string): V | null {
    if (this.#hasEnded(windowStartMs, this.#lateMs)) {
      this.#lateRows++;
      inner(this.#lateGroups, windowStartMs, () => new Set<string>()).add(key);
      return null;
    }
    const touched = inner(this.#touched, windowStartMs, () => new Map<string, V>());
    let value = touched.get(key);
    if (value === undefined) {
      const before = this.#committed.get(windowStartMs)?.get(key);
      value = before === undefined ? this.#value.zero() : this.#value.copy(before);
      touched.set(key, value);
    }
    return value;
  }

  /** What the batch comes to. Ask once all its rows are in. */
  change(): StateChange<V> {
    const ended = [...new Set([...this.#committed.keys(), ...this.#touched.keys()])].filter((start) =>
      this.#hasEnded(start, this.#watermarkMs),
    );
    const evicted = new Map<number | null, Map<string, V>>();
    for (const start of ended) {
      evicted.set(start, new Map([...(this.#committed.get(start) ?? []), ...(this.#touched.get(start) ?? [])]));
    }
    let numRowsTotal = sizeOf(this.#committed);
    for (const [start, keys] of this.#touched) {
      const before = this.#committed.get(start);
      for (const key of keys.keys()) if (before?.has(key) !== true) numRowsTotal++;
    }
    return {
      updated: rowsOf(this.#touched),
      evicted: rowsOf(evicted),
      lateRows: this.#lateRows,
      numRowsDroppedByWatermark: sizeOf(this.#lateGroups),
      numRowsTotal: numRowsTotal - sizeOf(evicted),
    };
  }

  /** All rows as they will be after the commit, when nothing is evicted. */
  rows(): StateRow<V>[] {
    const all: Windows<V> = new Map([...this.#committed].map(([start, keys]) => [start, new Map(keys)]));
    for (const [start, keys] of this.#touched) {
      const into = inner(all, start, () => new Map<string, V>());
      for (const [key, value] of keys) into.set(key, value);
    }
    return rowsOf(all);
  }

  /** Makes the change the store's new version. */
  commit(): void {
    for (const [start, keys] of this.#touched) {
      const into = inner(this.#committed, start, () => new Map<string, V>());
      for (const [key, value] of keys) into.set(key, value);
    }
    for (const start of this.#committed.keys()) {
      if (this.#hasEnded(start, this.#watermarkMs)) this.#committed.delete(start);
    }
  }
}

function inner<T>(outer: Map<number | null, T>, start: number | null, create: () => T): T {
  let found = outer.get(start);
  if (found === undefined) outer.set(start, (found = create()));
  return found;
}

function sizeOf(windows: ReadonlyMap<number | null, { readonly size: number }>): number {
  let size = 0;
  for (const keys of windows.values()) size += keys.size;
  return size;
}

function rowsOf<V>(windows: Windows<V>): StateRow<V>[] {
  return [...windows].flatMap(([windowStartMs, keys]) =>
    Array.from(keys, ([key, value]) => ({ windowStartMs, key, value })),
  );
}
