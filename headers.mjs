// Every response header of the site, in one table: the servers send it, the files for hosts are made from it.
import { readContainerSettings } from './scripts/webcontainer-settings.mjs';

/** @typedef {{ path: string, headers: Readonly<Record<string, string>> }} HeaderRule */

/** @param {Record<string, string>} directives */
const csp = (directives) =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trim())
    .join('; ');

/** Pages and their assets: everything from here, nothing inline that runs. */
const pageDirectives = {
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'worker-src': "'self' blob:",
  'connect-src': "'self'",
  'frame-src': "'self'",
  'font-src': "'self' data:",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
};

/** While developing, Astro leaves small scripts in the page, and Vite talks over a socket. */
const devDirectives = { 'script-src': "'self' 'unsafe-inline'", 'connect-src': "'self' ws:" };

/** What the frame that runs learner code may do, in the words that a document may also say of itself. */
export const sandboxFramePolicy = csp({
  'default-src': "'none'",
  'script-src': "'unsafe-inline' blob: data:",
  'worker-src': 'blob: data:',
  'connect-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
});

/** The frame that runs learner code: an opaque origin with no network at all. */
const sandboxPolicy = `sandbox allow-scripts; ${sandboxFramePolicy}; frame-ancestors 'self'`;

const keptForEver = { 'Cache-Control': 'public, max-age=31536000, immutable' };
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** An isolated page starts no worker whose script comes without this. */
export const workerIsolation = { 'Cross-Origin-Embedder-Policy': isolation['Cross-Origin-Embedder-Policy'] };

/**
 * Rules in order; a later rule that matches replaces a header of the same name.
 * `path` is exact, or a prefix when it ends in `*`.
 * @param {{ containerOrigin?: string, isDev?: boolean }} [options] the origin is the environment's unless given
 * @returns {readonly HeaderRule[]}
 */
export function headerRules({ containerOrigin = readContainerSettings(process.env).origin, isDev = false } = {}) {
  /** @type {Record<string, string>} */
  const directives = { ...pageDirectives, ...(isDev ? devDirectives : {}) };
  return [
    {
      path: '/*',
      headers: {
        'Content-Security-Policy': csp(directives),
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'same-origin',
        'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
        'Cache-Control': 'no-cache',
      },
    },
    { path: '/_astro/*', headers: { ...keptForEver, ...workerIsolation } },
    // Full Node: only these pages may hold a container, which is a frame of another site. That site turns away a key
    // whose page does not say where it is, hence the referrer. The frame tells everything through messages; asking
    // its address as well is how a network that blocks it is known at once, and not only by a long silence.
    {
      path: '/node/*',
      headers: {
        ...isolation,
        'Content-Security-Policy': csp({
          ...directives,
          'frame-src': `'self' ${containerOrigin}`,
          'connect-src': `${directives['connect-src']} ${containerOrigin}`,
        }),
        'Referrer-Policy': 'strict-origin-when-cross-origin',
      },
    },
    { path: '/sandbox/*', headers: { 'Content-Security-Policy': sandboxPolicy } },
    { path: '/sandbox/worker/*', headers: keptForEver },
    { path: '/sandbox/modules/*', headers: keptForEver },
    { path: '/sandbox/container/*', headers: keptForEver },
    // The frame's twin for pages that are cross-origin isolated; Firefox wants the resource policy as well.
    { path: '/sandbox/isolated/*', headers: { ...workerIsolation, 'Cross-Origin-Resource-Policy': 'cross-origin' } },
  ];
}

/**
 * What lies at the top of the site, and in the folders of which a part has headers of its own. Hosts whose rules cannot
 * say "all but" get one for each; what is missing here has only those headers there that every address has. A page
 * without its `.html` is where Cloudflare Pages leads to.
 */
export const siteAddresses = [
  '/',
  '/index.html',
  '/404',
  '/404.html',
  '/favicon.svg',
  '/_astro/*',
  '/course/*',
  '/exercises/*',
  '/lab/*',
  '/lessons/*',
  '/node/*',
  '/sandbox/container/*',
  '/sandbox/frame',
  '/sandbox/frame.html',
  '/sandbox/isolated/*',
  '/sandbox/modules/*',
  '/sandbox/worker/*',
];

/**
 * Whether a rule's path has an address in it: it is exact, or a prefix when it ends in `*`.
 * @param {string} path
 * @param {string} address
 */
export const matches = (path, address) =>
  path.endsWith('*') ? address.startsWith(path.slice(0, -1)) : address === path;

/**
 * The headers that belong to a path of the site (the part of the address that starts with `/`).
 * @param {string} pathname
 * @param {readonly HeaderRule[]} [rules]
 * @returns {Record<string, string>}
 */
export function headersFor(pathname, rules = headerRules()) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const rule of rules) if (matches(rule.path, pathname)) Object.assign(headers, rule.headers);
  return headers;
}
