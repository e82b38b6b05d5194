// Windows of event time: one accumulator for each key and window, and a result when the watermark has passed its end.

import { StateTable, type StateSnapshot } from '../state.ts';
import type { TimeWindow } from './api.ts';
import type { Element } from './element.ts';
import { isThenable, Outlet, whenSettled, type Operator, type TaskHost } from './operator.ts';
import { fate } from './source-log.ts';
import { TimerQueue, type Timer } from './timer-queue.ts';
import type { WindowAssigner } from './window-assigner.ts';

export interface WindowOptions {
  readonly keyOf: (value: unknown) => string | number;
  readonly assigner: WindowAssigner;
  readonly allowedLatenessMs: number;
  readonly lateTag: string | null;
  /** `accumulator` is undefined for the first record of a window. */
  readonly add: (value: unknown, accumulator: unknown) => unknown;
  readonly result: (
    key: string | number,
    window: TimeWindow,
    accumulator: unknown,
    collect: (value: unknown) => void,
  ) => unknown;
}

/**
 * Laws: a window's result comes once the watermark is at its end − 1 ms, with that time as its timestamp; a record whose window
 * is past its allowed lateness goes to the late output, or is dropped and counted (F17).
 */
export class WindowOperator implements Operator {
  readonly #host: TaskHost;
  readonly #options: WindowOptions;
  readonly #table = new StateTable();
  /** By key: the ends of windows that have not given a result, and of windows whose state is to go. */
  readonly #results = new TimerQueue();
  readonly #cleanups = new TimerQueue();
  #lateRecords = 0;

  constructor(host: TaskHost, options: WindowOptions) {
    this.#host = host;
    this.#options = options;
  }

  get stateBytes(): number {
    return this.#table.bytes;
  }
  /** Dropped because they came too late: `numLateRecordsDropped`. */
  get lateRecords(): number {
    return this.#lateRecords;
  }

  process(element: Element): void {
    const { keyOf, assigner, allowedLatenessMs, add } = this.#options;
    const key = this.#host.callBefore(() => keyOf(element.value));
    const window = assigner.windowOf(element.timestamp);
    const goneAt = window.end - 1 + allowedLatenessMs;
    if (goneAt <= this.#host.currentWatermark) {
      this.#late(element);
      return;
    }
    const before = this.#table.get(String(key), window.end, this.#host.nowMs);
    const after = this.#host.call(() => checkAccumulator(add(element.value, before)));
    this.#table.put(String(key), window.end, after, this.#host.nowMs);
    this.#host.mark(element, fate.folded);
    this.#cleanups.add({ timestamp: goneAt, key });
    if (window.end - 1 > this.#host.currentWatermark) this.#results.add({ timestamp: window.end - 1, key });
    else this.#host.enqueue(() => this.#fire({ timestamp: window.end - 1, key }, String(element.id)));
  }

  watermark(timestamp: number): void {
    for (let timer = this.#results.takeDue(timestamp); timer !== null; timer = this.#results.takeDue(timestamp)) {
      const due = timer;
      this.#host.enqueue(() => this.#fire(due, ''));
    }
    this.#host.enqueue(() => {
      for (let timer = this.#cleanups.takeDue(timestamp); timer !== null; timer = this.#cleanups.takeDue(timestamp))
        this.#table.remove(String(timer.key), timer.timestamp + 1 - this.#options.allowedLatenessMs);
      this.#host.forwardWatermark(timestamp);
    });
  }

  snapshot(): unknown {
    return { table: this.#table.snapshot(), results: this.#results.snapshot(), cleanups: this.#cleanups.snapshot() };
  }
  restore(state: unknown): void {
    const saved = state as { table: StateSnapshot; results: readonly Timer[]; cleanups: readonly Timer[] };
    this.#table.restore(saved.table);
    for (const timer of saved.results) this.#results.add(timer);
    for (const timer of saved.cleanups) this.#cleanups.add(timer);
  }

  /** Gives a window's result; `because` tells a further one, for a late record, from the first. */
  #fire({ timestamp, key }: Timer, because: string): unknown {
    const end = timestamp + 1;
    const accumulator = this.#table.get(String(key), end, this.#host.nowMs);
    const { start } = this.#options.assigner.windowOf(timestamp);
    const id = `${this.#host.uid}:${key}@${end}${because === '' ? '' : `+${because}`}`;
    const outlet = new Outlet(this.#host, { value: null, timestamp, id, origin: -1 });
    const { result } = this.#options;
    return whenSettled(
      this.#host.call(() => result(key, { start, end }, accumulator, (value) => outlet.send(value))),
      () => outlet.close(),
    );
  }

  #late(element: Element): void {
    const { lateTag } = this.#options;
    if (lateTag !== null) {
      this.#host.emit(element, lateTag);
      return;
    }
    this.#lateRecords++;
    this.#host.mark(element, fate.late);
  }
}

function checkAccumulator(value: unknown): unknown {
  if (!isThenable(value)) return value;
  throw new TypeError('An aggregation returned a promise. Ask services before the window, with AsyncDataStream.');
}
