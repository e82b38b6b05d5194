// Vitest reporter: keeps a list of the test files that have begun and not ended, so that a test that never ends has a name.
import { writeFileSync } from 'node:fs';

/** @implements {Partial<import('vitest/node').Reporter>} */
export default class RunningTests {
  /** @type {Set<string>} */
  #running = new Set();

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleQueued(module) {
    this.#running.add(module.relativeModuleId);
    this.#write();
  }

  /** @param {import('vitest/node').TestModule} module */
  onTestModuleEnd(module) {
    this.#running.delete(module.relativeModuleId);
    this.#write();
  }

  #write() {
    const path = process.env['RUNNING_TESTS'];
    if (path) writeFileSync(path, JSON.stringify([...this.#running]));
  }
}
