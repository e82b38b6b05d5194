// A process of the client, made safe to wait for: its exit is always told, its output always read.

import type { ClientProcess } from './client-api.ts';
import type { ContainerProcess } from './container.ts';
import { endProcess } from './ladder.ts';

/** What comes before anybody hears is kept up to here. */
const mostEarlyChars = 1_000_000;

/**
 * `gone` is aborted when the container is: nothing more comes of the process then. `rebuild` tears the container down
 * and boots it anew.
 */
export function wrapProcess(process: ClientProcess, gone: AbortSignal, rebuild: () => Promise<void>): ContainerProcess {
  const hearers: ((chunk: string) => void)[] = [];
  const early: string[] = [];
  let earlyChars = 0;
  let hasEnded = false;
  let ending: Promise<void> | null = null;

  // `exit` of a process that is alive at a teardown may stay pending.
  const exit = new Promise<number | null>((resolve) => {
    const over = (code: number | null): void => {
      hasEnded = true;
      resolve(code);
    };
    if (gone.aborted) over(null);
    gone.addEventListener('abort', () => over(null), { once: true });
    process.exit.then(over, () => over(null));
  });

  function tell(hear: (chunk: string) => void, chunk: string): void {
    try {
      hear(chunk);
    } catch (error) {
      // Reported, and no reason to read no further.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
  async function readOn(): Promise<void> {
    const reader = process.output.getReader();
    gone.addEventListener('abort', () => void reader.cancel().catch(() => {}), { once: true });
    for (;;) {
      const { done, value } = await reader.read();
      if (done || gone.aborted) return;
      if (hearers.length > 0) for (const hear of hearers) tell(hear, value);
      else if ((earlyChars += value.length) <= mostEarlyChars) early.push(value);
    }
  }
  // The client has no back-pressure: a stream that nobody reads grows.
  readOn().catch(() => {});

  const writer = process.input.getWriter();
  function kill(): void {
    if (hasEnded) return;
    try {
      process.kill();
    } catch {
      // Its proxy is released: it has ended, or the container has.
    }
  }

  return {
    exit,
    onOutput(hear) {
      hearers.push(hear);
      for (const chunk of early.splice(0)) tell(hear, chunk);
    },
    write(text) {
      if (!hasEnded) writer.write(text).catch(() => {});
    },
    resize(size) {
      if (hasEnded) return;
      try {
        process.resize(size);
      } catch {
        // As above.
      }
    },
    kill,
    end() {
      ending ??= endProcess({ kill, exit, hasEnded: () => hasEnded, rebuild });
      return ending;
    },
  };
}
