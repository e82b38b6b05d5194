// What an import of a program means: one of its own files, the lab, or a module of Node.js that every engine has.

/** The one module of ours that a program may import. */
export const labModule = '@spillway/lab';

/** Modules of Node.js that every engine has, the same in each. Their names without `node:` mean the same. */
export const providedModules = [
  'node:stream',
  'node:stream/promises',
  'node:events',
  'node:timers/promises',
  'node:buffer',
] as const;
export type ProvidedModule = (typeof providedModules)[number];

/** The path of the file that all of them are made of. No file of a learner's has a colon in its path. */
export const providedBundle = 'node:provided';

/** Whether a file of a compiled program gives it a provided module, rather than being its own. */
export const isProvided = (path: string): boolean => path.startsWith('node:');

/** The provided module that a specifier names, or null. */
export function providedModule(specifier: string): ProvidedModule | null {
  const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return providedModules.find((each) => each === name) ?? null;
}

/**
 * The path that a specifier means, or null for a package. `./buffer`, `./buffer.js` and `./buffer.ts` are one,
 * and so are `stream` and `node:stream`.
 */
export function resolveImport(from: string, specifier: string): string | null {
  if (specifier === providedBundle) return providedBundle;
  if (!isRelative(specifier)) return providedModule(specifier);
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (parts.length === 0) return null;
      parts.pop();
    } else if (part !== '.') parts.push(part);
  }
  return parts.join('/').replace(/\.[jt]s$/, '') + '.ts';
}

export const isRelative = (specifier: string): boolean => /^\.\.?\//.test(specifier);
