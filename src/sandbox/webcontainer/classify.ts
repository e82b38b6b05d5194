// What the client says went wrong, in its own words, to one of the troubles that a learner can be told of.

import type { EngineTrouble } from '#graders/verdict.ts';

/** The first that matches. */
const signs: readonly (readonly [RegExp, EngineTrouble])[] = [
  // How browsers and the runtime speak of blocked third-party storage.
  [
    /service ?worker|cookie|localstorage|sessionstorage|indexeddb|third.?party|storage (access )?(is |was )?(denied|blocked)|access to storage/i,
    'storage-blocked',
  ],
  [/\bapi.?key\b|licen[cs]e|client.?id|unauthori[sz]ed|forbidden|\b40[13]\b/i, 'key-refused'],
  [/sharedarraybuffer|cross-?origin-?isolat/i, 'not-isolated'],
  // Before the next: running out of memory is told of WebAssembly as well, and a reload helps.
  [/out of memory/i, 'needs-reload'],
  [/webassembly|wasm|unsupported|not supported/i, 'unsupported-browser'],
  [/failed to fetch|networkerror|load failed|err_[a-z_]*(network|connection|name|blocked)/i, 'host-unreachable'],
];

/** The trouble that `message` names; null when it names none. */
export function troubleNamedIn(message: string): EngineTrouble | null {
  return signs.find(([sign]) => sign.test(message))?.[1] ?? null;
}

/** The text of something thrown; across frames an error is often not an Error. */
export function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string') {
    return error.message;
  }
  return String(error);
}
