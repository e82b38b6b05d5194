// Messages as lines on an output that the program, too, may write to.

import type { InsideMessage } from '../job.ts';

export interface LineOutput {
  /** Calls back when the text is out; until then nothing more is written. */
  write(text: string, done: () => void): void;
}

export interface LineWriter {
  send(message: InsideMessage): void;
  /** Resolves when everything that was sent is out. */
  flushed(): Promise<void>;
}

/**
 * Writes each message as `nonce{json}` in ASCII up to a line's end; in order, one at a time. What the program wrote may
 * stand before it on its line: a line break of ours would be one in the program's own text.
 */
export function createLineWriter(output: LineOutput, nonce: string): LineWriter {
  const waiting: InsideMessage[] = [];
  let resolvers: (() => void)[] = [];
  let isWriting = false;

  function next(): void {
    const message = waiting.shift();
    isWriting = message !== undefined;
    if (message !== undefined) {
      output.write(`${nonce}${asciiJson(message)}\n`, next);
      return;
    }
    for (const resolve of resolvers) resolve();
    resolvers = [];
  }

  return {
    send(message) {
      // A sign of life says nothing that what already waits does not say.
      if (message.kind === 'beat' && isWriting) return;
      waiting.push(message);
      if (!isWriting) next();
    },
    flushed() {
      return new Promise((resolve) => {
        if (isWriting) resolvers.push(resolve);
        else resolve();
      });
    },
  };
}

/** JSON in which every letter outside ASCII is escaped. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
