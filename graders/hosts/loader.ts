// Evaluates a compiled program anew for each life: fresh module state, the same code.

import * as lab from '../../lab/index.ts';
import type { Program, ProgramInstance } from '../../lab/program.ts';
import type { CompiledProgram } from './compile.ts';
import type { RealmControl } from './realm.ts';
import { labModule, resolveImport } from './specifiers.ts';

type Exports = Record<string, unknown>;
/** What a host makes of a compiled file's code. */
export type ModuleBody = (exports: Exports, require: (specifier: string) => unknown) => Promise<void>;

/** What `import … from '@spillway/lab'` gives a program. */
export const labExports = Object.freeze({ ...lab });

/**
 * A program from its evaluated files. Each `start` runs every module body once, imports first, as an
 * ES module graph would; a cycle sees what is exported so far. `packages` are the modules that the host brought.
 */
export function createProgram(
  compiled: CompiledProgram,
  bodies: ReadonlyMap<string, ModuleBody>,
  realm: RealmControl,
  packages: ReadonlyMap<string, unknown> = new Map(),
): Program {
  const importsOf = new Map(compiled.files.map(({ path, imports }) => [path, imports]));

  return {
    async start(environment): Promise<ProgramInstance> {
      realm.use(environment);
      const modules = new Map<string, Exports>();

      async function evaluate(path: string): Promise<Exports> {
        const known = modules.get(path);
        if (known !== undefined) return known;
        const exports: Exports = {};
        modules.set(path, exports);
        for (const imported of importsOf.get(path) ?? []) await evaluate(imported);
        await (bodies.get(path) as ModuleBody)(exports, (specifier) =>
          specifier === labModule
            ? labExports
            : (modules.get(resolveImport(path, specifier) ?? '') ?? packages.get(specifier)),
        );
        return exports;
      }

      const { default: run, config, decision } = await evaluate(compiled.entry);
      return { run, config, decision: plainData(decision) };
    },
  };
}

/** A copy without getters or proxies, so that what is stated is what is judged. */
function plainData(decision: unknown): unknown {
  if (decision === undefined) return undefined;
  try {
    return JSON.parse(JSON.stringify(decision)) as unknown;
  } catch (cause) {
    throw new TypeError('The exported `decision` must be plain data: text, numbers, booleans.', { cause });
  }
}
