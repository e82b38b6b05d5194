import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkAddress, createStaticServer, listen, readAddress } from './serve.mjs';

const folder = mkdtempSync(join(tmpdir(), 'spillway-serve-'));
const site = join(folder, 'dist');
const server = createStaticServer({ root: site, containerOrigin: 'https://stackblitz.com' });
let url: string;

beforeAll(async () => {
  const files = {
    'dist/index.html': '<title>front</title>',
    'dist/404.html': '<title>lost</title>',
    'dist/lesson/index.html': '<title>lesson</title>',
    'dist/sandbox/frame.html': '<title>frame</title>',
    'dist/node/exercises/a/index.html': '<title>isolated</title>',
    'dist/_astro/app.js': `export const text = '${'water '.repeat(500)}';`,
    'dist/.hidden': 'secret',
    'secret.txt': 'secret',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  url = await listen(server, { host: '127.0.0.1', port: 0 });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A request whose path is sent as it is written, unlike `fetch`, which would tidy it. */
const raw = (path: string) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    })
      .on('error', reject)
      .end();
  });

describe('pages', () => {
  test('a folder answers with its index page, revalidated each time', async () => {
    const response = await fetch(url);
    expect(await response.text()).toContain('front');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('a folder without its slash leads to the address with one, and keeps the query', async () => {
    const response = await fetch(`${url}lesson?a=1`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([308, '/lesson/?a=1']);
  });

  test('an address that begins with two slashes never leads to another host', async () => {
    const response = await fetch(`${url}/lesson`, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe('/lesson/');
  });

  test('an unknown address answers 404 with the site’s own page', async () => {
    const response = await fetch(`${url}nowhere`);
    expect([response.status, await response.text()]).toEqual([404, '<title>lost</title>']);
  });

  test('a method that would change something is refused', async () => {
    const response = await fetch(url, { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

describe('headers', () => {
  test('a page may load and run only what the site serves', async () => {
    const { headers } = await fetch(url);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
  });

  test('a sandbox document has an opaque origin and no network', async () => {
    const policy = (await fetch(`${url}sandbox/frame.html`)).headers.get('content-security-policy');
    expect(policy).toMatch(/^sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' blob: data:/);
    expect(policy).toContain("connect-src 'none'");
  });

  test('only a page below /node/ is isolated, and may hold a frame of the container’s origin', async () => {
    const node = (await fetch(`${url}node/exercises/a/`)).headers;
    expect(node.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(node.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(node.get('content-security-policy')).toContain("frame-src 'self' https://stackblitz.com;");
    expect(node.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
    for (const path of ['', 'lesson/', 'node']) {
      const { headers } = await fetch(`${url}${path}`);
      expect(headers.has('cross-origin-opener-policy')).toBe(false);
      expect(headers.has('cross-origin-embedder-policy')).toBe(false);
      expect(headers.get('content-security-policy')).toContain("frame-src 'self';");
    }
  });

  test('a script may become the worker of an isolated page', async () => {
    expect((await fetch(`${url}_astro/app.js`)).headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  });

  test.each(['sandbox/nothing', '_astro/nothing.js', 'node/nothing/'])(
    'what is sent for /%s is a page',
    async (path) => {
      const response = await fetch(`${url}${path}`);
      expect([response.status, await response.text()]).toEqual([404, '<title>lost</title>']);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'no-cache',
        'content-security-policy': expect.stringContaining("script-src 'self';") as string,
      });
      expect(response.headers.has('cross-origin-embedder-policy')).toBe(false);
    },
  );

  test('another origin of the container is named instead of the usual one', async () => {
    const other = createStaticServer({ root: site, containerOrigin: 'http://localhost:9000' });
    const { headers } = await fetch(`${await listen(other, { host: '127.0.0.1', port: 0 })}node/exercises/a/`);
    other.close();
    expect(headers.get('content-security-policy')).toContain("frame-src 'self' http://localhost:9000;");
  });

  test('a hashed asset is kept for ever; an unchanged page answers 304', async () => {
    const asset = await fetch(`${url}_astro/app.js`);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    const etag = (await fetch(url)).headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'If-None-Match': etag } })).status).toBe(304);
  });

  test.each(['br', 'gzip'])('text travels compressed with %s and arrives whole', async (encoding) => {
    const response = await fetch(`${url}_astro/app.js`, { headers: { 'Accept-Encoding': encoding } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    expect(Number(response.headers.get('content-length'))).toBeLessThan(500);
    expect(await response.text()).toContain('water water');
  });

  test('an encoding that the client refuses is not used', async () => {
    const response = await fetch(`${url}_astro/app.js`, { headers: { 'Accept-Encoding': 'br;q=0, gzip;q=0' } });
    expect(response.headers.get('content-encoding')).toBeNull();
  });
});

describe('refusals', () => {
  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/lesson/..%2f..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/.hidden',
    '/lesson/%00',
    '/%ff',
    'secret.txt',
  ])('%s is not found', async (path) => {
    const { status, body } = await raw(path);
    expect(status === 404 || status === 400).toBe(true);
    expect(body).not.toContain('secret');
  });
});

describe('health', () => {
  test('the server is alive, and ready once the site is built', async () => {
    expect(await (await fetch(`${url}healthz`)).text()).toBe('ok\n');
    expect((await fetch(`${url}readyz`)).status).toBe(200);
    const empty = createStaticServer({ root: join(folder, 'nothing') });
    const response = await fetch(`${await listen(empty, { host: '127.0.0.1', port: 0 })}readyz`);
    empty.close();
    expect(response.status).toBe(503);
  });
});

describe('the address', () => {
  test('HOST and PORT have defaults', () => {
    expect(readAddress({})).toEqual({ host: '127.0.0.1', port: 4321 });
    expect(readAddress({ HOST: '::1', PORT: '80' })).toEqual({ host: '::1', port: 80 });
  });

  test.each(['http', '-1', '65536', '80.5'])('PORT=%s is refused with an example', (text) => {
    expect(() => readAddress({ PORT: text })).toThrow(/For example: PORT=4321 npm start/);
  });

  test('a port in use names the next one to try', async () => {
    const port = Number(new URL(url).port);
    await expect(checkAddress({ host: '127.0.0.1', port })).rejects.toThrow(`PORT=${port + 1} npm start`);
  });
});
