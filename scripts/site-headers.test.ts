import { expect, test } from 'vitest';
import { headerRules, headersFor } from '../headers.mjs';
import { devHeaders } from './site-headers.mjs';

const containerOrigin = 'https://container.example';
const dev = headerRules({ containerOrigin, isDev: true });
const built = headerRules({ containerOrigin });

test.each(['/', '/exercises/cap-intake/?a=1#b', '/node/exercises/cap-intake/', '/sandbox/isolated/frame.html'])(
  'while developing, %s differs from what is built in its policy for scripts and connections at most',
  (url) => {
    const { 'Content-Security-Policy': policy = '', ...others } = devHeaders({ url, headers: {} }, dev);
    const { 'Content-Security-Policy': builtPolicy, ...builtOthers } = headersFor(url.replace(/[?#].*/, ''), built);
    expect(others).toEqual(builtOthers);
    expect(
      policy
        .replace("script-src 'self' 'unsafe-inline';", "script-src 'self';")
        .replace("connect-src 'self' ws:", "connect-src 'self'"),
    ).toBe(builtPolicy);
  },
);

test.each([
  ['/src/components/playground/worker.ts?worker_file&type=module', {}],
  ['/node_modules/.vite/deps/chunk.js?v=1', { 'sec-fetch-dest': 'worker' }],
])('a worker’s script may start on an isolated page: %s', (url, headers) => {
  expect(devHeaders({ url, headers }, dev)).toHaveProperty('Cross-Origin-Embedder-Policy', 'require-corp');
});

test('another script has no such header', () => {
  const request = { url: '/src/worker_files.ts', headers: { 'sec-fetch-dest': 'script' } };
  expect(devHeaders(request, dev)).not.toHaveProperty('Cross-Origin-Embedder-Policy');
});
