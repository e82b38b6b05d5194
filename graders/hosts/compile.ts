// TypeScript to JavaScript, once, the same in the page and in Node: types away, imports to require().

import { transform } from 'sucrase';
import * as lab from '../../lab/index.ts';
import { labModule, resolveImport } from './specifiers.ts';

/** Source texts by path, relative to the exercise folder: `solution.ts`, `buffer.ts`. */
export type SourceFiles = Readonly<Record<string, string>>;

/** One file, ready to be evaluated: `code` is the body of `async function (exports, require)`. */
export interface CompiledFile {
  readonly path: string;
  readonly code: string;
  /** Paths of the program's own files that it imports, in order. */
  readonly imports: readonly string[];
}
export interface CompiledProgram {
  readonly entry: string;
  readonly files: readonly CompiledFile[];
  /** What it imports and the host must bring: packages, and modules of Node.js. Empty unless `mayImportPackages`. */
  readonly packages: readonly string[];
}

export interface CompileOptions {
  /** Imports of packages, and of modules of Node.js that are not provided, are left to the host. */
  readonly mayImportPackages?: boolean;
}

/** The program does not compile; `line` and `column` count from 1 and are null where unknown. */
export class CompileError extends Error {
  override readonly name = 'CompileError';
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  constructor(file: string, line: number | null, column: number | null, message: string) {
    super(message);
    this.file = file;
    this.line = line;
    this.column = column;
  }
}

const labNames = Object.keys(lab).sort();

const importPattern = /\brequire\((['"])([^'"]+)\1\)/g;
/** sucrase drops the body of a namespace without a word; say it instead. */
const namespacePattern = /^[ \t]*(?:export[ \t]+)?(?:namespace|module)[ \t]+[A-Za-z_$][\w$.]*[ \t]*\{/m;

/**
 * Compiles a program. Line numbers of the result are those of the source.
 * Throws CompileError for a syntax error, an import of a file that is not there, or of a package.
 */
export function compileProgram(files: SourceFiles, entry: string, options: CompileOptions = {}): CompiledProgram {
  if (files[entry] === undefined) {
    throw new CompileError(entry, null, null, `There is no file ${entry}. The program starts there.`);
  }
  const compiled = new Map<string, CompiledFile>();
  const packages = new Set<string>();
  const onPackage = options.mayImportPackages ? (name: string) => packages.add(name) : null;
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (compiled.has(path)) continue;
    const file = compileFile(path, files[path] as string, files, onPackage);
    compiled.set(path, file);
    open.push(...file.imports);
  }
  return { entry, files: [...compiled.values()], packages: [...packages] };
}

function compileFile(
  path: string,
  source: string,
  files: SourceFiles,
  onPackage: ((name: string) => void) | null,
): CompiledFile {
  const namespace = namespacePattern.exec(source);
  if (namespace !== null) {
    const at = positionOf(source, namespace.index + namespace[0].search(/\S/));
    throw new CompileError(
      path,
      at.line,
      at.column,
      'Namespaces are not supported here. Export functions and values from a file of their own instead.',
    );
  }
  const code = transpile(path, source);
  const imports: string[] = [];
  for (const [, , specifier] of code.matchAll(importPattern)) {
    if (specifier === undefined) continue;
    if (specifier === labModule) {
      checkLabNames(path, source, code);
      continue;
    }
    const resolved = resolveImport(path, specifier);
    if (resolved !== null && files[resolved] !== undefined) imports.push(resolved);
    else if (resolved === null && onPackage !== null) onPackage(specifier);
    else throw missingImport(path, source, specifier, resolved, files);
  }
  return { path, code, imports };
}

/** A misspelled import of the lab would be `undefined` at run time; say it here, with its line. */
function checkLabNames(path: string, source: string, code: string): void {
  const variable = /\bvar (\w+) = require\((['"])@spillway\/lab\2\)/.exec(code)?.[1];
  if (variable === undefined) return;
  for (const [, name] of code.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))) {
    if (name === undefined || labNames.includes(name)) continue;
    const at = positionOf(source, Math.max(0, source.search(new RegExp(`\\b${name}\\b`))));
    const message = `'${labModule}' has no export '${name}'. Beside types it has: ${labNames.join(', ')}.`;
    throw new CompileError(path, at.line, at.column, message);
  }
}

function transpile(path: string, source: string): string {
  try {
    return transform(source, {
      transforms: ['typescript', 'imports'],
      filePath: path,
      production: true,
      disableESTransforms: true,
      keepUnusedImports: false,
    }).code;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const place = /\((\d+):(\d+)\)\s*$/.exec(message);
    const plain = message.replace(/^Error transforming [^:]*: /, '').replace(/\s*\(\d+:\d+\)\s*$/, '');
    throw new CompileError(path, place ? Number(place[1]) : null, place ? Number(place[2]) : null, plain);
  }
}

function missingImport(
  path: string,
  source: string,
  specifier: string,
  resolved: string | null,
  files: SourceFiles,
): CompileError {
  const index = source.search(new RegExp(`['"]${specifier.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`));
  const at = index < 0 ? { line: null, column: null } : positionOf(source, index);
  const message =
    resolved === null
      ? `'${specifier}' is not available here. A program may import its own files and '${labModule}'.`
      : `There is no file ${resolved}. The program has: ${Object.keys(files).join(', ')}.`;
  return new CompileError(path, at.line, at.column, message);
}

function positionOf(source: string, index: number): { line: number; column: number } {
  const before = source.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
