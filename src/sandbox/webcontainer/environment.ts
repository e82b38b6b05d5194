// What a page and its browser must have before a container can boot, and how to ask whether its host is there.

import type { EngineTrouble } from '#graders/verdict.ts';

/**
 * `answers`: the host gave something that this page may use. `refuses`: it did not. `unknown`: this site's own
 * policy forbids to ask.
 */
export type HostAnswer = 'answers' | 'refuses' | 'unknown';

/** The browser, as far as the container is concerned. */
export interface Environment {
  /** What keeps it from booting, without asking anybody; null when nothing does. */
  missing(): { readonly trouble: EngineTrouble; readonly detail: string } | null;
  isOnline(): boolean;
  /** Asks for an address of the host. Never rejects; may stay pending for as long as a network can. */
  ask(address: string): Promise<HostAnswer>;
  /** Hears each message that a frame of `origin` sends to this page. Returns what ends it. */
  onMessageFrom(origin: string, hear: () => void): () => void;
  /** Hears when this site's own policy keeps a frame of `origin` out. Returns what ends it. */
  onFrameRefused(origin: string, hear: () => void): () => void;
}

export const pageEnvironment: Environment = {
  missing() {
    if (!navigator.onLine) return { trouble: 'offline', detail: '' };
    // Before isolation: an isolated page of a browser without these is no better off.
    const { WebAssembly, Worker } = globalThis as { WebAssembly?: unknown; Worker?: unknown };
    if (WebAssembly === undefined || Worker === undefined) {
      return { trouble: 'unsupported-browser', detail: 'no WebAssembly or no Worker' };
    }
    if (!globalThis.crossOriginIsolated) return { trouble: 'not-isolated', detail: '' };
    const { SharedArrayBuffer } = globalThis as { SharedArrayBuffer?: unknown };
    if (SharedArrayBuffer === undefined) return { trouble: 'unsupported-browser', detail: 'no SharedArrayBuffer' };
    return null;
  },
  isOnline: () => navigator.onLine,
  async ask(address) {
    let isForbidden = false;
    const unhear = onViolation('connect-src', new URL(address).origin, () => (isForbidden = true));
    try {
      await fetch(address, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' });
      return 'answers';
    } catch {
      // The event comes in a task of its own, after the rejection.
      await new Promise((resolve) => setTimeout(resolve, 50));
      return isForbidden ? 'unknown' : 'refuses';
    } finally {
      unhear();
    }
  },
  onMessageFrom(origin, hear) {
    const listen = (event: MessageEvent): void => {
      if (event.origin === origin) hear();
    };
    window.addEventListener('message', listen);
    return () => window.removeEventListener('message', listen);
  },
  onFrameRefused: (origin, hear) => onViolation('frame-src', origin, hear),
};

function onViolation(directive: string, origin: string, hear: () => void): () => void {
  const listen = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (effectiveDirective === directive && blockedURI.startsWith(origin)) hear();
  };
  document.addEventListener('securitypolicyviolation', listen);
  return () => document.removeEventListener('securitypolicyviolation', listen);
}
