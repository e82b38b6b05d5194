// What is missing for a container is known before anybody is asked, and the host's answer is told from our own refusal.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { pageEnvironment } from './environment.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal('Worker', class {});
  vi.stubGlobal('document', new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a page', () => {
  test('that has all of it lacks nothing', () => {
    expect(pageEnvironment.missing()).toBeNull();
    expect(pageEnvironment.isOnline()).toBe(true);
  });

  test.each([
    ['navigator', { onLine: false }, 'offline'],
    ['crossOriginIsolated', false, 'not-isolated'],
    ['SharedArrayBuffer', undefined, 'unsupported-browser'],
    ['WebAssembly', undefined, 'unsupported-browser'],
    ['Worker', undefined, 'unsupported-browser'],
  ])('whose %s is %j: %s', (name, value, trouble) => {
    vi.stubGlobal(name, value);
    expect(pageEnvironment.missing()).toMatchObject({ trouble });
  });
});

describe('the host', () => {
  const address = 'https://host.example/headless?coep=require-corp';
  /** As browsers do it: the rejection, and then the event. */
  function violate(effectiveDirective: string, blockedURI: string): void {
    setTimeout(() => {
      document.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), { effectiveDirective, blockedURI }));
    });
  }

  async function ask(): Promise<string> {
    const answer = pageEnvironment.ask(address);
    await vi.runAllTimersAsync();
    return await answer;
  }

  test('answers when anything comes that an isolated page may use', async () => {
    const fetch = vi.fn(async () => new Response());
    vi.stubGlobal('fetch', fetch);
    expect(await ask()).toBe('answers');
    expect(fetch).toHaveBeenCalledWith(address, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' });
  });

  test('refuses when nothing comes', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(await ask()).toBe('refuses');
  });

  test('is unknown when it was this site that did not let us ask', async () => {
    vi.stubGlobal('fetch', () => {
      violate('connect-src', address);
      return Promise.reject(new TypeError('Failed to fetch'));
    });
    expect(await ask()).toBe('unknown');
  });

  test('refuses also when this site did not let somebody else ask something else', async () => {
    vi.stubGlobal('fetch', () => {
      violate('connect-src', 'https://other.example/');
      return Promise.reject(new TypeError('Failed to fetch'));
    });
    expect(await ask()).toBe('refuses');
  });

  test('is heard by the messages of its frame, and by no other', () => {
    vi.stubGlobal('window', new EventTarget());
    const hear = vi.fn();
    const unhear = pageEnvironment.onMessageFrom('https://host.example', hear);
    const send = (origin: string) => window.dispatchEvent(Object.assign(new Event('message'), { origin }));
    send('https://host.example');
    send('https://other.example');
    unhear();
    send('https://host.example');
    expect(hear).toHaveBeenCalledTimes(1);
  });

  test('is told when this site keeps its frame out, as long as one listens', async () => {
    const hear = vi.fn();
    const unhear = pageEnvironment.onFrameRefused('https://host.example', hear);
    violate('frame-src', 'https://host.example');
    violate('img-src', 'https://host.example');
    await vi.runAllTimersAsync();
    unhear();
    violate('frame-src', 'https://host.example');
    await vi.runAllTimersAsync();
    expect(hear).toHaveBeenCalledTimes(1);
  });
});
