import { expect, test } from 'vitest';
import { inlineHtml } from './markdown.ts';

test.each([
  ['Call `poll(<ms>)` *now*.', 'Call <code>poll(&lt;ms&gt;)</code> <em>now</em>.'],
  [
    '`Math.random() * Math.min(2_000, 100 * 2 ** attempt)`',
    '<code>Math.random() * Math.min(2_000, 100 * 2 ** attempt)</code>',
  ],
  ['10 ms + 0.1 ms × rows * 2 * 3', '10 ms + 0.1 ms × rows * 2 * 3'],
  ['**Never** [wait](/lessons/poll/).', '<strong>Never</strong> <a href="/lessons/poll/">wait</a>.'],
  ['<script>x</script> [a](javascript:b)', '&lt;script&gt;x&lt;/script&gt; [a](javascript:b)'],
])('%s', (markdown, html) => {
  expect(inlineHtml(markdown)).toBe(html);
});
