// WebKitGTK's MiniBrowser on a display of its own, spoken to through WebDriver's HTTP.
import { createServer, type AddressInfo } from 'node:net';
import type { WebKit } from '../../../scripts/browser.mjs';
import { poll, type BrowserDriver } from './driver.ts';
import { startProcess, type StartedProcess } from './processes.ts';

const answerMs = 40_000;

export async function startWebKit({ driver, browser, display }: WebKit): Promise<BrowserDriver> {
  const started: StartedProcess[] = [];
  async function end(): Promise<void> {
    // The last first: a browser whose display has gone prints its complaints.
    for (const process of started.toReversed()) await process.end();
  }
  try {
    const screen = startProcess(display, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      extra: true,
    });
    started.push(screen);
    const [, number] = await screen.find(/^(\d+)\n/m);
    const port = await freePort();
    const env: Record<string, string> = { DISPLAY: `:${number}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' };
    // Its sandbox needs user namespaces, which root in a container often lacks.
    if (process.getuid?.() === 0) env['WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS'] = '1';
    const server = startProcess(driver, [`--port=${port}`, '--host=127.0.0.1'], { env });
    started.push(server);

    async function command(method: string, path: string, body?: object): Promise<unknown> {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(answerMs),
      }).catch((cause: unknown) => {
        throw new Error(`WebKit did not answer ${method} ${path}. It printed:\n${server.output}`, { cause });
      });
      const { value } = (await response.json()) as { value: unknown };
      if (!response.ok) throw new Error(`WebKit answered ${method} ${path}: ${JSON.stringify(value)}`);
      return value;
    }
    await poll(() => command('GET', '/status').then(() => true, () => false), 'Starting WebKitWebDriver', 20_000); // prettier-ignore
    const { sessionId, capabilities } = (await command('POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } },
    })) as { sessionId: string; capabilities: { browserVersion: string } };
    const session = `/session/${sessionId}`;

    return {
      name: `WebKitGTK ${capabilities.browserVersion}`,
      async open(url) {
        await command('POST', `${session}/url`, { url });
        return {
          evaluate: async (expression) =>
            String(await command('POST', `${session}/execute/sync`, { script: `return ${expression};`, args: [] })),
        };
      },
      close: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
