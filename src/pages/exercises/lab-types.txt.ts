// The declarations for the editor: of the globals, of the provided modules, and of the lab, made of its sources.

import { bundleTypes } from '#src/components/exercise/content/lab-types.ts';
import globals from '#src/components/exercise/content/globals.txt?raw';
import provided from '#src/components/exercise/content/provided-modules.txt?raw';

const sources = import.meta.glob<string>(['/lab/**/*.ts', '!**/*.test.ts'], {
  eager: true,
  query: '?raw',
  import: 'default',
});

export function GET(): Response {
  const types = bundleTypes(sources, '/lab/index.ts', '@spillway/lab');
  return new Response(`${globals}\n${provided}\n${types}`, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  });
}
