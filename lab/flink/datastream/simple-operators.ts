// Operators without state: map, filter, flatMap, and the source's own, which only hands on what was read.

import type { Collector } from './api.ts';
import type { Element } from './element.ts';
import { isThenable, Outlet, whenSettled, type Operator, type TaskHost } from './operator.ts';
import { fate } from './source-log.ts';

export function createForward(host: TaskHost): Operator {
  return { process: (element) => host.emit(element) };
}

export function createMap(host: TaskHost, fn: (value: unknown) => unknown): Operator {
  const check = (value: unknown): unknown => {
    if (value !== undefined) return value;
    throw new TypeError('map() got undefined from its function. Return a value; to leave records out, use filter().');
  };
  return {
    process: (element) =>
      whenSettled(
        callChecked(host, () => fn(element.value), check),
        (value) => host.emit({ ...element, value }),
      ),
  };
}

export function createFilter(host: TaskHost, fn: (value: unknown) => unknown): Operator {
  const check = (isKept: unknown): boolean => {
    if (typeof isKept === 'boolean') return isKept;
    throw new TypeError(`filter() got ${typeof isKept} from its function. Return true to keep a record, or false.`);
  };
  const decide = (element: Element, isKept: boolean) => {
    if (isKept) host.emit(element);
    else host.mark(element, fate.filtered);
  };
  return {
    process: (element) =>
      whenSettled(
        callChecked(host, () => fn(element.value), check),
        (isKept) => decide(element, isKept),
      ),
  };
}

export function createFlatMap(host: TaskHost, fn: (value: unknown, out: Collector<unknown>) => unknown): Operator {
  const check = (value: unknown): void => {
    if (typeof value === 'object' && value !== null && Symbol.iterator in value)
      throw new TypeError('flatMap() takes nothing from what its function returns. Call out.collect(value) for each.');
  };
  return {
    process(element) {
      const outlet = new Outlet(host, element);
      const out = Object.freeze({ collect: (value: unknown) => outlet.send(value) });
      return whenSettled(
        callChecked(host, () => fn(element.value, out), check),
        () => {
          outlet.close();
          if (outlet.count === 0) host.mark(element, fate.filtered);
        },
      );
    },
  };
}

/** What a function of the program gives, checked within its call, so that a wrong one counts as its error. */
function callChecked<T>(host: TaskHost, fn: () => unknown, check: (value: unknown) => T): T | Promise<T> {
  return host.call(() => {
    const value = fn();
    return isThenable(value) ? (value as Promise<unknown>).then(check) : check(value);
  });
}
