import { expect, test } from 'vitest';
import { UserError } from './report.mjs';
import { defaultContainerOrigin, readContainerSettings } from './webcontainer-settings.mjs';

test('without settings the container comes from its maker, and no key is shown', () => {
  const usual = { origin: defaultContainerOrigin, key: '' };
  expect(readContainerSettings({})).toEqual(usual);
  expect(readContainerSettings({ SPILLWAY_WEBCONTAINER_ORIGIN: '', SPILLWAY_WEBCONTAINER_KEY: '' })).toEqual(usual);
});

test.each(['https://container.example', 'https://a.b-c.example:8443', 'http://localhost:4000', 'http://127.0.0.1'])(
  'the container may come from %s',
  (origin) => {
    expect(readContainerSettings({ SPILLWAY_WEBCONTAINER_ORIGIN: origin }).origin).toBe(origin);
  },
);

test.each([
  'stackblitz.com',
  'http://stackblitz.com',
  'http://localhost.example',
  'https://stackblitz.com/',
  'https://stackblitz.com/headless',
  'https://user@stackblitz.com',
  'https://*.stackblitz.com',
  'https://STACKBLITZ.com',
  'https://stackblitz.com:443',
  'https://stackblitz.com:99999',
  "https://stackblitz.com; script-src 'unsafe-inline'",
  'https://stackblitz.com\nX-Other: 1',
  'https://stackblitz.com ',
  'javascript:alert(1)',
])('%j is refused as an origin, with an example', (origin) => {
  const read = () => readContainerSettings({ SPILLWAY_WEBCONTAINER_ORIGIN: origin });
  expect(read).toThrow(UserError);
  expect(read).toThrow(/For example: SPILLWAY_WEBCONTAINER_ORIGIN=https:/);
});

test('a key is taken as it is', () => {
  const key = 'wc_api_someone_0a1b2c3d';
  expect(readContainerSettings({ SPILLWAY_WEBCONTAINER_KEY: key }).key).toBe(key);
});

test.each(['"wc_api_a"', 'wc api', 'wc_api_a\n', '</script>', 'x'.repeat(501)])('%j is refused as a key', (key) => {
  expect(() => readContainerSettings({ SPILLWAY_WEBCONTAINER_KEY: key })).toThrow('Copy it again');
});
