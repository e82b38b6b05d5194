// The lab's declarations for the editor, made of its sources when the site is built.

import { bundleTypes } from '#src/components/exercise/content/lab-types.ts';
import globals from '#src/components/exercise/content/globals.txt?raw';

const sources = import.meta.glob<string>(['/lab/**/*.ts', '!**/*.test.ts'], {
  eager: true,
  query: '?raw',
  import: 'default',
});

export function GET(): Response {
  const types = bundleTypes(sources, '/lab/index.ts', '@spillway/lab');
  return new Response(`${globals}\n${types}`, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
}
