// Where the WebContainer of Full Node comes from, and the key that this site shows there: read from the environment.
import { UserError } from './report.mjs';

export const defaultContainerOrigin = 'https://stackblitz.com';

/** Nothing that a header or the configuration of a server would read as more than a name. */
const originPattern = /^(?:https:\/\/[a-z\d-]+(?:\.[a-z\d-]+)*|http:\/\/(?:localhost|127\.0\.0\.1))(?::\d+)?$/;

/**
 * The key is public by design: it stands in the built pages. It is empty where the site needs none.
 * @param {Record<string, string | undefined>} env
 * @returns {{ origin: string, key: string }}
 */
export function readContainerSettings(env) {
  const origin = env['SPILLWAY_WEBCONTAINER_ORIGIN'] || defaultContainerOrigin;
  if (!originPattern.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin) {
    throw new UserError(
      `SPILLWAY_WEBCONTAINER_ORIGIN is "${origin}", but it has to be an origin: https:// and a host name in small letters,\n` +
        'with a port if it is not the usual one, and nothing after it; http:// only for localhost.\n' +
        `For example: SPILLWAY_WEBCONTAINER_ORIGIN=${defaultContainerOrigin} npm start. Leave it out for that one.`,
    );
  }
  const key = env['SPILLWAY_WEBCONTAINER_KEY'] ?? '';
  if (!/^[\w.~-]{0,500}$/.test(key)) {
    throw new UserError(
      'SPILLWAY_WEBCONTAINER_KEY has characters that no key of the WebContainer API has: only letters, digits, and . _ ~ -\n' +
        'are in one. Copy it again from the API console, without quotes and spaces, or leave it out.',
    );
  }
  return { origin, key };
}
