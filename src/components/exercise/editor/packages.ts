// What Full Node's programs import and the editor has no types of: packages from npm, and more of Node.js.

import { isRelative, labModule, providedModule } from '#graders/hosts/specifiers.ts';

const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/** The names of packages and modules in these sources that are declared nowhere, sorted. */
export function packagesIn(sources: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const source of sources) {
    for (const [, , name] of source.matchAll(importPattern)) {
      if (name !== undefined && !isRelative(name) && name !== labModule && providedModule(name) === null)
        names.add(name);
    }
  }
  return [...names].sort();
}

/** Declarations that let all of them be imported: whether a package is there is known in the container alone. */
export function declarationsOf(names: readonly string[]): string {
  return names.map((name) => `declare module ${JSON.stringify(name)};\n`).join('');
}
