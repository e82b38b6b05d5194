// TypeScript to JavaScript, once, the same in the page and in Node: types away, imports to require().

import { transform } from 'sucrase';
import * as lab from '../../lab/index.ts';
import { importedNames, indexOfImport, indexOfName } from './names.ts';
import { nearest } from './nearest.ts';
import { providedFiles, type ProvidedCode } from './provided.ts';
import {
  isRelative,
  labModule,
  providedModule,
  providedModules,
  resolveImport,
  type ProvidedModule,
} from './specifiers.ts';

/** Source texts by path, relative to the exercise folder: `solution.ts`, `buffer.ts`. */
export type SourceFiles = Readonly<Record<string, string>>;

/** One file, ready to be evaluated: `code` is the body of `async function (exports, require)`. */
export interface CompiledFile {
  readonly path: string;
  readonly code: string;
  /** Paths of the program's files that it imports, in order. */
  readonly imports: readonly string[];
}
export interface CompiledProgram {
  readonly entry: string;
  /** The program's own, and those that give it provided modules, whose paths begin with `node:`. */
  readonly files: readonly CompiledFile[];
  /** What it imports and the host must bring: packages, and modules of Node.js. Empty unless `mayImportPackages`. */
  readonly packages: readonly string[];
}

export interface CompileOptions {
  /** Needed when the files import provided modules, which `importsProvided` tells. */
  readonly provided?: ProvidedCode | null;
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

/** What the files of one program are compiled with, and what they turn out to need. */
interface Compilation {
  readonly files: SourceFiles;
  readonly options: CompileOptions;
  readonly packages: Set<string>;
  readonly provided: Set<ProvidedModule>;
}

/**
 * Compiles a program. Line numbers of the result are those of the source.
 * Throws CompileError for a syntax error, and for an import of what is not there.
 */
export function compileProgram(files: SourceFiles, entry: string, options: CompileOptions = {}): CompiledProgram {
  if (files[entry] === undefined) {
    throw new CompileError(entry, null, null, `There is no file ${entry}. The program starts there.`);
  }
  const compiled = new Map<string, CompiledFile>();
  const compilation: Compilation = { files, options, packages: new Set(), provided: new Set() };
  const open = [entry];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (compiled.has(path)) continue;
    const file = compileFile(path, files[path] as string, compilation);
    compiled.set(path, file);
    open.push(...file.imports.filter((each) => files[each] !== undefined));
  }
  const { packages, provided } = compilation;
  const given = options.provided ? providedFiles([...provided], options.provided) : [];
  return { entry, files: [...compiled.values(), ...given], packages: [...packages] };
}

function compileFile(path: string, source: string, { files, options, packages, provided }: Compilation): CompiledFile {
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
  const file = { path, source, code };
  const imports: string[] = [];
  for (const [, , specifier] of code.matchAll(importPattern)) {
    if (specifier === undefined) continue;
    if (specifier === labModule) {
      checkNames(
        file,
        specifier,
        labNames,
        (name) => `'${labModule}' has no export '${name}'. Beside types it has: ${labNames.join(', ')}.`,
      );
      continue;
    }
    const module = providedModule(specifier);
    if (module !== null) {
      const names = namesOf(module, options);
      checkNames(file, specifier, ['default', ...names], (name) => notProvided(specifier, name, names));
      provided.add(module);
      imports.push(module);
      continue;
    }
    const resolved = resolveImport(path, specifier);
    if (resolved !== null && files[resolved] !== undefined) imports.push(resolved);
    else if (!isRelative(specifier) && options.mayImportPackages) packages.add(specifier);
    else throw missingImport(path, source, specifier, resolved, files);
  }
  return { path, code, imports };
}

/** A misspelled import would be `undefined` at run time; say it here, with its line. */
function checkNames(
  { path, source, code }: { path: string; source: string; code: string },
  specifier: string,
  names: readonly string[],
  messageOf: (name: string) => string,
): void {
  const wrong = importedNames(code, specifier).find((name) => !names.includes(name));
  if (wrong === undefined) return;
  const at = positionOf(source, indexOfName(source, wrong, specifier));
  throw new CompileError(path, at.line, at.column, messageOf(wrong));
}

function namesOf(module: ProvidedModule, { provided }: CompileOptions): readonly string[] {
  const names = provided?.exports[module];
  if (names === undefined) throw new Error(`The program imports ${module}, and the code for it is not at hand.`);
  return names;
}

function notProvided(specifier: string, name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const all = names.filter((each) => !each.startsWith('_')).join(', ');
  const rest = meant === null ? `It has: ${all}.` : `Did you mean '${meant}'?`;
  return `'${specifier}' has no export '${name}' here. ${rest}`;
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
  const index = indexOfImport(source, specifier);
  const at = index < 0 ? { line: null, column: null } : positionOf(source, index);
  return new CompileError(path, at.line, at.column, missingMessage(specifier, resolved, files));
}

function missingMessage(specifier: string, resolved: string | null, files: SourceFiles): string {
  if (resolved !== null) return `There is no file ${resolved}. The program has: ${Object.keys(files).join(', ')}.`;
  if (isRelative(specifier))
    return `'${specifier}' lies outside the program's folder. Copy what you need into a file of its own.`;
  return `'${specifier}' is not available here: a program may import its own files, '${labModule}', ${list(providedModules)}; Full Node, which you choose below the editor, has all of Node.js and npm packages.`;
}

function list(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}

function positionOf(source: string, index: number): { line: number; column: number } {
  const before = source.slice(0, index).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
