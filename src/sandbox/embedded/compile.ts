// Compiles in the page. The compiler is a chunk of its own: a page that only reads never loads it.

import type { CompiledProgram, SourceFiles } from '#graders/hosts/compile.ts';
import { notCompiled } from '#graders/hosts/watch.ts';
import type { Failure } from '#graders/verdict.ts';
import { providedFor } from '../provided.ts';

export interface PageCompiler {
  /** Loads it and makes it quick. Rejects when it cannot be loaded; the next call tries again. */
  load(): Promise<void>;
  /** The program, or why it does not compile. Rejects as `load` does. */
  compile(files: SourceFiles, entry: string): Promise<CompiledProgram | Failure>;
}

type Compiler = typeof import('#graders/hosts/compile.ts');

/** `base` is the folder that the site serves the provided modules from. */
export function createPageCompiler(base: string): PageCompiler {
  let loading: Promise<Compiler> | null = null;

  function load(): Promise<Compiler> {
    loading ??= import('#graders/hosts/compile.ts').then(
      (compiler) => {
        // A first call is twenty times slower than the next.
        compiler.compileProgram({ 'a.ts': 'export const a: number = 1;' }, 'a.ts');
        return compiler;
      },
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  }

  return {
    load: async () => void (await load()),
    async compile(files, entry) {
      const [{ compileProgram, CompileError }, provided] = await Promise.all([load(), providedFor(files, base)]);
      try {
        return compileProgram(files, entry, { provided });
      } catch (error) {
        if (!(error instanceof CompileError)) throw error;
        return notCompiled(error.file, error.line, error.column, error.message);
      }
    },
  };
}
