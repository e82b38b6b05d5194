// Modules of Node.js in the browser: fetched when a program asks for them, and what they do there is what they do in Node.js.
import type { Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gradeInNode } from '#graders/hosts/node.ts';
import { providedProgram } from '#graders/hosts/provided-cases.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import type { SessionEvent } from '#graders/hosts/session.ts';
import type { SourceFiles } from '#graders/hosts/compile.ts';
import { bundleProvided } from '../../scripts/provided-modules.mjs';
import { openEngineSite, type EngineSite } from './engine-site.ts';

let site: EngineSite;
let page: Page;
const asked: string[] = [];
beforeAll(async () => {
  site = await openEngineSite();
  page = await site.open();
  page.on('request', (request: Request) => asked.push(new URL(request.url()).pathname));
  await page.evaluate(() => window.harness.boot());
});
afterAll(() => site.close());

const once = { scenario: 'calm', seeds: [7] };
const linesOf = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => (event.kind === 'console' ? event.lines.map(({ atMs, text }) => `${atMs} ${text}`) : []));
const modulesAsked = () => asked.filter((path) => path.startsWith('/sandbox/modules/')).length;

async function run(files: SourceFiles) {
  const request = { exercise: trialExercise, files, entry: 'solution.ts', ...once };
  const { verdict, events } = await page.evaluate((whole) => window.harness.run(whole), request);
  return { verdict, lines: linesOf(events.map(({ event }) => event)) };
}

test('the page asks for them once, and only for a program that does', async () => {
  await run({ 'solution.ts': `const events = 'events'; export default async function run() { console.log(events); }` });
  expect(modulesAsked()).toBe(0);
  const program = {
    'solution.ts': `import { once } from 'events'; export default async function run() { console.log(once.name); }`,
  };
  expect((await run(program)).lines).toEqual(['0 once']);
  await run(program);
  expect(modulesAsked()).toBe(1);
});

test('when they do not load, the run says so and is no grade; the next one asks again', async () => {
  const fresh = await site.open();
  await fresh.route('**/sandbox/modules/*', (route) => route.fulfill({ status: 404 }), { times: 1 });
  const files = { 'solution.ts': `import 'events'; export default async function run() { console.log('well'); }` };
  const request = { exercise: trialExercise, files, entry: 'solution.ts', ...once };
  const first = await fresh.evaluate((whole) => window.harness.run(whole), request);
  expect(first.verdict?.failure?.kind).toBe('engine');
  expect(first.verdict?.failure?.message).toContain('did not load: answer 404');
  const second = await fresh.evaluate((whole) => window.harness.run(whole), request);
  expect(linesOf(second.events.map(({ event }) => event))).toEqual(['0 well']);
  await fresh.context().close();
});

test('operations on streams, events, timers and bytes: the same log at the same times as in Node.js', async () => {
  const events: SessionEvent[] = [];
  const here = await gradeInNode(trialExercise, providedProgram, {
    ...once,
    provided: bundleProvided,
    onEvent: (event) => events.push(event),
  });
  const there = await run(providedProgram);
  expect(here.failure).toBeNull();
  expect(there.verdict?.failure).toBeNull();
  expect(there.lines.length).toBeGreaterThan(400);
  expect(there.lines).toEqual(linesOf(events));
});

test('an error that no stream’s listener hears ends the run, with the learner’s line', async () => {
  const program = {
    'solution.ts': `import { Readable } from 'node:stream';
export default async function run() {
  const r = new Readable({ read() {} });
  r.destroy(
    new Error('unheard'));
  await new Promise((resolve) => setTimeout(resolve, 5));
}`,
  };
  const { verdict } = await run(program);
  expect(verdict?.failure).toMatchObject({ kind: 'threw', file: 'solution.ts', line: 5, stack: ['solution.ts:5'] });
});
