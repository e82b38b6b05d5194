// Full Node: compiles in the page, runs in a Node.js process of the page's container.

import type { Engine } from '../engine.ts';
import type { Container } from './container.ts';
import { startRun, type Compile, type ContainerRun } from './run.ts';

/** The container is the page's, which also shows its terminal: `dispose` ends what this engine started, and no more. */
export function createContainerEngine({ container, compile }: { container: Container; compile: Compile }): Engine {
  let current: ContainerRun | null = null;

  return {
    kind: 'node',
    capabilities: { offline: false, terminal: true, packages: true, node: true },
    async boot() {
      // A first compilation is twenty times slower than the next. What is missing is reported by the run that needs it.
      await Promise.allSettled([container.boot(), compile({ 'a.ts': 'export const a: number = 1;' }, 'a.ts')]);
    },
    run(request, onEvent) {
      current?.stop();
      const previous = current?.done ?? Promise.resolve();
      current = startRun({ request, onEvent, container, compile, previous });
      return current;
    },
    dispose() {
      current?.stop();
    },
  };
}
