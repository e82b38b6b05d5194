// How each host reads its file: just enough of its documented rules to tell the headers of an address.

export type Headers = Record<string, string>;
export type Reader = (text: string, address: string) => Headers;

/** An address that two parts of a file speak of would have headers that depend on the host's order of applying them. */
export class Ambiguous extends Error {}

const escaped = (text: string): string => text.replace(/[.+^${}()|[\]\\?]/g, '\\$&');

/**
 * Netlify and Cloudflare Pages: all rules that match are applied. A header that several set is sent with all their
 * values, joined by commas.
 */
const headersFileReader =
  (patternOf: (path: string) => RegExp): Reader =>
  (text, address) => {
    const found: Headers = {};
    let isMatch = false;
    for (const line of text.split('\n')) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      if (!/^\s/.test(line)) {
        isMatch = patternOf(line).test(address);
        continue;
      }
      const [, name, value] = /^\s+([\w-]+): (.+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`This line is no header: ${line}`);
      if (line.length > 2_000) throw new Error(`Cloudflare Pages takes 2,000 characters a line: ${line}`);
      if (isMatch) found[name] = name in found ? `${found[name]}, ${value}` : value;
    }
    return found;
  };

export const cloudflare = headersFileReader((path) => new RegExp(`^${escaped(path).replace('*', '.*')}$`));

/** The slash before the star may be missing, and so may the last: `/lab/*` matches `/lab`, and `/labels` as well. */
export const netlify = headersFileReader((path) => {
  const [, start = '', rest = ''] = /^(.*?)\/?(\*?)$/.exec(path) ?? [];
  return new RegExp(`^${escaped(start)}/?${rest === '*' ? '(.*)/?' : ''}$`, 'iu');
});

/**
 * Vercel: a source is a pattern of path-to-regexp, in which a group in parentheses is a regular expression and all else
 * stands for itself. All that match are applied.
 */
export const vercel: Reader = (text, address) => {
  const { headers } = JSON.parse(text) as { headers: { source: string; headers: { key: string; value: string }[] }[] };
  const fitting = headers.filter(({ source }) => {
    const [, fixed = '', group = ''] = /^([\w/.-]*)(\(.*\))?$/.exec(source) ?? [];
    if (`${fixed}${group}` !== source) throw new Error(`This reader does not know such a source: ${source}`);
    return new RegExp(`^${escaped(fixed)}${group}$`, 'i').test(address);
  });
  if (fitting.length > 1) throw new Ambiguous(fitting.map(({ source }) => source).join(' and '));
  return Object.fromEntries(fitting[0]?.headers.map(({ key, value }) => [key, value]) ?? []);
};

/** The blocks of a file in braces, such as `location /a/ { … }`: what stands before the brace, and the lines in it. */
function blocksOf(text: string, opening: RegExp): { title: string; lines: string[] }[] {
  const found: { title: string; lines: string[] }[] = [];
  let current: { title: string; lines: string[] } | null = null;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '}') current = null;
    else if (line.endsWith('{')) {
      current = { title: line.slice(0, -1).trim(), lines: [] };
      if (opening.test(line)) found.push(current);
    } else current?.lines.push(line);
  }
  return found;
}

const settingsOf = (lines: readonly string[], form: RegExp): Headers =>
  Object.fromEntries(
    lines.map((line): [string, string] => {
      const [, name, value] = form.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new Error(`This line sets no header: ${line}`);
      return [name, value];
    }),
  );

/** nginx: an exact location, else the longest prefix. What it adds takes the place of all that is added around it. */
export const nginx: Reader = (text, address) => {
  const locations = blocksOf(text, /^location /).map(({ title, lines }) => ({
    place: title.replace(/^location (?:= )?/, ''),
    isExact: title.startsWith('location = '),
    lines,
  }));
  const [best] = locations
    .filter(({ place, isExact }) => (isExact ? address === place : address.startsWith(place)))
    .toSorted((a, b) => Number(b.isExact) - Number(a.isExact) || b.place.length - a.place.length);
  return settingsOf(best?.lines ?? [], /^add_header ([\w-]+) "([^"]*)" always;$/);
};

/** Caddy: every `header` whose matcher fits is applied; in a matcher, `path` and `not path` must both hold. */
export const caddy: Reader = (text, address) => {
  const isIn = (paths: string): boolean =>
    paths.split(' ').some((path) => new RegExp(`^${escaped(path).replace(/\*$/, '.*')}$`, 'i').test(address));
  const matchers = new Map(blocksOf(text, /^@/).map(({ title, lines }) => [title, lines]));
  const fitting = blocksOf(text, /^header @/).filter(({ title }) =>
    matchers
      .get(title.replace('header ', ''))
      ?.every((line) => (line.startsWith('not path ') ? !isIn(line.slice(9)) : isIn(line.slice(5)))),
  );
  if (fitting.length > 1) throw new Ambiguous(fitting.map(({ title }) => title).join(' and '));
  return settingsOf(fitting[0]?.lines ?? [], /^([\w-]+) "([^"]*)"$/);
};
