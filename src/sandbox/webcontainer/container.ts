// What the page has when Full Node is chosen: a container that boots once, runs processes, and holds files.

import type { EngineTrouble } from '#graders/verdict.ts';

/** How the container stands. Times are of `performance.now()`. */
export type ContainerStatus =
  | { readonly state: 'idle' }
  /** Looking whether it can boot at all. */
  | { readonly state: 'checking' }
  /** `isSlow` once it takes longer than a learner should wait without being offered the embedded engine. */
  | { readonly state: 'booting'; readonly sinceMs: number; readonly isSlow: boolean }
  | { readonly state: 'ready'; readonly bootMs: number }
  /** `detail` is what the other side said, for a report; the words for the learner are in trouble.ts. */
  | { readonly state: 'failed'; readonly trouble: EngineTrouble; readonly detail: string };

/** A container is unavailable or lost. */
export class ContainerError extends Error {
  override readonly name = 'ContainerError';
  readonly trouble: EngineTrouble;
  constructor(trouble: EngineTrouble, detail: string) {
    super(detail);
    this.trouble = trouble;
  }
}

export interface ProcessOptions {
  /** Relative to the work folder. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A process with a terminal of this size. */
  readonly terminal?: { readonly cols: number; readonly rows: number };
}

/** A process in the container. Its output is one stream: stdout and stderr as they came, with \r\n and ANSI codes. */
export interface ContainerProcess {
  /** Chunks as they come; a reader is attached from the start, so that nothing piles up. */
  onOutput(hear: (chunk: string) => void): void;
  /** The exit code; null when it was never told. Never rejects. */
  readonly exit: Promise<number | null>;
  write(text: string): void;
  resize(size: { cols: number; rows: number }): void;
  /** Asks it to end, no more. */
  kill(): void;
  /** Asks it to end, and sees to it that it does: kill, then teardown and boot, then the status `failed` with `needs-reload`. */
  end(): Promise<void>;
}

/** Files by path relative to the work folder. */
export interface ContainerFiles {
  /** Null when there is no such file. */
  read(path: string): Promise<string | null>;
  /** Makes the folders that it needs. */
  write(path: string, text: string): Promise<void>;
  /** Does nothing when it is not there. */
  remove(path: string): Promise<void>;
  /** Names in a folder; a folder's name ends with a slash. Empty when there is none. */
  list(path: string): Promise<string[]>;
}

/**
 * One container for the page. Every call rejects with ContainerError when the container is not available, and
 * settles in any case: no promise of the client is waited for without an end.
 */
export interface Container {
  readonly status: ContainerStatus;
  /** Raised by each boot: what was started in an older one is gone. */
  readonly generation: number;
  onStatus(hear: (status: ContainerStatus) => void): () => void;
  /** Internal errors that the container told of, which need not be the end of it. */
  onFault(hear: (message: string) => void): () => void;
  /** Boots it, once; later calls get the same promise. */
  boot(): Promise<void>;
  spawn(command: string, args: readonly string[], options?: ProcessOptions): Promise<ContainerProcess>;
  readonly files: ContainerFiles;
  dispose(): void;
}
