// What an import of a program means: one of its own files, or the lab.

/** The one module that a program may import beside its own files. */
export const labModule = '@spillway/lab';

/** The path that a relative specifier means, or null for anything else. `./buffer`, `./buffer.js` and `./buffer.ts` are one. */
export function resolveImport(from: string, specifier: string): string | null {
  if (!/^\.\.?\//.test(specifier)) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (parts.length === 0) return null;
      parts.pop();
    } else if (part !== '.') parts.push(part);
  }
  return parts.join('/').replace(/\.[jt]s$/, '') + '.ts';
}
