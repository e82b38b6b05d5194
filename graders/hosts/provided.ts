// The modules of Node.js that every engine has, as files of a compiled program: evaluated anew for each life, like its own.

import type { CompiledFile, SourceFiles } from './compile.ts';
import { providedBundle, providedModules, type ProvidedModule } from './specifiers.ts';

/** What scripts/provided-modules.mjs makes of graders/hosts/provided/, and the site serves to pages that need it. */
export interface ProvidedCode {
  /** The body of `async function (exports, require)`; it exports the modules by their names. */
  readonly code: string;
  /** The names that each module exports beside its default. */
  readonly exports: Readonly<Record<string, readonly string[]>>;
}

const plainNames = providedModules.map((name) => name.replace(/^node:/, '')).join('|');
const comment = String.raw`\/\*[^]*?\*\/|\/\/.*`;
const importPattern = new RegExp(
  String.raw`\b(?:from|import|require)(?:[\s(]|${comment})*(['"])(?:node:)?(?:${plainNames})\1`,
);

/** Whether to have the code at hand before these files are compiled. May be true for a text that only looks so. */
export function importsProvided(files: SourceFiles): boolean {
  return Object.values(files).some((source) => importPattern.test(source));
}

/** Files that give `used` modules to a program. As in Node.js: names, a default, and nothing that can be assigned to. */
export function providedFiles(used: readonly ProvidedModule[], { code }: ProvidedCode): CompiledFile[] {
  if (used.length === 0) return [];
  const each = (name: ProvidedModule): CompiledFile => ({
    path: name,
    code: `'use strict';
const module = require('${providedBundle}').modules['${name}'];
Object.defineProperty(exports, '__esModule', { value: true });
Object.freeze(Object.assign(exports, module, { default: module }));`,
    imports: [providedBundle],
  });
  return [{ path: providedBundle, code, imports: [] }, ...used.map(each)];
}
