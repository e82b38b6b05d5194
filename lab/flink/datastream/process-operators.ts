// Process functions: side outputs for all, and state and timers for those of a keyed stream.

import { noWatermark } from '../watermark.ts';
import type {
  Collector,
  KeyedContext,
  KeyedProcessFunction,
  ProcessContext,
  ProcessFunction,
  TimerService,
} from './api.ts';
import { OutputTag } from './descriptors.ts';
import type { Element } from './element.ts';
import { stateAccess, StateTables, type KeyedPlace } from './keyed-state.ts';
import { Outlet, whenSettled, type Operator, type TaskHost } from './operator.ts';
import { fate } from './source-log.ts';
import type { StateSnapshot } from '../state.ts';
import { TimerQueue, type Timer } from './timer-queue.ts';

/** No job of the lab has as many keys; only a timer that renews itself without end gets there. */
const mostTimersPerWatermark = 100_000;

const refuse = (): never => {
  throw new TypeError('Timers and state belong to a key. Call keyBy() before process().');
};

export function createProcess(host: TaskHost, fn: ProcessFunction<unknown, unknown>): Operator {
  const refused = Object.freeze({ getState: refuse, getMapState: refuse });
  return {
    open: () => host.callBefore(() => fn.open?.(refused)),
    process(element) {
      const outlet = new Outlet(host, element);
      const timers: TimerService = timesOf(host, {
        registerEventTimeTimer: refuse,
        deleteEventTimeTimer: refuse,
        registerProcessingTimeTimer: refuse,
        deleteProcessingTimeTimer: refuse,
      });
      const context = Object.freeze({ ...contextOf(element.timestamp, outlet, timers), ...refused });
      return whenSettled(
        host.call(() => fn.processElement(element.value, context, collectorOf(outlet))),
        () => {
          outlet.close();
          if (outlet.count === 0) host.mark(element, fate.filtered);
        },
      );
    },
  };
}

/** Shared by the subtasks of one operator: whose record is being worked on, for handles that `open` was given. */
export interface CurrentPlace {
  place: KeyedPlace | null;
}

/** A KeyedProcessFunction's operator. Laws: state and timers are those of the current key; event timers fire in order of time. */
export class KeyedProcessOperator implements Operator {
  readonly #host: TaskHost;
  readonly #fn: KeyedProcessFunction<unknown, unknown>;
  readonly #keyOf: (value: unknown) => string | number;
  readonly #current: CurrentPlace;
  readonly #tables = new StateTables();
  readonly #eventTimers = new TimerQueue();
  readonly #processingTimers = new TimerQueue();

  constructor(options: {
    host: TaskHost;
    fn: KeyedProcessFunction<unknown, unknown>;
    keyOf: (value: unknown) => string | number;
    current: CurrentPlace;
  }) {
    this.#host = options.host;
    this.#fn = options.fn;
    this.#keyOf = options.keyOf;
    this.#current = options.current;
  }

  get stateBytes(): number {
    return this.#tables.bytes;
  }

  open(): void {
    const current = this.#current;
    const access = stateAccess(() => {
      if (current.place === null)
        throw new TypeError(
          'State was used outside processElement() or onTimer(), or after their first await. Ask their context for it.',
        );
      return current.place;
    });
    this.#host.callBefore(() => this.#fn.open?.(access));
  }

  process(element: Element): unknown {
    const key = this.#host.callBefore(() => this.#keyOf(element.value));
    const outlet = new Outlet(this.#host, element);
    const context = this.#contextOf(key, element.timestamp, outlet);
    const result = this.#at(key, () => this.#fn.processElement(element.value, context, collectorOf(outlet)));
    return whenSettled(result, () => {
      outlet.close();
      if (outlet.count === 0) this.#host.mark(element, fate.folded);
    });
  }

  watermark(timestamp: number): void {
    let fired = 0;
    const fireNext = (): unknown => {
      const timer = this.#eventTimers.takeDue(timestamp);
      if (fired++ > mostTimersPerWatermark)
        return this.#host.fail(
          new RangeError(
            `One watermark has fired ${mostTimersPerWatermark.toLocaleString('en-US')} timers, and onTimer() keeps registering ` +
              'more of them that are due already. Register times after context.timerService().currentWatermark().',
          ),
        );
      if (timer === null) {
        this.#host.forwardWatermark(timestamp);
        return undefined;
      }
      this.#host.enqueue(fireNext);
      return this.#fire(timer);
    };
    this.#host.enqueue(fireNext);
  }

