// The files for hosts say what the table says: they are the ones it gives, and each, read as its host reads it, gives
// every address the table's headers.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { headerRules, headersFor, matches, siteAddresses } from '../../headers.mjs';
import { headersFile, hostingFiles } from '../../scripts/hosting.mjs';
import { defaultContainerOrigin } from '../../scripts/webcontainer-settings.mjs';
import { Ambiguous, caddy, cloudflare, netlify, nginx, vercel, type Reader } from './host-rules.ts';

const rules = headerRules({ containerOrigin: defaultContainerOrigin });
const files = hostingFiles(rules);

/** What lies at the top of the site, by the pages, the public files, and what the build puts beside them. */
const addresses = [
  '/',
  '/index.html',
  '/404',
  '/404.html',
  '/favicon.svg',
  '/_astro/Page.D_zdGeks.css',
  '/_astro/ts.worker-Dx4kXJAl.js',
  '/course/',
  '/course/index.html',
  '/exercises/',
  '/exercises/cap-intake/',
  '/exercises/cap-intake/solutions.json',
  '/exercises/lab-types.txt',
  '/exercises/node/',
  '/lab/',
  '/lessons/cap-intake-and-protect-downstream/',
  '/node/exercises/cap-intake/',
  '/node/exercises/cap-intake/index.html',
  '/node/sandbox/frame.html',
  '/sandbox/container/0123456789ab/run.mjs',
  '/sandbox/frame',
  '/sandbox/frame.html',
  '/sandbox/isolated/frame',
  '/sandbox/isolated/frame.html',
  '/sandbox/modules/0123456789ab.json',
  '/sandbox/worker/0123456789ab.js',
  ...siteAddresses.filter((path) => path.endsWith('*')).map((path) => path.replace('*', 'deep/er')),
];
const nowhere = [
  '/no/such/page/',
  '/nodes/exercises/',
  '/node.html',
  '/sandboxes/',
  '/_astronomy',
  '/sandbox/x',
  '/.env',
];

const readers: [host: string, file: string, read: Reader][] = [
  ['Netlify', '_headers', netlify],
  ['Cloudflare Pages', '_headers', cloudflare],
  ['Vercel', 'vercel.json', vercel],
  ['nginx', 'nginx.conf', nginx],
  ['Caddy', 'Caddyfile', caddy],
];

test.each(Object.entries(files))('hosting/%s is what npm run hosting writes', (name, text) => {
  expect(readFileSync(`hosting/${name}`, 'utf8')).toBe(text);
});

test('hosting/ holds nothing else', () => {
  expect(readdirSync('hosting').toSorted()).toEqual(Object.keys(files).toSorted());
});

describe.each(readers)('%s', (_, file, read) => {
  const text = files[file] ?? '';

  test.each(addresses)('%s has the headers of the table', (address) => {
    expect(read(text, address)).toStrictEqual(headersFor(address, rules));
  });

  test.each(nowhere)(
    '%s, where nothing is, has them too; by _headers at least those that all addresses share',
    (address) => {
      const found = read(text, address);
      if (file !== '_headers') expect(found).toStrictEqual(headersFor(address, rules));
      else {
        expect(Object.keys(shared)).toContain('X-Content-Type-Options');
        expect(found).toMatchObject(shared);
      }
    },
  );
});

/** The headers that are the same at every address. */
const shared = Object.fromEntries(
  Object.entries(headersFor('/', rules)).filter(([name, value]) =>
    addresses.every((address) => headersFor(address, rules)[name] === value),
  ),
);
const isNamed = (address: string): boolean => siteAddresses.some((path) => matches(path, address));

test('all that is at the top of the site has a rule of its own in _headers', () => {
  const pages = readdirSync('src/pages', { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `/${entry.name}/x/` : `/${entry.name.replace(/\.astro$/, '.html')}`,
  );
  const assets = readdirSync('public', { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `/${entry.name}/x` : `/${entry.name}`,
  );
  expect(pages.length).toBeGreaterThan(5);
  const forgotten = [...pages, ...assets].filter((address) => !isNamed(address));
  expect(forgotten, 'add it to siteAddresses in headers.mjs').toEqual([]);
});

describe('the readers can tell', () => {
  const twice = '/*\n  A: 1\n/a/*\n  A: 2\n/a/b\n  B: 3\n';
  test('a header that two rules of _headers set', () => {
    expect(cloudflare(twice, '/a/b')).toEqual({ A: '1, 2', B: '3' });
    expect(cloudflare(twice, '/a')).toEqual({ A: '1' });
    expect(netlify(twice, '/a')).toEqual({ A: '1, 2' });
    expect(netlify(twice, '/another')).toEqual({ A: '1, 2' });
    expect(netlify(twice, '/b')).toEqual({ A: '1' });
  });

  test('a source of Vercel that is not the only one', () => {
    const headers = [{ key: 'A', value: '1' }];
    const text = JSON.stringify({
      headers: ['/(.*)', '/((?!a/).*)', '/a/(.*)'].map((source) => ({ source, headers })),
    });
    expect(() => vercel(text, '/a/b')).toThrow(Ambiguous);
    expect(() => vercel(text, '/b')).toThrow('/(.*) and /((?!a/).*)');
  });

  test('that a location of nginx inherits nothing', () => {
    const location = (place: string, header: string): string =>
      `location ${place} {\nadd_header ${header} "1" always;\n}\n`;
    const text = location('/', 'A') + location('/a/', 'B') + location('= /a/b', 'C');
    expect(['/x', '/a/x', '/a/b'].map((address) => Object.keys(nginx(text, address)).join())).toEqual(['A', 'B', 'C']);
  });

  test('matchers of Caddy that overlap', () => {
    const text = '@a {\npath /*\n}\nheader @a {\nA "1"\n}\n@b {\npath /*\nnot path /c/*\n}\nheader @b {\nB "1"\n}\n';
    expect(() => caddy(text, '/x')).toThrow(Ambiguous);
    expect(caddy(text, '/c/x')).toEqual({ A: '1' });
  });
});

test('the container may come from another origin, on the pages of Full Node only', () => {
  const other = headerRules({ containerOrigin: 'https://container.example:8443' });
  const policy = (address: string) => netlify(headersFile(other), address)['Content-Security-Policy'];
  expect(policy('/node/exercises/cap-intake/')).toContain("frame-src 'self' https://container.example:8443;");
  expect(policy('/exercises/cap-intake/')).toContain("frame-src 'self';");
  expect(Object.values(hostingFiles(other)).join()).not.toContain(defaultContainerOrigin);
});

test('an exact address of the table has a place in every file', () => {
  const extended = [...rules, { path: '/lab/index.html', headers: { 'X-Exact': '1' } }];
  const texts = hostingFiles([...rules, { path: '/favicon.svg', headers: { 'X-Exact': '1' } }]);
  for (const [, file, read] of readers) {
    expect(read(texts[file] ?? '', '/favicon.svg')).toHaveProperty('X-Exact', '1');
    expect(read(texts[file] ?? '', '/lab/')).not.toHaveProperty('X-Exact');
  }
  expect(() => hostingFiles(extended)).toThrow('Not all of /lab/* has the same headers');
});
