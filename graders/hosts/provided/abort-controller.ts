// Stands for the package of that name in readable-stream: every engine has these.

export const { AbortController, AbortSignal } = globalThis;
