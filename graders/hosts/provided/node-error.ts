// Errors with a code, as Node.js throws them, where readable-stream has none of that kind.

export function nodeError(Base: ErrorConstructor, code: string, message: string): Error {
  return Object.assign(new Base(message), { code });
}
