import { expect, test } from 'vitest';
import { externalize } from './external-scripts.mjs';

test('an inline script becomes a file that is loaded in its place', () => {
  const { html, files } = externalize('<p>a</p><script type="module">go();</script><p>b</p>');
  const [name] = files.keys();
  expect(html).toBe(`<p>a</p><script type="module" src="/_astro/${name}"></script><p>b</p>`);
  expect([...files.values()]).toEqual(['go();']);
});

test('equal scripts share one file', () => {
  expect(externalize('<script>go();</script><script>go();</script>').files.size).toBe(1);
});

test.each([
  '<script src="/a.js"></script>',
  '<script type="application/json">{"a":1}</script>',
  '<script type="application/ld+json">{}</script>',
  '<script></script>',
])('%s stays as it is', (html) => {
  expect(externalize(html)).toEqual({ html, files: new Map() });
});
