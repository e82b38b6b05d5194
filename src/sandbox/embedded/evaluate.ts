// Compiled text to functions, in a worker that may not evaluate strings: each file is loaded as a script.

import type { CompiledProgram } from '#graders/hosts/compile.ts';
import type { ModuleBody } from '#graders/hosts/loader.ts';
import { sourceScheme } from '#graders/hosts/places.ts';
import type { WorkerVariant } from './protocol.ts';

/** What a worker's global object has to offer, taken before the realm is prepared. */
export interface ScriptHost {
  importScripts(address: string): void;
  /** An address for a script's text. */
  addressOf(text: string): string;
  /** Reports an error as if nothing had caught it, and says where the engine saw it. */
  lineOf(error: unknown): number | null;
}

/** The file that does not parse, with the line when the engine tells. */
export interface SyntaxFault {
  readonly file: string;
  readonly line: number | null;
  readonly message: string;
}

/** The global name under which scripts hand over their function; gone before any of them runs. */
export const registerName = '__spillwayFile';

/**
 * The functions of a program's files, by path, or the first file that does not parse. `names` maps the
 * addresses of the scripts to `program:///` names, for engines that do not know sourceURL.
 */
export function evaluateFiles(
  compiled: CompiledProgram,
  host: ScriptHost,
): { bodies: Map<string, ModuleBody>; names: Map<string, string> } | SyntaxFault {
  const scope = globalThis as unknown as Record<string, unknown>;
  const bodies = new Map<string, ModuleBody>();
  const names = new Map<string, string>();
  for (const { path, code } of compiled.files) {
    const name = sourceScheme + path;
    const address = host.addressOf(
      `${registerName}(async function (exports, require) {${code}\n})\n//# sourceURL=${name}`,
    );
    names.set(address, name);
    scope[registerName] = (body: ModuleBody) => bodies.set(path, body);
    try {
      host.importScripts(address);
    } catch (error) {
      return { file: path, line: host.lineOf(error), message: messageOf(error) };
    }
  }
  delete scope[registerName];
  return { bodies, names };
}

/** Gives the files in a stack their names, where an engine shows the address of the script instead. */
export function renameWith(names: ReadonlyMap<string, string>): (stack: string) => string {
  return (stack) => [...names].reduce((text, [address, name]) => text.replaceAll(address, name), stack);
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^Failed to execute 'importScripts' on 'WorkerGlobalScope': /, '');
}

/** Addresses for script texts, of the kind that the worker itself came from. */
export function createAddresses(variant: WorkerVariant): (text: string) => string {
  const { createObjectURL } = URL;
  const { Blob: TextBlob } = globalThis;
  return variant === 'blob'
    ? (text) => createObjectURL(new TextBlob([text], { type: 'text/javascript' }))
    : (text) => `data:text/javascript;charset=utf-8,${encodeURIComponent(text)}`;
}
