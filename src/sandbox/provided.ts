// The code of the provided modules, fetched when a program asks for them, and kept.

import type { SourceFiles } from '#graders/hosts/compile.ts';
import { importsProvided, type ProvidedCode } from '#graders/hosts/provided.ts';

declare global {
  interface ImportMetaEnv {
    /** Their path below the sandbox's folder; it names its content, so it may be cached for ever. */
    readonly SANDBOX_MODULES: string;
  }
}

let loading: Promise<ProvidedCode> | null = null;

async function load(address: string): Promise<ProvidedCode> {
  try {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`answer ${answer.status}`);
    return (await answer.json()) as ProvidedCode;
  } catch (cause) {
    loading = null;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the modules of Node.js that it imports did not load: ${reason}`, { cause });
  }
}

/** What `compileProgram` needs for these files: null when they import no provided module. */
export async function providedFor(files: SourceFiles, base = '/sandbox/'): Promise<ProvidedCode | null> {
  if (!importsProvided(files)) return null;
  loading ??= load(base + import.meta.env.SANDBOX_MODULES);
  return await loading;
}
