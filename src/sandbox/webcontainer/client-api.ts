// What we use of @webcontainer/api, and the one boot that it allows a page.

import type { FileSystemTree, SpawnOptions } from '@webcontainer/api';

export interface ClientFiles {
  readFile(path: string, encoding: 'utf-8'): Promise<string>;
  writeFile(path: string, text: string): Promise<void>;
  readdir(path: string, options: { withFileTypes: true }): Promise<{ name: string; isDirectory(): boolean }[]>;
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  rm(path: string, options: { force: true; recursive: true }): Promise<void>;
}

export interface ClientProcess {
  readonly exit: Promise<number>;
  readonly input: WritableStream<string>;
  readonly output: ReadableStream<string>;
  kill(): void;
  resize(size: { cols: number; rows: number }): void;
}

export interface ClientInstance {
  readonly fs: ClientFiles;
  mount(tree: FileSystemTree): Promise<void>;
  spawn(command: string, args: string[], options: SpawnOptions): Promise<ClientProcess>;
  on(event: 'error', hear: (error: { message: string }) => void): unknown;
  teardown(): void;
}

export interface BootSettings {
  readonly coep: 'require-corp';
  readonly workdirName?: string;
}

export interface ClientApi {
  configureAPIKey(key: string): void;
  readonly WebContainer: { boot(settings: BootSettings): Promise<ClientInstance> };
}

declare global {
  // Only a `var` is a property of globalThis.
  var WEBCONTAINER_API_IFRAME_URL: string | undefined;
}

export const stackBlitzOrigin = 'https://stackblitz.com';

/**
 * Loads the client. `origin` is where the runtime is hosted, when that is not StackBlitz's own. It goes by the
 * global that the client reads for it: the documented way, `auth.init({ editorOrigin })`, also switches on OAuth, which
 * keeps tokens in localStorage and waits for a login.
 */
export async function loadClientApi(origin: string): Promise<ClientApi> {
  if (origin !== stackBlitzOrigin) globalThis.WEBCONTAINER_API_IFRAME_URL = origin;
  return await import('@webcontainer/api');
}

/**
 * The boot of this page, whoever asks for it. The client lets a second one wait on the first for ever, or rejects it; and
 * a boot that failed fails for good, since the client keeps its frame and its handshake.
 */
const boots = new WeakMap<ClientApi['WebContainer'], Promise<ClientInstance>>();
/** Clients that have been told their key: they refuse to hear it after a boot, also after a first one. */
const configured = new WeakSet<ClientApi['WebContainer']>();

export function bootOnce(
  { WebContainer, configureAPIKey }: ClientApi,
  settings: BootSettings,
  apiKey?: string,
): Promise<ClientInstance> {
  let boot = boots.get(WebContainer);
  if (boot === undefined) {
    if (apiKey !== undefined && !configured.has(WebContainer)) configureAPIKey(apiKey);
    configured.add(WebContainer);
    boot = WebContainer.boot(settings);
    boots.set(WebContainer, boot);
  }
  return boot;
}

/** Tears an instance down, without waiting: the next boot does that. It reuses the frame that is there. */
export function tearDown({ WebContainer }: ClientApi, instance: ClientInstance): void {
  boots.delete(WebContainer);
  try {
    instance.teardown();
  } catch {
    // It was torn down before.
  }
}