  snapshot(): unknown {
    return {
      tables: this.#tables.snapshot(),
      eventTimers: this.#eventTimers.snapshot(),
      processingTimers: this.#processingTimers.snapshot(),
    };
  }
  restore(state: unknown): void {
    const saved = state as {
      tables: ReadonlyMap<string, StateSnapshot>;
      eventTimers: readonly Timer[];
      processingTimers: readonly Timer[];
    };
    this.#tables.restore(saved.tables);
    for (const timer of saved.eventTimers) this.#eventTimers.add(timer);
    for (const timer of saved.processingTimers) this.#addProcessingTimer(timer);
  }

  /** Runs the program's code with this subtask's tables and this key. */
  #at<T>(key: string | number, run: () => T): T {
    this.#current.place = this.#placeOf(key);
    try {
      return this.#host.call(run);
    } finally {
      this.#current.place = null;
    }
  }
  #placeOf(key: string | number): KeyedPlace {
    return { tables: this.#tables, key: String(key), nowMs: this.#host.nowMs };
  }

  #fire({ timestamp, key }: Timer): unknown {
    const { onTimer } = this.#fn;
    if (onTimer === undefined) return undefined;
    const id = `${this.#host.uid}:${key}@${timestamp}`;
    const outlet = new Outlet(this.#host, { value: null, timestamp, id, origin: -1 });
    const context = this.#contextOf(key, timestamp, outlet);
    const result = this.#at(key, () => onTimer.call(this.#fn, timestamp, context, collectorOf(outlet)));
    return whenSettled(result, () => outlet.close());
  }

  #contextOf(key: string | number, timestamp: number, outlet: Outlet): KeyedContext {
    const timers = timesOf(this.#host, {
      registerEventTimeTimer: (at) => void this.#eventTimers.add({ timestamp: at, key }),
      deleteEventTimeTimer: (at) => this.#eventTimers.remove({ timestamp: at, key }),
      registerProcessingTimeTimer: (at) => this.#addProcessingTimer({ timestamp: at, key }),
      deleteProcessingTimeTimer: (at) => this.#processingTimers.remove({ timestamp: at, key }),
    });
    const access = stateAccess(() => this.#placeOf(key));
    return Object.freeze({ ...contextOf(timestamp, outlet, timers), ...access, getCurrentKey: () => key });
  }

  /** One that is due already fires a millisecond later, so that a timer which renews itself does not stop the clock. */
  #addProcessingTimer(timer: Timer): void {
    if (!this.#processingTimers.add(timer)) return;
    const inMs = Math.max(1, timer.timestamp - this.#host.epochMs - this.#host.nowMs);
    this.#host.after(inMs, () => {
      const due = this.#processingTimers.takeDue(timer.timestamp);
      return due === null ? undefined : this.#fire(due);
    });
  }
}

function collectorOf(outlet: Outlet): Collector<unknown> {
  return Object.freeze({ collect: (value: unknown) => outlet.send(value) });
}

function contextOf(timestamp: number, outlet: Outlet, timers: TimerService): ProcessContext {
  return Object.freeze({
    timestamp: () => timestamp,
    output<X>(tag: OutputTag<X>, value: X) {
      if (!(tag instanceof OutputTag))
        throw new TypeError("context.output() takes an OutputTag, such as new OutputTag('failed').");
      outlet.send(value, tag.id);
    },
    timerService: () => timers,
  });
}

function timesOf(
  host: TaskHost,
  timers: Omit<TimerService, 'currentProcessingTime' | 'currentWatermark'>,
): TimerService {
  const checked = (set: (at: number) => void) => (at: number) => {
    if (!Number.isFinite(at)) throw new TypeError(`A timer is set to ${at}; pass a time in ms since the epoch.`);
    set(at);
  };
  return Object.freeze({
    currentProcessingTime: () => host.epochMs + Math.floor(host.nowMs),
    currentWatermark: () => Math.max(noWatermark, host.currentWatermark),
    registerEventTimeTimer: checked(timers.registerEventTimeTimer),
    deleteEventTimeTimer: checked(timers.deleteEventTimeTimer),
    registerProcessingTimeTimer: checked(timers.registerProcessingTimeTimer),
    deleteProcessingTimeTimer: checked(timers.deleteProcessingTimeTimer),
  });
}
