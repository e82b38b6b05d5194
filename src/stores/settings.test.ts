import { expect, test } from 'vitest';
import { createSettings, defaultSettings } from './settings.ts';

function storage(initial?: string) {
  let text = initial ?? null;
  return { getItem: () => text, setItem: (_: string, next: string) => void (text = next) };
}

test('a choice is remembered, and numbers stay in their range', () => {
  const kept = storage();
  createSettings(kept).set({ briefPercent: 90, tabMovesFocus: true });
  expect(createSettings(kept).$settings.get()).toEqual({
    ...defaultSettings,
    briefPercent: 45,
    tabMovesFocus: true,
  });
});

test('the embedded engine is the default, and Full Node is remembered once it was chosen', () => {
  const kept = storage();
  const settings = createSettings(kept);
  expect(settings.$settings.get().engine).toBe('embedded');
  settings.set({ engine: 'node' });
  expect(createSettings(kept).$settings.get().engine).toBe('node');
});

test.each(['not json', 'null', '7', '{"briefPercent":"wide","screenReader":"loud","engine":"deno","other":1}'])(
  'stored text that does not fit (%s) gives the defaults',
  (text) => {
    expect(createSettings(storage(text)).$settings.get()).toEqual(defaultSettings);
  },
);

test('a browser that refuses storage keeps choices until the page is left', () => {
  const refusing = {
    getItem: () => {
      throw new DOMException('No.', 'SecurityError');
    },
    setItem: () => {
      throw new DOMException('No.', 'QuotaExceededError');
    },
  };
  for (const settings of [createSettings(refusing), createSettings(null)]) {
    settings.set({ editorFontPx: 16 });
    expect(settings.$settings.get().editorFontPx).toBe(16);
  }
});
