// The sandbox's own files, bundled for dev and build: the worker's script, the frame's document, the provided modules,
// and the programs of the container.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { headersFor, sandboxFramePolicy } from '../headers.mjs';
import { buildContainerPrograms } from './container-assets.mjs';
import { bundleProvided } from './provided-modules.mjs';
import { root } from './setup.mjs';

/** @param {string} entry a file of src/sandbox/embedded/ */
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/sandbox/embedded', entry)],
    absWorkingDir: root,
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minifyWhitespace: true,
    minifySyntax: true,
    // Names stay: learners meet those of our classes in errors, and we in stacks; they cost 3 kB compressed.
    minifyIdentifiers: false,
    legalComments: 'none',
    write: false,
  });
  return /** @type {{ text: string }} */ (outputFiles[0]).text;
}

/** @param {string} script */
const frameDocument = (script) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${sandboxFramePolicy}">
<title>Sandbox</title>
<script>${script.replaceAll('</script', '<\\/script')}</script>
</head>
</html>
`;

/** @param {string} text */
const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/**
 * Bundles them. `worker` and `modules` are paths below the sandbox's folder, and change with the content.
 * @returns {Promise<{ worker: string, modules: string, files: Map<string, string> }>}
 */
export async function buildSandbox() {
  const [script, frame, code] = await Promise.all([bundle('worker.ts'), bundle('frame.ts'), bundleProvided()]);
  const provided = JSON.stringify(code);
  const worker = `worker/${hashOf(script)}.js`;
  const modules = `modules/${hashOf(provided)}.json`;
  const page = frameDocument(frame);
  return {
    worker,
    modules,
    files: new Map([
      [worker, script],
      [modules, provided],
      ['frame.html', page],
      ['isolated/frame.html', page],
    ]),
  };
}

/**
 * What is mounted in the container, under a folder whose name changes with the content.
 * @returns {Promise<{ container: string, files: Map<string, string> }>}
 */
async function buildContainer() {
  const { files, hash } = await buildContainerPrograms();
  const container = `container/${hash}/`;
  return { container, files: new Map([...files].map(([name, text]) => [container + name, text])) };
}

/** All of it. */
async function buildAll() {
  const [sandbox, container] = await Promise.all([buildSandbox(), buildContainer()]);
  return { ...sandbox, ...container, files: new Map([...sandbox.files, ...container.files]) };
}

/** Addresses that stay while their content follows the sources. */
const inDev = { worker: 'worker.js', modules: 'modules.json', container: 'container/' };
/** @type {Record<string, string>} */
const contentTypes = { '.html': 'text/html', '.json': 'application/json' };

/** @param {string} path */
async function textInDev(path) {
  if (path.startsWith(inDev.container)) {
    const { files } = await buildContainerPrograms();
    return files.get(path.slice(inDev.container.length));
  }
  const { worker, modules, files } = await buildSandbox();
  return files.get(path === inDev.worker ? worker : path === inDev.modules ? modules : path);
}

/** Astro integration: serves the files under /sandbox/ in dev, and writes them into the build. @returns {import('astro').AstroIntegration} */
export function sandboxAssets() {
  /** @type {Awaited<ReturnType<typeof buildAll>>} */
  let built;
  return {
    name: 'sandbox-assets',
    hooks: {
      'astro:config:setup': async ({ command, updateConfig }) => {
        // In dev the address stays and the content follows the sources.
        if (command !== 'dev') built = await buildAll();
        const { worker, modules, container } = command === 'dev' ? inDev : built;
        const define = {
          'import.meta.env.SANDBOX_WORKER': JSON.stringify(worker),
          'import.meta.env.SANDBOX_MODULES': JSON.stringify(modules),
          'import.meta.env.CONTAINER_PROGRAMS': JSON.stringify(container),
        };
        updateConfig({ vite: { define } });
      },
      'astro:server:setup': ({ server }) => {
        server.middlewares.use('/sandbox', (request, response, next) => {
          const path = (request.url ?? '').replace(/[?#].*$/s, '').slice(1);
          textInDev(path).then((text) => {
            if (text === undefined) return next();
            for (const [name, value] of Object.entries(headersFor(`/sandbox/${path}`))) response.setHeader(name, value);
            response.setHeader('Cache-Control', 'no-store');
            response.setHeader('Content-Type', contentTypes[extname(path)] ?? 'text/javascript');
            response.end(text);
          }, next);
        });
      },
      'astro:build:done': async ({ dir }) => {
        for (const [path, text] of built.files) {
          const file = join(fileURLToPath(dir), 'sandbox', path);
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, text);
        }
      },
    },
  };
}
