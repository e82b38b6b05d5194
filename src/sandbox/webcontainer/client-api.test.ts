// The client that is installed offers what we use of it, and hears of its host by the global that it reads.
import { expect, test, vi } from 'vitest';
import { loadClientApi, stackBlitzOrigin } from './client-api.ts';

test('the installed client reads the host from the global, and its own is StackBlitz’s', async () => {
  vi.stubGlobal('window', globalThis);
  const { iframeSettings } = (await import(
    '../../../node_modules/@webcontainer/api/dist/internal/iframe-url.js' as string
  )) as { iframeSettings: { url: URL } };
  await loadClientApi(stackBlitzOrigin);
  expect(globalThis.WEBCONTAINER_API_IFRAME_URL).toBeUndefined();
  const api = await loadClientApi('https://node.example.org');
  expect(iframeSettings.url.origin).toBe('https://node.example.org');
  api.configureAPIKey('wc_api_1');
  expect(iframeSettings.url.searchParams.get('client_id')).toBe('wc_api_1');
  expect(iframeSettings.url.pathname).toBe('/headless');
  vi.unstubAllGlobals();
  globalThis.WEBCONTAINER_API_IFRAME_URL = undefined;
});
