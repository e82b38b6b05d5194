// Full Node as this page has it: one container, one engine, with the settings of this build.

import type { Engine } from '../engine.ts';
import { createContainer } from './client.ts';
import type { Container } from './container.ts';
import { createContainerEngine } from './engine.ts';
import type { ProgramTexts } from './files.ts';
import { compileForNode, fetchPrograms } from './programs.ts';

export interface PageContainer {
  readonly container: Container;
  readonly engine: Engine;
  /** What the command of a terminal needs beside what a run needs. Rejects where it cannot be had. */
  terminalPrograms(): Promise<ProgramTexts>;
}

let made: PageContainer | null = null;

/** The same each time: the client allows a page one container. Nothing is loaded before it boots. */
export function pageContainer(): PageContainer {
  if (made === null) {
    // Written out: the build puts each value in the place of its whole name.
    const key = import.meta.env.WEBCONTAINER_KEY;
    const container = createContainer({
      origin: import.meta.env.WEBCONTAINER_ORIGIN,
      // Empty where this site has none.
      apiKey: key === '' ? undefined : key,
      workdirName: 'spillway',
      files: () => fetchPrograms('run'),
    });
    made = {
      container,
      engine: createContainerEngine({ container, compile: compileForNode }),
      terminalPrograms: () => fetchPrograms('terminal'),
    };
  }
  return made;
}
