// How the scripts speak: elapsed time, a sign of life in long steps, and errors that say what to do.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A failure whose message is written for the person at the keyboard; it is shown without a stack. */
export class UserError extends Error {
  /** Runs `work`; a UserError ends the process with its message and exit code 2. @param {() => Promise<unknown>} work */
  static async guard(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      process.stderr.write(`\n${error.message}\n`);
      process.exit(2);
    }
  }
}

/** @param {number} ms */
export const seconds = (ms) =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

/** Announces a long step on stderr and repeats every 15 seconds how long it has run. @param {string} title */
export function watchStep(title) {
  const startedMs = Date.now();
  const elapsedMs = () => Date.now() - startedMs;
  process.stderr.write(`${title} …\n`);
  const beat = setInterval(() => process.stderr.write(`  … ${seconds(elapsedMs())}\n`), 15_000);
  return { elapsedMs, end: () => clearInterval(beat) };
}

/** Whether this module is the one that was started from the command line. @param {string} moduleUrl */
export function isMain(moduleUrl) {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(moduleUrl));
}
