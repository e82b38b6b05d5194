// A small static server for dist/: right types, headers from headers.mjs, compression, nothing outside its folder.
import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { headerRules, headersFor } from '../headers.mjs';
import { isMain, UserError } from './report.mjs';
import { root as projectRoot } from './setup.mjs';

/** @type {Record<string, string>} */
const contentTypes = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ts': 'text/plain; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml; charset=utf-8',
  '.yaml': 'application/yaml; charset=utf-8',
};
const compressible = /^(?:text\/|application\/(?:json|xml|wasm|yaml|manifest\+json)|image\/svg|font\/ttf)/;
const smallestCompressedBytes = 1024;

const compressors = {
  br: (/** @type {Buffer} */ body) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
  gzip: (/** @type {Buffer} */ body) => promisify(gzip)(body),
};

/** @typedef {{ path: string, size: number, mtimeMs: number }} Found */

/**
 * The safe path of a request inside the site, or null when it must be refused.
 * @param {string} url the request line's target
 */
function sitePath(url) {
  let pathname;
  try {
    pathname = decodeURIComponent(url.replace(/[?#].*$/s, ''));
  } catch {
    return null;
  }
  if (!pathname.startsWith('/') || /[\0\\]/.test(pathname)) return null;
  const parts = pathname.split('/');
  const hidden = parts.some((part) => part.startsWith('.') && part !== '.well-known');
  return hidden ? null : pathname.replace(/\/{2,}/g, '/');
}

/** @param {string} path @returns {Promise<Found | 'directory' | null>} */
async function find(path) {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return 'directory';
    return found.isFile() && !path.endsWith(sep) ? { path, size: found.size, mtimeMs: found.mtimeMs } : null;
  } catch {
    return null;
  }
}

/** The encoding to answer with, from an Accept-Encoding header. @param {string} accepted @returns {'br' | 'gzip' | null} */
function chooseEncoding(accepted) {
  const offers = new Set(
    accepted
      .split(',')
      .filter((offer) => !/;\s*q=0(?:\.0*)?\s*$/i.test(offer))
      .map((offer) => (offer.split(';')[0] ?? '').trim().toLowerCase()),
  );
  return offers.has('br') ? 'br' : offers.has('gzip') ? 'gzip' : null;
}

/**
 * A server for the folder `root`; it does not listen yet. Compressed bodies are kept in memory until a file changes.
 * @param {{ root: string, containerOrigin?: string }} options the origin is the environment's unless given
 */
export function createStaticServer({ root, ...options }) {
  const rules = headerRules(options);
  /** @type {Map<string, { etag: string, body: Promise<Buffer> }>} */
  const compressed = new Map();

  /** @param {Found} file @param {string} etag @param {'br' | 'gzip'} encoding */
  function compressedBody(file, etag, encoding) {
    const key = `${encoding} ${file.path}`;
    const kept = compressed.get(key);
    if (kept?.etag === etag) return kept.body;
    const body = readFile(file.path).then(compressors[encoding]);
    body.catch(() => compressed.delete(key));
    compressed.set(key, { etag, body });
    return body;
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   * @param {number} status
   * @param {Found} file
   */
  async function sendFile(request, response, status, file) {
    const type = contentTypes[extname(file.path).toLowerCase()] ?? 'application/octet-stream';
    const etag = `W/"${file.size.toString(36)}-${Math.round(file.mtimeMs).toString(36)}"`;
    const canCompress = compressible.test(type) && file.size >= smallestCompressedBytes;
    response.setHeader('Content-Type', type);
    if (canCompress) response.setHeader('Vary', 'Accept-Encoding');
    if (status === 200) {
      response.setHeader('ETag', etag);
      const seen = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
      if (seen.includes(etag) || seen.includes('*')) {
        response.writeHead(304).end();
        return;
      }
    }
    const encoding = canCompress ? chooseEncoding(String(request.headers['accept-encoding'] ?? '')) : null;
    const body = encoding ? await compressedBody(file, etag, encoding) : await readFile(file.path);
    if (encoding) response.setHeader('Content-Encoding', encoding);
    response.setHeader('Content-Length', body.length);
    response.writeHead(status).end(request.method === 'HEAD' ? undefined : body);
  }

  /**
   * @param {import('node:http').ServerResponse} response
   * @param {number} status
   * @param {string} text
   */
  function sendText(response, status, text) {
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    response.writeHead(status).end(`${text}\n`);
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async function answer(request, response) {
    const pathname = sitePath(request.url ?? '/');
    const headers = headersFor(pathname ?? '/', rules);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      sendText(response, 405, 'This server only answers GET and HEAD.');
      return;
    }
    if (pathname === '/healthz') return sendText(response, 200, 'ok');
    if (pathname === '/readyz') {
      const ready = await find(join(root, 'index.html'));
      return ready
        ? sendText(response, 200, 'ready')
        : sendText(response, 503, 'The site is not built. Run: npm run build');
    }
    let found = pathname === null ? null : await find(join(root, pathname));
    if (found === 'directory' && pathname !== null) {
      const index = await find(join(root, pathname, 'index.html'));
      if (index && !pathname.endsWith('/')) {
        response.setHeader('Location', `${encodeURI(pathname)}/${/\?.*$/s.exec(request.url ?? '')?.[0] ?? ''}`);
        return sendText(response, 308, 'This page has an address that ends in a slash.');
      }
      found = index;
    }
    if (found && found !== 'directory') return sendFile(request, response, 200, found);
    // What is sent instead is a page, wherever it was looked for.
    for (const name of Object.keys(headers)) response.removeHeader(name);
    for (const [name, value] of Object.entries(headersFor('/404.html', rules))) response.setHeader(name, value);
    const page = await find(join(root, '404.html'));
    if (page && page !== 'directory') return sendFile(request, response, 404, page);
    return sendText(response, 404, 'There is no page at this address.');
  }

  return createServer((request, response) => {
    answer(request, response).catch((error) => {
      process.stderr.write(`${request.method} ${request.url}: ${error.stack}\n`);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, 'Something went wrong on the server; its log says what.');
    });
  });
}

/**
 * Where to listen, from HOST and PORT.
 * @param {Record<string, string | undefined>} env
 */
export function readAddress(env) {
  const host = env['HOST'] || '127.0.0.1';
  const text = env['PORT'] || '4321';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new UserError(`PORT is "${text}", but a port is a number from 0 to 65535. For example: PORT=4321 npm start`);
  }
  return { host, port };
}

/**
 * Listens, or throws with a message that says what to do. Resolves to the address for a browser.
 * @param {import('node:net').Server} server
 * @param {{ host: string, port: number }} address
 * @returns {Promise<string>}
 */
export async function listen(server, { host, port }) {
  try {
    await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve(null)));
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const other = port < 65_535 ? port + 1 : 4321;
    if (code === 'EADDRINUSE') {
      throw new UserError(
        `Port ${port} on ${host} is in use. Stop the program that has it, or choose another port: PORT=${other} npm start`,
        { cause: error },
      );
    }
    if (code === 'EACCES') {
      throw new UserError(
        `This account may not open port ${port}. Choose one above 1023, for example: PORT=4321 npm start`,
        { cause: error },
      );
    }
    throw new UserError(
      `HOST "${host}" is not an address of this machine (${message}). For example: HOST=127.0.0.1 npm start`,
      { cause: error },
    );
  }
  const bound = /** @type {import('node:net').AddressInfo} */ (server.address());
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${bound.port}/`;
}

/** Throws now if `listen` would throw later. @param {{ host: string, port: number }} address */
export async function checkAddress(address) {
  const probe = createServer();
  await listen(probe, address);
  await new Promise((resolve) => probe.close(resolve));
}

/** Serves dist/ until the process is told to stop. */
async function main() {
  const server = createStaticServer({ root: join(projectRoot, 'dist') });
  const url = await listen(server, readAddress(process.env));
  process.stdout.write(`Spillway is ready at ${url} (Ctrl-C stops it)\n`);
  const stop = () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 1000).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
  // Started by start.mjs: end with it.
  process.on('disconnect', stop);
}

if (isMain(import.meta.url)) await UserError.guard(main);
