// The site: static pages, MDX for prose, Preact where a view truly has state.
import mdx from '@astrojs/mdx';
import preact from '@astrojs/preact';
import { defineConfig } from 'astro/config';
import { externalScripts } from './scripts/external-scripts.mjs';
import { sandboxAssets } from './scripts/sandbox-assets.mjs';
import { siteHeaders } from './scripts/site-headers.mjs';

export default defineConfig({
  output: 'static',
  trailingSlash: 'always',
  integrations: [mdx(), preact(), siteHeaders(), sandboxAssets(), externalScripts()],
  // Code takes its colours from the tokens, so that one page serves both themes.
  markdown: { shikiConfig: { theme: 'css-variables' } },
  // Learner-facing code and figures are plain text until asked for; nothing is inlined, so that
  // `script-src 'self'` holds on every host without hashes.
  vite: { build: { assetsInlineLimit: 0 } },
  devToolbar: { enabled: false },
});
