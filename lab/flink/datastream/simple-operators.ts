// Operators without state: map, filter, flatMap, and the source's own, which only hands on what was read.

import type { Collector } from './api.ts';
import type { Element } from './element.ts';
import { Outlet, whenSettled, type Operator, type TaskHost } from './operator.ts';
import { fate } from './source-log.ts';

export function createForward(host: TaskHost): Operator {
  return { process: (element) => host.emit(element) };
}

export function createMap(host: TaskHost, fn: (value: unknown) => unknown): Operator {
  return {
    process: (element) =>
      whenSettled(
        host.call(() => fn(element.value)),
        (value) => host.emit({ ...element, value }),
      ),
  };
}

export function createFilter(host: TaskHost, fn: (value: unknown) => unknown): Operator {
  const decide = (element: Element, isKept: unknown) => {
    if (isKept === true) host.emit(element);
    else host.mark(element, fate.filtered);
  };
  return {
    process: (element) =>
      whenSettled(
        host.call(() => fn(element.value)),
        (isKept) => decide(element, isKept),
      ),
  };
}

export function createFlatMap(host: TaskHost, fn: (value: unknown, out: Collector<unknown>) => unknown): Operator {
  return {
    process(element) {
      const outlet = new Outlet(host, element);
      const out = Object.freeze({ collect: (value: unknown) => outlet.send(value) });
      return whenSettled(
        host.call(() => fn(element.value, out)),
        () => {
          if (outlet.count === 0) host.mark(element, fate.filtered);
        },
      );
    },
  };
}
