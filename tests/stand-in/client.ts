// What the page of client-site.ts has: the unmodified client, and a few ways to look at it from a test.
import { type BootOptions, type SpawnOptions, WebContainer, type WebContainerProcess } from '@webcontainer/api';

declare global {
  interface Window {
    client: typeof client;
  }
}

let booted: WebContainer | null = null;
let booting: Promise<WebContainer> | null = null;

async function boot(options: BootOptions = {}): Promise<WebContainer> {
  booting = WebContainer.boot({ coep: 'require-corp', ...options });
  booted = await booting;
  return booted;
}

/** All that a process writes, chunk for chunk. */
class Output {
  readonly chunks: string[] = [];
  isClosed = false;
  readonly #done: Promise<void>;
  #heard = Promise.withResolvers<void>();

  constructor(process: WebContainerProcess) {
    this.#done = process.output.pipeTo(
      new WritableStream({
        write: (chunk) => {
          this.chunks.push(chunk);
          this.#hear();
        },
        close: () => {
          this.isClosed = true;
          this.#hear();
        },
      }),
    );
  }

  get text(): string {
    return this.chunks.join('');
  }

  /** All of it, once it is closed. */
  async all(): Promise<string> {
    await this.#done;
    return this.text;
  }

  /** Waits for a text in it, and gives all of it so far. */
  async until(expected: string): Promise<string> {
    while (!this.text.includes(expected)) {
      if (this.isClosed) throw new Error(`Closed without ${expected}: ${this.text}`);
      await this.#heard.promise;
    }
    return this.text;
  }

  #hear(): void {
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
  }
}

async function spawn(command: string, args: string[], options: SpawnOptions = {}) {
  const process = await client.container.spawn(command, args, options);
  return { process, output: new Output(process) };
}

export const client = {
  WebContainer,
  boot,
  get container(): WebContainer {
    if (booted === null) throw new Error('Not booted');
    return booted;
  },
  /** The last boot, however it stands. */
  get booting(): Promise<WebContainer> {
    return booting ?? Promise.reject(new Error('No boot was begun'));
  },
  spawn,
  /** A process until its output is closed and its exit is told. */
  async run(command: string, args: string[], options?: SpawnOptions) {
    const { process, output } = await spawn(command, args, options);
    return { output: await output.all(), exit: await process.exit };
  },
  node: (source: string, options?: SpawnOptions) => client.run('node', ['-e', source], options),
  /** The error of a promise that must reject, with every property that it has. */
  async errorOf(promise: Promise<unknown>) {
    try {
      await promise;
    } catch (error) {
      if (error instanceof Error)
        return { ...Object.fromEntries(Object.entries(error)), name: error.name, message: error.message };
    }
    throw new Error('It did not reject.');
  },
  /** Whether a promise has settled by now, or after a while. */
  async isPending(promise: Promise<unknown>, afterMs = 0): Promise<boolean> {
    let isPending = true;
    const settle = () => {
      isPending = false;
    };
    promise.then(settle, settle);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    return isPending;
  },
};

window.client = client;
