// Tells a host that is not there from one that is slow.

import type { EngineTrouble } from '#graders/verdict.ts';
import type { Environment } from './environment.ts';

/** Why there is no container, in the words of the taxonomy and in ours. */
export interface Reason {
  readonly trouble: EngineTrouble;
  readonly detail: string;
}

/*
 * The client never says: its boot stays pending whether the host is unreachable, refuses, or is slow. Neither does its
 * frame: measured in Chromium, `load` comes and the resource timing is the same for a page that works, one that is
 * refused, and none at all. A message from the frame says that the host is there; for want of one we ask for the frame's
 * address ourselves, but only once a boot is slow, so that one in time costs no further request. Without CORS the answer is opaque; that it comes at all means that an isolated page may
 * use it, as the frame must (by its resource policy), so a filter's notice or an error page does not pass. For this the
 * pages of Full Node allow the host in `connect-src` as they do in `frame-src`; where they do not, `ask` says `unknown`,
 * and all that can be said is that it took too long. No answer until the very end means that the host is silent.
 */

/** What keeps the host's page from coming; null when it is there, or when nothing is known against it. */
export async function askHost(
  environment: Environment,
  origin: string,
  apiKey: string | undefined,
): Promise<Reason | null> {
  const address = `${origin}/headless?coep=require-corp`;
  const key = apiKey === undefined ? '' : `&client_id=${encodeURIComponent(apiKey)}`;
  if ((await environment.ask(address + key)) !== 'refuses') return null;
  if (!environment.isOnline()) return { trouble: 'offline', detail: 'the connection was lost' };
  // A key that is not accepted is answered with an error page, and the client hears nothing of it.
  if (key !== '' && (await environment.ask(address)) === 'answers') {
    return { trouble: 'key-refused', detail: `${origin} answers, but not to this site’s key` };
  }
  return { trouble: 'host-unreachable', detail: `${origin} gave no answer that this page may use` };
}
