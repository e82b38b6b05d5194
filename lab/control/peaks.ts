// The most of a pipeline, exact: taken at each instant at which something happens, not at samples.

/** The most so far. */
export interface Peaks {
  readonly backlogRows: number;
  readonly dataAgeMs: number;
  readonly dueRuns: number;
  readonly everyMs: number;
  /** What holds from one instant until the next; a run that is due and starts at once is none that waits. */
  stretch(now: { dueRuns: number; everyMs: number }): void;
  /**
   * What has grown by an instant, before anything happens there. Both are straight between two instants, so that the most at
   * the instants is the most of all.
   */
  instant(now: { backlogRows: number; dataAgeMs: number }): void;
}

export function createPeaks(): Peaks {
  const most = { backlogRows: 0, dataAgeMs: 0, dueRuns: 0, everyMs: 0 };
  return {
    get backlogRows() {
      return most.backlogRows;
    },
    get dataAgeMs() {
      return most.dataAgeMs;
    },
    get dueRuns() {
      return most.dueRuns;
    },
    get everyMs() {
      return most.everyMs;
    },
    stretch({ dueRuns, everyMs }) {
      most.dueRuns = Math.max(most.dueRuns, dueRuns);
      most.everyMs = Math.max(most.everyMs, everyMs);
    },
    instant({ backlogRows, dataAgeMs }) {
      most.backlogRows = Math.max(most.backlogRows, backlogRows);
      most.dataAgeMs = Math.max(most.dataAgeMs, dataAgeMs);
    },
  };
}
