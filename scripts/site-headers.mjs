// Astro integration: `astro dev` and `astro preview` send the site's headers, and the build has the file of those that
// Netlify and Cloudflare Pages send.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { headerRules, headersFor, workerIsolation } from '../headers.mjs';
import { headersFile } from './hosting.mjs';
import { readContainerSettings } from './webcontainer-settings.mjs';

/**
 * The headers of an answer while developing. In the build, workers lie below /_astro/; here they can lie anywhere, so
 * that the request says what is one: Vite by a parameter, browsers by their destination.
 * @param {Pick<import('node:http').IncomingMessage, 'url' | 'headers'>} request
 * @param {readonly import('../headers.mjs').HeaderRule[]} rules
 * @returns {Record<string, string>}
 */
export function devHeaders({ url = '/', headers }, rules) {
  const isWorker = /[?&]worker_file\b/.test(url) || headers['sec-fetch-dest'] === 'worker';
  return { ...headersFor(url.replace(/[?#].*$/s, ''), rules), ...(isWorker ? workerIsolation : {}) };
}

/** @returns {import('astro').AstroIntegration} */
export function siteHeaders() {
  let isPreview = false;
  return {
    name: 'site-headers',
    hooks: {
      'astro:config:setup': ({ command, updateConfig }) => {
        isPreview = command === 'preview';
        const { origin, key } = readContainerSettings(process.env);
        updateConfig({
          vite: {
            define: {
              'import.meta.env.WEBCONTAINER_ORIGIN': JSON.stringify(origin),
              'import.meta.env.WEBCONTAINER_KEY': JSON.stringify(key),
            },
          },
        });
      },
      'astro:config:done': ({ setAdapter }) => {
        if (!isPreview) return;
        setAdapter({
          name: 'site-headers',
          entrypointResolution: 'auto',
          previewEntrypoint: fileURLToPath(new URL('preview.mjs', import.meta.url)),
          adapterFeatures: { buildOutput: 'static' },
          supportedAstroFeatures: { staticOutput: 'stable', sharpImageService: 'stable' },
        });
      },
      'astro:server:setup': ({ server }) => {
        const rules = headerRules({ isDev: true });
        server.middlewares.use((request, response, next) => {
          for (const [name, value] of Object.entries(devHeaders(request, rules))) response.setHeader(name, value);
          next();
        });
      },
      'astro:build:done': async ({ dir }) => {
        await writeFile(join(fileURLToPath(dir), '_headers'), headersFile(headerRules()));
      },
    },
  };
}
