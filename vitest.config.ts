// Four suites: unit tests beside their files, the content gate, the engines in browsers, and whole pages in Chromium.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What the engines owe, in pages with nothing else: they need no build of the site. */
const engineTests = [
  'tests/browser/{container,provided,sandbox,stand-in,verdicts}.test.ts',
  'tests/browser/contract.*.test.ts',
];
const inBrowsers = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // How long a page may take to show something says nothing about whether it does.
  expect: { poll: { timeout: 15_000 } },
  // One Chromium at a time: timing in one page must not starve another.
  fileParallelism: false,
};

export default defineConfig({
  resolve: { alias: { '@spillway/lab': fileURLToPath(new URL('./lab/index.ts', import.meta.url)) } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{lab,graders,src,scripts,exercises,server}/**/*.test.ts'],
          setupFiles: ['tests/properties.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'gate', include: ['tests/gate/**/*.test.ts'], testTimeout: 60_000 },
      },
      { extends: true, test: { name: 'engines', include: engineTests, ...inBrowsers } },
      {
        extends: true,
        test: { name: 'browser', include: ['tests/browser/**/*.test.ts'], exclude: engineTests, ...inBrowsers },
      },
    ],
  },
});
