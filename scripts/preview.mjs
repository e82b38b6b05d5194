// What `astro preview` starts: the site's own server, since Astro's sends the same headers with everything.
import { fileURLToPath } from 'node:url';
import { UserError } from './report.mjs';
import { createStaticServer, listen } from './serve.mjs';

/** @type {import('astro').CreatePreviewServer} */
export default async function preview({ outDir, host = '0.0.0.0', port }) {
  const server = createStaticServer({ root: fileURLToPath(outDir) });
  let url = '';
  await UserError.guard(async () => {
    url = await listen(server, { host, port });
  });
  process.stdout.write(`Spillway is ready at ${url} (Ctrl-C stops it)\n`);
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => server.once('close', resolve));
  return {
    host,
    port: Number(new URL(url).port),
    closed: () => ended,
    stop() {
      server.close();
      server.closeAllConnections();
      return ended;
    },
  };
}
