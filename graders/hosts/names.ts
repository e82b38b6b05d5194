// The names that a compiled file takes from a module, and the place in its source where it asks for one.

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** As sucrase writes them: on the variable of the module, or handed on by name. */
export function importedNames(code: string, specifier: string): string[] {
  const variables = code.matchAll(new RegExp(`\\bvar (\\w+) = require\\((['"])${escaped(specifier)}\\2\\)`, 'g'));
  return [...variables].flatMap(([, variable]) => {
    const used = code.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'));
    const handedOn = code.matchAll(new RegExp(`_createNamedExportFrom\\(${variable}, '\\w+', '(\\w+)'\\)`, 'g'));
    return [...used, ...handedOn].map(([, name]) => name as string);
  });
}

/** Where a source has a specifier, or -1. */
export function indexOfImport(source: string, specifier: string): number {
  return source.search(new RegExp(`['"]${escaped(specifier)}['"]`));
}

/** Where it imports `name` from there: the last time that it is written before the specifier. */
export function indexOfName(source: string, name: string, specifier: string): number {
  const words = [...source.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].map(({ index }) => index);
  const end = indexOfImport(source, specifier);
  return words.findLast((index) => index < end) ?? words[0] ?? 0;
}
