// The colours: the two dark blocks are one, and every text can be read on every ground that it stands on.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8').replace(/\/\*.*?\*\//gs, '');

/** The colours declared in the block that follows `selector`. */
function coloursOf(selector: string): Record<string, string> {
  const at = css.indexOf(selector);
  if (at < 0) throw new Error(`tokens.css has no block ${selector}`);
  const block = css.slice(css.indexOf('{', at) + 1, css.indexOf('}', at));
  return Object.fromEntries([...block.matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));
}

const light = coloursOf(':root {');
const dark = coloursOf(":root:not([data-theme='light']) {");
const chosenDark = coloursOf(":root[data-theme='dark'] {");

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test('the system’s dark and the chosen dark are the same', () => {
  expect(chosenDark).toEqual(dark);
  expect(Object.keys(dark).toSorted()).toEqual(Object.keys(light).toSorted());
});

const grounds = ['paper', 'surface', 'sunk', 'flow-soft', 'pressure-soft'];
for (const [theme, colours] of Object.entries({ light, dark })) {
  test(`text is at least 4.5 to 1 on every ground of the ${theme} theme`, () => {
    for (const text of ['ink', 'soft', 'flow', 'pressure', 'met', 'thin']) {
      for (const ground of grounds) {
        const ratio = contrast(colours[text] as string, colours[ground] as string);
        expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    expect(contrast(colours['on-flow'] as string, colours['flow'] as string)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours['on-flow'] as string, colours['flow-strong'] as string)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours['met'] as string, colours['met-soft'] as string)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours['thin'] as string, colours['thin-soft'] as string)).toBeGreaterThanOrEqual(4.5);
  });
  test(`the edge of a control is at least 3 to 1 on every ground of the ${theme} theme`, () => {
    for (const ground of grounds)
      expect(contrast(colours['edge'] as string, colours[ground] as string), ground).toBeGreaterThanOrEqual(3);
  });
}
