import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preview } from 'astro';
import { expect, test } from 'vitest';
import { headersFor } from '../headers.mjs';

test('astro preview sends the headers of the table', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-preview-'));
  for (const page of ['', 'node/exercises/a/', 'lab/']) {
    mkdirSync(join(folder, page), { recursive: true });
    writeFileSync(join(folder, page, 'index.html'), '<title>page</title>');
  }
  const server = await preview({ outDir: folder, logLevel: 'silent', server: { host: '127.0.0.1', port: 0 } });
  try {
    for (const path of ['/', '/node/exercises/a/', '/lab/']) {
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
      expect(response.status).toBe(200);
      const wanted = Object.entries(headersFor(path)).map(([name, value]) => [name.toLowerCase(), value]);
      expect(Object.fromEntries(response.headers)).toMatchObject(Object.fromEntries(wanted) as object);
      expect(response.headers.has('cross-origin-opener-policy')).toBe(path.startsWith('/node/'));
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
