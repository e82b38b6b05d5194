// What can go wrong with the hosted runtime, by name.

/** Each fault and what it models. Those of the document count when it is asked for, the others at once. */
export const faults = {
  // The document
  'request-aborted': 'A network without a way to StackBlitz: the request of the frame fails.',
  'empty-page': 'A filter or a portal that answers in its place: the frame loads a page with nothing in it.',
  'without-corp': 'An answer without Cross-Origin-Resource-Policy: an isolated page blocks the frame.',
  'never-handshakes': 'The document loads, its script runs, and says nothing.',
  'late-handshake': 'A slow first load: the handshake comes after `ms`.',

  // The boot
  'boot-rejects':
    'StackBlitz refuses, with `message`: cookies and service workers blocked, an API key that is not valid.',
  'boot-never-settles': 'The handshake comes and the boot after it has no end.',

  // The runtime
  'error-event': 'The event `error` with `message` in the middle of a run: on the first output of each process.',
  'host-dies':
    'The port goes silent for good, and what ran is gone; at once, or with the byte after `afterOutputBytes`.',
  'mount-fails': 'A mount is refused, with `message`.',
  'write-fails': 'A full or broken disk: writeFile is refused, with `message`.',
  'spawn-fails': 'No process can be started; the refusal has `message`.',

  // The end of a process
  'output-never-closes': 'A process ends and its exit is told, but its output stays open.',
  'exit-never-arrives': 'A process ends and its output closes, but its exit is never told.',
  'kill-ignored':
    'A hot loop that neither kill nor Ctrl-C ends: it goes on until teardown, or with `survivesTeardown` until dispose().',
  'teardown-never-settles': 'Nor does teardown end it: kill does nothing, and no later boot gets past the teardown.',

  // The output
  'ansi-codes': 'A program or a terminal that colours each line: escape codes at its start and at its end.',
  'split-output': 'Chunks of at most `bytes` bytes, also within a letter and within a marker.',
  interleaved:
    'Another process on the same output: a line of it after each line, and with `isMidLine` within lines too.',
} as const;

export type FaultName = keyof typeof faults;

/** What a fault needs to know, or may be told. */
interface Details {
  'late-handshake': { readonly ms: number };
  'boot-rejects': { readonly message: string };
  'error-event': { readonly message: string };
  'host-dies': { readonly afterOutputBytes?: number };
  'mount-fails': { readonly message?: string };
  'write-fails': { readonly message?: string };
  'spawn-fails': { readonly message?: string };
  'kill-ignored': { readonly survivesTeardown?: boolean };
  'split-output': { readonly bytes: number };
  interleaved: { readonly isMidLine?: boolean };
}

type FaultOf<Name extends FaultName> = { readonly name: Name } & (Name extends keyof Details ? Details[Name] : unknown);

/** A fault with what it needs; only its name where it needs nothing. */
export type Fault =
  | { [Name in FaultName]: FaultOf<Name> }[FaultName]
  | { [Name in FaultName]: { readonly name: Name } extends FaultOf<Name> ? Name : never }[FaultName];

/** The faults in force. */
export class Faults {
  #inForce: readonly Fault[] = [];

  constructor(inForce: readonly Fault[]) {
    this.#inForce = inForce;
  }

  set(inForce: readonly Fault[]): void {
    this.#inForce = inForce;
  }

  /** The fault of that name with its details, or null when it is not in force. */
  get<Name extends FaultName>(name: Name): FaultOf<Name> | null {
    for (const fault of this.#inForce) {
      const full = typeof fault === 'string' ? { name: fault } : fault;
      if (isNamed(full, name)) return full;
    }
    return null;
  }
}

function isNamed<Name extends FaultName>(fault: { readonly name: FaultName }, name: Name): fault is FaultOf<Name> {
  return fault.name === name;
}
