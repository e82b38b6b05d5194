// Where a subtask's time goes: busy, back-pressured or idle, and what it has read and written.

export type TaskState = 'busy' | 'backPressured' | 'idle';

/** Times in whole microseconds, so that they add up exactly. */
export interface TaskTimes {
  readonly busyUs: number;
  readonly backPressuredUs: number;
  readonly idleUs: number;
}

/** Law (M3.1, F8): a subtask is in exactly one state at any time, so the three times add up to the time that it lived. */
export class TaskMeter {
  recordsIn = 0;
  recordsOut = 0;
  #state: TaskState = 'idle';
  #sinceUs: number;
  readonly #us = { busy: 0, backPressured: 0, idle: 0 };

  constructor(nowMs: number) {
    this.#sinceUs = Math.round(nowMs * 1000);
  }

  enter(state: TaskState, nowMs: number): void {
    const nowUs = Math.round(nowMs * 1000);
    this.#us[this.#state] += nowUs - this.#sinceUs;
    this.#sinceUs = nowUs;
    this.#state = state;
  }

  /** The times up to now. */
  times(nowMs: number): TaskTimes {
    this.enter(this.#state, nowMs);
    const { busy, backPressured, idle } = this.#us;
    return { busyUs: busy, backPressuredUs: backPressured, idleUs: idle };
  }
}
