// The executors of an application: cores that tasks wait for, and the rows that lie in their memory.

import { eventClass, type Kernel } from '../clock/kernel.ts';
import type { ProgramProcess } from '../process/process.ts';

export interface Task {
  /** In memory while it runs. */
  readonly rows: number;
  /** Time on a core before `work`; longer while garbage is collected. */
  readonly cpuMs: number;
  /** False once its job has failed or been given up: it then does not start. */
  isWanted(): boolean;
  /** What it does then; it keeps its core until it calls `release`. */
  work(release: () => void): void;
}

/**
 * Cores of one life of an application. Laws: never more tasks at once than cores (SS13); they start in their order, each on
 * the executor with the most free cores; a task keeps its core, and its rows in memory, until it releases them.
 */
export class Executors {
  readonly #kernel: Kernel;
  readonly #process: ProgramProcess;
  readonly #free: number[];
  readonly #rows: number[];
  readonly #cores: number;
  #waiting: Task[] = [];

  constructor(kernel: Kernel, process: ProgramProcess, size: { executors: number; coresPerExecutor: number }) {
    this.#kernel = kernel;
    this.#process = process;
    this.#free = Array.from({ length: size.executors }, () => size.coresPerExecutor);
    this.#rows = this.#free.map(() => 0);
    this.#cores = size.executors * size.coresPerExecutor;
  }

  get count(): number {
    return this.#free.length;
  }
  get busyCores(): number {
    return this.#cores - this.#free.reduce((all, free) => all + free, 0);
  }
  /** Rows of running tasks on the executor that has most. */
  get mostRows(): number {
    return Math.max(...this.#rows);
  }

  run(task: Task): void {
    this.#waiting.push(task);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#process.isAlive && this.#waiting.length > 0) {
      const most = Math.max(...this.#free);
      if (most === 0) return;
      const executor = this.#free.indexOf(most);
      const { rows, cpuMs, isWanted, work } = this.#waiting.shift() as Task;
      if (!isWanted()) continue;
      this.#free[executor] = most - 1;
      this.#rows[executor] = (this.#rows[executor] as number) + rows;
      this.#process.checkHeap();
      if (!this.#process.isAlive) return;
      const release = () => {
        this.#free[executor] = (this.#free[executor] as number) + 1;
        this.#rows[executor] = (this.#rows[executor] as number) - rows;
        this.#startNext();
      };
      this.#kernel.after(cpuMs / (1 - this.#process.gcShare()), eventClass.completion, () => {
        if (this.#process.isAlive) work(release);
      });
    }
  }
}
