// What the document of the stand-in asks of the host in Node, and what the host tells it.

export interface RuntimeInfo {
  /** The PATH of its processes. */
  readonly path: string;
  /** The work folder. */
  readonly cwd: string;
}

export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | null;
  readonly env?: Readonly<Record<string, string | number | boolean>> | null;
  readonly terminal?: TerminalSize | null;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

export interface SerializeOptions {
  readonly format: 'json' | 'binary' | 'zip';
  readonly includes?: readonly string[] | null;
  readonly excludes?: readonly string[] | null;
}

type Encoding = BufferEncoding | 'buffer' | null;

/** An entry of a folder as the client reads it: 1 is a file, 2 a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly 'Symbol(type)': number;
}

/** The eight methods of the file system; `watch` has an id that the document chose. */
export interface FileMethods {
  readFile(path: string, encoding?: Encoding): Promise<Uint8Array | string>;
  writeFile(path: string, data: Uint8Array | string, options?: { encoding?: BufferEncoding } | Encoding): Promise<void>;
  readdir(
    path: string,
    options?: { encoding?: Encoding; withFileTypes?: boolean } | Encoding,
  ): Promise<Array<string | Uint8Array | FolderEntry>>;
  mkdir(path: string, options?: { recursive?: boolean } | null): Promise<string | undefined>;
  rm(path: string, options?: { force?: boolean; recursive?: boolean } | null): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  watch(id: number, path: string, options?: { recursive?: boolean } | Encoding): Promise<void>;
  unwatch(id: number): Promise<void>;
}

/** What a document may call. Processes and watchers have ids that the document chose. */
export interface HostMethods extends FileMethods {
  build(options: { workdirName?: string | null }): Promise<RuntimeInfo>;
  loadFiles(payload: Uint8Array, mountPoint: string | null): Promise<void>;
  serialize(path: string, options: SerializeOptions): Promise<Uint8Array>;
  run(id: number, request: ProcessRequest): Promise<void>;
  write(id: number, data: string): Promise<void>;
  kill(id: number): Promise<void>;
  resize(id: number, size: TerminalSize): Promise<void>;
  teardown(): Promise<void>;
}

export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
}

/** All that Comlink lets through of an error; its `code` is lost. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

export type Answer = { readonly value: unknown } | { readonly error: WireError };

export type HostEvent =
  /** Null once the output is closed. */
  | { readonly kind: 'output'; readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly kind: 'exit'; readonly id: number; readonly code: number }
  | { readonly kind: 'watch'; readonly id: number; readonly event: string; readonly filename: string | null }
  | { readonly kind: 'error'; readonly message: string };

/** The document; the client chose its path. */
export const documentPath = '/headless';
/** Where the document finds the host, on its own origin: a POST of a call, with the document's id in the query. */
export const callPath = '/headless/call';
/** A POST that is answered once there are events; with null when there will be none. */
export const eventsPath = '/headless/events';
