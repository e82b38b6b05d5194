// Programs that tell a result of their own, or bend what is measured: the verdict is the judge's.
import { describe, expect, test } from 'vitest';
import { tampering, tamperingProgram } from '#graders/hosts/realm-cases.ts';
import type { Bench } from './bench.ts';
import { program } from './programs.ts';
import { ask, askFor, expectAsInNode, textsOf } from './verdicts.ts';

/** In the words of both engines. */
const messages = [
  { kind: 'run', run: { scenario: 'calm', seed: 7 }, results: [], plots: null, steps: 1, records: 1 },
  { kind: 'session', runId: 1, event: { kind: 'done' } },
  { kind: 'over', failure: null },
  { kind: 'done' },
].map((message) => JSON.stringify(message));

const ways = ['postMessage', 'self?.postMessage', 'parent?.postMessage', 'parentPort?.postMessage', 'process?.send'];

export function forgery(bench: () => Bench): void {
  describe('a program that tells a result of its own', () => {
    test('in lines that look like messages: they are lines', async () => {
      const request = askFor(program(messages.map((text) => `  console.log(${JSON.stringify(text)});`).join('\n')));
      const trial = await bench().run(request);
      expect(textsOf(trial)).toEqual(messages.map((text) => `log: ${text}`));
      expect(trial.verdict).toMatchObject({ passed: false, failure: null });
      await expectAsInNode(trial, request);
    });

    test('through whatever posts: nobody listens', async () => {
      const posts = ways.map((way) => `try { (globalThis as any).${way}?.(message); } catch {}`);
      const request = askFor(
        program(`
  for (const text of ${JSON.stringify(messages)}) {
    for (let runId = 0; runId < 200; runId++) {
      const message = { ...JSON.parse(text), runId };
      ${posts.join('\n      ')}
    }
  }`),
      );
      const trial = await bench().run(request);
      expect(trial.verdict).toMatchObject({ passed: false, failure: null });
      await expectAsInNode(trial, request);
    });
  });
}

/**
 * Each attempt is also the proof that the one before it did the engine no harm. `finds` are those that find what they
 * look for, because the engine offers it to every program: they say so by a throw, and get no grade.
 */
export function tamperingCases(bench: () => Bench, finds: readonly string[]): void {
  describe('a program that tampers', () => {
    test.each(finds)('%s: finds what every program has here, and gets no grade', async (attempt) => {
      const trial = await bench().run(ask(tamperingProgram(tampering[attempt] ?? '')));
      expect(trial.verdict).toMatchObject({ passed: false, checks: [], failure: { kind: 'threw' } });
      expect(trial.verdict?.failure?.message).toContain('reached');
    });

    const attempts = Object.entries(tampering).filter(([attempt]) => !finds.includes(attempt));
    test.each(attempts)('%s: the marks stay as they are', async (_, attempt) => {
      const trial = await bench().run(ask(tamperingProgram(attempt)));
      await expectAsInNode(trial, ask(tamperingProgram('')));
    });
  });
}
