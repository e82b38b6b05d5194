// Astro integration: moves inline scripts of the built pages into files, so that `script-src 'self'` is enough.
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inlineScript = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi;
const runs = /^(?:module|text\/javascript|application\/javascript)?$/i;

/**
 * The page with each inline script replaced by a `src`, and the files that it now needs. A classic external script
 * without `defer` still runs in its place, and modules keep their order, so the page behaves as before.
 * Data blocks (`application/json`, import maps) stay as they are: they do not run.
 * @param {string} html
 * @returns {{ html: string, files: Map<string, string> }}
 */
export function externalize(html) {
  /** @type {Map<string, string>} */
  const files = new Map();
  const rewritten = html.replace(
    inlineScript,
    (whole, /** @type {string} */ attributes, /** @type {string} */ code) => {
      const type = /\btype\s*=\s*["']?([^"'\s>]*)/i.exec(attributes)?.[1] ?? '';
      if (/\bsrc\s*=/i.test(attributes) || !runs.test(type) || code.trim() === '') return whole;
      const name = `inline.${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;
      files.set(name, code);
      return `<script${attributes} src="/_astro/${name}"></script>`;
    },
  );
  return { html: rewritten, files };
}

/** @returns {import('astro').AstroIntegration} */
export function externalScripts() {
  return {
    name: 'external-scripts',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const root = fileURLToPath(dir);
        await mkdir(join(root, '_astro'), { recursive: true });
        for await (const page of glob('**/*.html', { cwd: root })) {
          // The frames of the sandbox have no origin to load a file from; their policy allows inline scripts.
          if (/^sandbox[\\/]/.test(page)) continue;
          const before = await readFile(join(root, page), 'utf8');
          const { html, files } = externalize(before);
          for (const [name, code] of files) await writeFile(join(root, '_astro', name), code);
          if (html !== before) await writeFile(join(root, page), html);
        }
      },
    },
  };
}
