// What the bundle uses of readable-stream, which has no types of its own.

declare module 'readable-stream/lib/ours/errors.js' {
  type Coded = Error & { readonly code: string };
  export class AbortError extends Error {
    readonly code: 'ABORT_ERR';
    constructor(message?: string, options?: { cause?: unknown });
  }
  export const codes: {
    readonly ERR_INVALID_ARG_TYPE: new (name: string, expected: string | string[], actual: unknown) => Coded;
    readonly ERR_OUT_OF_RANGE: new (name: string, range: string, actual: unknown) => Coded;
  };
}

declare module 'readable-stream/lib/ours/primordials.js' {
  /** Symbol.dispose, where the engine has it. */
  export const SymbolDispose: unique symbol;
}

declare module 'readable-stream/lib/ours/util/inspect.js' {
  export function inspect(value: unknown): string;
}

declare module 'readable-stream/lib/stream/promises.js' {
  const promises: Readonly<Record<string, unknown>>;
  export default promises;
}

declare module 'readable-stream/lib/stream.js' {
  interface DuplexOptions {
    readonly objectMode?: boolean;
    readonly highWaterMark?: number;
  }
  /** What `duplex-pair.ts` uses of it. */
  class Duplex {
    constructor(options?: DuplexOptions);
    readonly destroyed: boolean;
    push(chunk: unknown): boolean;
    on(event: string, listener: () => void): this;
    destroy(error?: Error | null): this;
  }
  const Stream: {
    readonly Duplex: typeof Duplex;
    setDefaultHighWaterMark(objectMode: boolean, value: number): void;
  };
  export default Stream;
}
