// `npm run hosting`: writes hosting/, the header table in the words of the usual hosts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { headerRules, matches, siteAddresses } from '../headers.mjs';
import { isMain, UserError } from './report.mjs';
import { root } from './setup.mjs';

/**
 * @typedef {import('../headers.mjs').HeaderRule} HeaderRule
 *
 * A part of the site: each address lies in exactly one, and all of it has the same headers. `inner` are the paths of
 * the parts that lie in this one and do not belong to it.
 * @typedef {{ path: string, headers: Record<string, string>, inner: readonly string[] }} Region
 */

/** Whether all of the addresses of `inner` are in `outer`. @param {string} outer @param {string} inner */
const holds = (outer, inner) => outer === inner || (outer.endsWith('*') && matches(outer, inner));

/** @param {readonly HeaderRule[]} rules @returns {Region[]} */
export function regionsOf(rules) {
  const paths = [...new Set(rules.map(({ path }) => path))];
  return paths.map((path) => {
    const inside = paths.filter((other) => other !== path && holds(path, other));
    return {
      path,
      headers: Object.assign({}, ...rules.filter((rule) => holds(rule.path, path)).map(({ headers }) => headers)),
      inner: inside.filter((other) => !inside.some((outer) => outer !== other && holds(outer, other))),
    };
  });
}

const note = (/** @type {string} */ about) =>
  ['Written by `npm run hosting` from headers.mjs: change it there.', ...about.split('\n')].map((line) => `# ${line}`);

/**
 * Netlify and Cloudflare Pages. Rules that match are all applied, and a header that two of them have is sent with both
 * values: so the first rule has what every address has, and no two of the others match the same address.
 * @param {readonly HeaderRule[]} rules
 */
export function headersFile(rules) {
  const regions = regionsOf(rules);
  const first = /** @type {Region} */ (regions.find(({ path }) => path === '/*'));
  const shared = Object.entries(first.headers).filter(([name, value]) =>
    regions.every(({ headers }) => headers[name] === value),
  );
  const names = shared.map(([name]) => name);
  const blocks = siteAddresses.map((path) => {
    if (regions.some((region) => region.path !== path && holds(path, region.path)))
      throw new UserError(`Not all of ${path} has the same headers: name its parts in siteAddresses (headers.mjs).`);
    const holders = regions.filter((region) => holds(region.path, path));
    const { headers } = /** @type {Region} */ (holders.toSorted((a, b) => b.path.length - a.path.length)[0]);
    return { path, entries: Object.entries(headers).filter(([name]) => !names.includes(name)) };
  });
  return [
    ...note(
      'Netlify and Cloudflare Pages read it in the published folder; the build puts it there.\n' +
        'No header stands in two rules that match the same address: such a header would be sent with both values.\n' +
        'An address that leads nowhere has those of the first rule only.',
    ),
    ...[{ path: '/*', entries: shared }, ...blocks].flatMap(({ path, entries }) => [
      '',
      path,
      ...entries.map(([name, value]) => `  ${name}: ${value}`),
    ]),
    '',
  ].join('\n');
}

/** Vercel: sources that leave out what lies deeper, so that only one matches. @param {readonly Region[]} regions */
function vercelFile(regions) {
  const quoted = (/** @type {string} */ text) => text.replace(/[.+^${}()|[\]\\?]/g, '\\$&');
  const headers = regions.map(({ path, headers: own, inner }) => {
    const prefix = path.replace(/\*$/, '');
    const others = inner.map((other) => {
      const rest = other.slice(prefix.length);
      return rest.endsWith('*') ? quoted(rest.slice(0, -1)) : `${quoted(rest)}$`;
    });
    const butOthers = others.length > 0 ? `((?!${others.join('|')}).*)` : '(.*)';
    return {
      source: path === prefix ? path : prefix + butOthers,
      headers: Object.entries(own).map(([key, value]) => ({ key, value })),
    };
  });
  const settings = { buildCommand: 'npm run build', outputDirectory: 'dist', trailingSlash: true, headers };
  return `${JSON.stringify({ $schema: 'https://openapi.vercel.sh/vercel.json', ...settings }, null, 2)}\n`;
}

/**
 * nginx: the longest location wins, and one that adds headers inherits none: each has all of its own.
 * @param {readonly Region[]} regions
 */
function nginxFile(regions) {
  const locations = regions.flatMap(({ path, headers }) => [
    '',
    `    location ${path.endsWith('*') ? path.slice(0, -1) : `= ${path}`} {`,
    ...Object.entries(headers).map(([name, value]) => `        add_header ${name} "${value}" always;`),
    '    }',
  ]);
  return [
    ...note('A server for the http block of nginx. Set the name and the folder; isolation needs https, or localhost.'),
    'server {',
    '    listen 80;',
    '    server_name spillway.example;',
    '    root /srv/spillway/dist;',
    '    index index.html;',
    '    error_page 404 /404.html;',
    '    absolute_redirect off;',
    '    charset utf-8;',
    '    gzip on;',
    '    gzip_vary on;',
    '    gzip_types text/css text/javascript text/plain application/javascript application/json image/svg+xml;',
    ...locations,
    '}',
    '',
  ].join('\n');
}

/** Caddy: matchers that leave out what lies deeper, so that only one applies. @param {readonly Region[]} regions */
function caddyFile(regions) {
  const block = (/** @type {string} */ opening, /** @type {string[]} */ lines, depth = 1) =>
    [`${opening} {`, ...lines.map((line) => `\t${line}`), '}'].map((line) => '\t'.repeat(depth) + line);
  const setting = (/** @type {Record<string, string>} */ headers) =>
    Object.entries(headers).map(([name, value]) => `${name} "${value}"`);
  const parts = regions.flatMap(({ path, headers, inner }) => {
    const name =
      path === '/*'
        ? '@page'
        : `@${path
            .replaceAll(/[^a-z\d]+/gi, ' ')
            .trim()
            .replaceAll(' ', '-')}`;
    const lines = [`path ${path}`, ...(inner.length > 0 ? [`not path ${inner.join(' ')}`] : [])];
    return ['', ...block(name, lines), ...block(`header ${name}`, setting(headers))];
  });
  const page = /** @type {Region} */ (regions.find(({ path }) => path === '/*')).headers;
  const elsewhere = new Set(regions.flatMap(({ headers }) => Object.keys(headers)).filter((name) => !(name in page)));
  return [
    ...note('Set the name and the folder. Caddy gets a certificate for the name; isolation needs https, or localhost.'),
    'spillway.example {',
    '\troot * /srv/spillway/dist',
    '\tencode zstd gzip',
    '\tfile_server',
    ...parts,
    '',
    '\t# What is sent for an address that leads nowhere is a page, wherever it was looked for.',
    ...block('handle_errors', [
      'rewrite * /404.html',
      'file_server',
      ...block('header', [...setting(page), ...[...elsewhere].map((name) => `-${name}`)], 0),
    ]),
    '}',
    '',
  ].join('\n');
}

/** The files of hosting/ by name. @param {readonly HeaderRule[]} rules @returns {Record<string, string>} */
export function hostingFiles(rules) {
  const regions = regionsOf(rules);
  return {
    _headers: headersFile(rules),
    'vercel.json': vercelFile(regions),
    'nginx.conf': nginxFile(regions),
    Caddyfile: caddyFile(regions),
  };
}

if (isMain(import.meta.url)) {
  await UserError.guard(async () => {
    const files = hostingFiles(headerRules());
    mkdirSync(join(root, 'hosting'), { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'hosting', name), text);
    process.stdout.write(`Written to hosting/: ${Object.keys(files).join(', ')}\n`);
  });
}
