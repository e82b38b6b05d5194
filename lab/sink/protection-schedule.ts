// Amounts that fall due at later steps, by attempt: retries at one instant, or spread evenly over a span.

/**
 * A timetable of `steps` steps for `kinds` kinds of amount. Laws: what is put in comes out, once, unless it falls due after
 * the end; an evenly spread amount comes out in equal parts. Constant time for each call.
 */
export interface Schedule {
  /** All of it at one step. */
  at(step: number, kind: number, amount: number): void;
  /** In equal parts at steps `from` … `to`, both included. */
  spread(from: number, to: number, kind: number, amount: number): void;
  /** What falls due at this step. Take the steps in order, each once. */
  take(step: number, kind: number): number;
  /** What has been put in and not taken. */
  readonly pending: number;
}

export function createSchedule(steps: number, kinds: number): Schedule {
  const single = new Float64Array((steps + 2) * kinds);
  /** Changes of the evenly spread rate: one sum serves any length of span. */
  const changes = new Float64Array((steps + 2) * kinds);
  const rates = new Float64Array(kinds);
  /** Spans that are open, by kind: at none the rate is exactly 0, whatever rounding has left. */
  const open = new Int32Array(kinds);
  const openings = new Int32Array((steps + 2) * kinds);
  let pending = 0;
  const cell = (step: number, kind: number) => Math.min(step, steps + 1) * kinds + kind;
  const add = (cells: Float64Array | Int32Array, at: number, amount: number) => {
    cells[at] = (cells[at] ?? 0) + amount;
  };

  return {
    get pending() {
      return pending;
    },
    at(step, kind, amount) {
      pending += amount;
      add(single, cell(step, kind), amount);
    },
    spread(from, to, kind, amount) {
      pending += amount;
      const part = amount / (to - from + 1);
      add(changes, cell(from, kind), part);
      add(changes, cell(to + 1, kind), -part);
      add(openings, cell(from, kind), 1);
      add(openings, cell(to + 1, kind), -1);
    },
    take(step, kind) {
      const at = cell(step, kind);
      add(open, kind, openings[at] ?? 0);
      add(rates, kind, changes[at] ?? 0);
      if (open[kind] === 0) rates[kind] = 0;
      const amount = Math.max(0, (single[at] ?? 0) + (rates[kind] ?? 0));
      pending = Math.max(0, pending - amount);
      return amount;
    },
  };
}
