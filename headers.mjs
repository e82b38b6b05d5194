// Every response header of the site, in one table: the server sends it, host templates are made from it.

/** @param {Record<string, string>} directives */
const csp = (directives) =>
  Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trim())
    .join('; ');

/** Pages and their assets: everything from here, nothing inline that runs. */
const pagePolicy = csp({
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'worker-src': "'self' blob:",
  'frame-src': "'self'",
  'font-src': "'self' data:",
  'img-src': "'self' data:",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
});

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

/**
 * Rules in order; a later rule that matches replaces a header of the same name.
 * `path` is exact, or a prefix when it ends in `*`.
 * @type {ReadonlyArray<{ path: string, headers: Readonly<Record<string, string>> }>}
 */
export const headerRules = [
  {
    path: '/*',
    headers: {
      'Content-Security-Policy': pagePolicy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
      'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'Cache-Control': 'no-cache',
    },
  },
  { path: '/_astro/*', headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } },
  { path: '/sandbox/*', headers: { 'Content-Security-Policy': sandboxPolicy } },
  { path: '/sandbox/worker/*', headers: { 'Cache-Control': 'public, max-age=31536000, immutable' } },
  // The frame's twin for pages that are cross-origin isolated; Firefox wants the resource policy as well.
  {
    path: '/sandbox/isolated/*',
    headers: { 'Cross-Origin-Embedder-Policy': 'require-corp', 'Cross-Origin-Resource-Policy': 'cross-origin' },
  },
];

/**
 * The headers that belong to a path of the site (the part of the address that starts with `/`).
 * @param {string} pathname
 * @returns {Record<string, string>}
 */
export function headersFor(pathname) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (const rule of headerRules) {
    const matches = rule.path.endsWith('*') ? pathname.startsWith(rule.path.slice(0, -1)) : pathname === rule.path;
    if (matches) Object.assign(headers, rule.headers);
  }
  return headers;
}
