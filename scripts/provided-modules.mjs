// Bundles the modules of Node.js that every engine has: readable-stream with its events, timers and buffer.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const folder = join(root, 'graders/hosts/provided');
// As readable-stream finds them, in the versions that it asks for.
const packages = createRequire(createRequire(import.meta.url).resolve('readable-stream'));

/** What readable-stream asks for by name, and what it gets. @type {Record<string, string>} */
const replacements = {
  events: join(folder, 'events.ts'),
  'process/': join(folder, 'ticks.ts'),
  'abort-controller': join(folder, 'abort-controller.ts'),
  buffer: packages.resolve('buffer/'),
  'string_decoder/': packages.resolve('string_decoder/'),
};

/** @type {import('esbuild').Plugin} */
const plugin = {
  name: 'provided-modules',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^(?:events|process\/|abort-controller|buffer|string_decoder\/)$/ }, ({ path }) => ({
      path: /** @type {string} */ (replacements[path]),
    }));
    // The decoder's own way to the buffer, made for engines of long ago.
    esbuild.onResolve({ filter: /^safe-buffer$/ }, () => ({ path: packages.resolve('buffer/') }));
    for (const [ending, edit] of Object.entries(edits)) {
      const filter = new RegExp(`[\\\\/]${ending.replaceAll('/', String.raw`[\\/]`).replaceAll('.', String.raw`\.`)}$`);
      esbuild.onLoad({ filter }, async ({ path }) => ({ contents: edit(await readFile(path, 'utf8')) }));
    }
  },
};

/** Whose code it is, for whoever opens the file. */
const madeOf =
  'Made of readable-stream and string_decoder (Node.js contributors, MIT), buffer (Feross Aboukhadijeh and others, MIT), ' +
  'base64-js (Jameson Little, MIT) and ieee754 (Fair Oaks Labs, Inc., BSD-3-Clause), all on npmjs.com with their licences.';

/** What has to be otherwise in the packages, by the end of the file's path. @type {Record<string, (source: string) => string>} */
const edits = {
  // Buffer's methods have the names of methods of typed arrays, which are frozen where programs run: assigned to an
  // object that inherits those they would be refused. So it inherits when it has its own. Its name is said in errors,
  // and the bundler gives it another.
  'buffer/index.js': (source) =>
    `${replace(source, /^Object\.setPrototypeOf\(Buffer(?:\.prototype)?, Uint8Array(?:\.prototype)?\)$/gm, '', 2)}
Object.setPrototypeOf(Buffer.prototype, Uint8Array.prototype);
Object.setPrototypeOf(Buffer, Uint8Array);
Object.defineProperty(Buffer, 'name', { value: 'Buffer' });`,
  // As Node.js has it since: an error says why it was given up.
  'streams/pipeline.js': (source) =>
    replace(source, /new AbortError\(\)/g, 'new AbortError(undefined, { cause: outerSignal?.reason })', 1),
};

/** @param {string} source @param {RegExp} pattern @param {string} by @param {number} times so often, or the package is another */
function replace(source, pattern, by, times) {
  const found = source.match(pattern)?.length ?? 0;
  if (found !== times)
    throw new Error(`${pattern} is there ${found} times, not ${times}: see what the package does now.`);
  return source.replace(pattern, by);
}

/**
 * The body of `async function (exports, require)` that exports `modules`, and the names that each of them exports.
 * @returns {Promise<import('#graders/hosts/provided.ts').ProvidedCode>}
 */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'index.ts')],
    absWorkingDir: root,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'provided',
    banner: { js: `/*! ${madeOf} */` },
    footer: { js: 'exports.modules = provided.modules;' },
    target: 'es2022',
    minifyWhitespace: true,
    minifySyntax: true,
    // Names stay: learners meet those of streams in errors.
    minifyIdentifiers: false,
    legalComments: 'none',
    write: false,
    plugins: [plugin],
  });
  const code = /** @type {{ text: string }} */ (outputFiles[0]).text;
  /** @type {{ modules?: Record<string, object> }} */
  const exports = {};
  new Script(`(function (exports) {${code}\n})`).runInThisContext()(exports);
  const names = Object.entries(exports.modules ?? {}).map(([name, module]) => [name, Object.keys(module).sort()]);
  return { code, exports: Object.fromEntries(names) };
}

/** @type {ReturnType<typeof bundle> | undefined} */
let bundled;

/** Once in a process. */
export const bundleProvided = () => (bundled ??= bundle());
