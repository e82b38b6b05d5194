// How a process is ended that may not want to: each step has its own time, and the last one always works.

import { within } from './deadline.ts';

/** From a kill to the exit. A process in a hot loop is reported to ignore kills. */
export const exitMs = 1_500;
/** From a teardown to the container that follows it; it reuses the frame, and what the browser keeps of the runtime. */
export const rebuildMs = 10_000;

/** `rebuild` tears the container down and boots it anew; it ends in any case, with the container ready or given up. */
export async function endProcess(process: {
  kill(): void;
  readonly exit: Promise<unknown>;
  hasEnded(): boolean;
  rebuild(): Promise<void>;
}): Promise<void> {
  if (process.hasEnded()) return;
  process.kill();
  const isOver = await within(process.exit.then(() => true), exitMs, () => false); // prettier-ignore
  if (!isOver) await process.rebuild();
}
