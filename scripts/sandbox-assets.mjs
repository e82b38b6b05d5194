// The embedded engine's own files: the worker's script and the frame's document, bundled for dev and build.
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { headersFor, sandboxFramePolicy } from '../headers.mjs';
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

/**
 * Bundles both. `worker` is the path of the script below the sandbox's folder, and changes with its content.
 * @returns {Promise<{ worker: string, files: Map<string, string> }>}
 */
export async function buildSandbox() {
  const [worker, frame] = await Promise.all(['worker.ts', 'frame.ts'].map(bundle));
  const hash = createHash('sha256')
    .update(worker ?? '')
    .digest('hex')
    .slice(0, 12);
  const path = `worker/${hash}.js`;
  const page = frameDocument(frame ?? '');
  return {
    worker: path,
    files: new Map([
      [path, worker ?? ''],
      ['frame.html', page],
      ['isolated/frame.html', page],
    ]),
  };
}

/** Astro integration: serves the files under /sandbox/ in dev, and writes them into the build. @returns {import('astro').AstroIntegration} */
export function sandboxAssets() {
  /** @type {Awaited<ReturnType<typeof buildSandbox>>} */
  let built;
  return {
    name: 'sandbox-assets',
    hooks: {
      'astro:config:setup': async ({ command, updateConfig }) => {
        // In dev the address stays and the content follows the sources.
        if (command !== 'dev') built = await buildSandbox();
        const worker = command === 'dev' ? 'worker.js' : built.worker;
        updateConfig({ vite: { define: { 'import.meta.env.SANDBOX_WORKER': JSON.stringify(worker) } } });
      },
      'astro:server:setup': ({ server }) => {
        server.middlewares.use('/sandbox', (request, response, next) => {
          const path = (request.url ?? '').replace(/[?#].*$/s, '').slice(1);
          buildSandbox().then(({ worker, files }) => {
            const text = files.get(path === 'worker.js' ? worker : path);
            if (text === undefined) return next();
            for (const [name, value] of Object.entries(headersFor(`/sandbox/${path}`))) response.setHeader(name, value);
            response.setHeader('Cache-Control', 'no-store');
            response.setHeader('Content-Type', path.endsWith('.html') ? 'text/html' : 'text/javascript');
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
