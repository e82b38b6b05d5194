// Runs that are given up: each rejects with RunCancelled, and of none is anything told after that.
import { describe, expect, test } from 'vitest';
import type { Bench, BenchRun } from './bench.ts';
import type { Trial } from './harness.ts';
import { good, goodLoop, program } from './programs.ts';
import { askFor, expectAsInNode, textsOf } from './verdicts.ts';

async function expectCancelled(run: BenchRun | undefined): Promise<Trial | undefined> {
  const trial = await run?.trial();
  expect(trial).toMatchObject({ verdict: null, rejected: 'RunCancelled' });
  return trial;
}

export function cancellation(bench: () => Bench): void {
  const endless = askFor(program(`  console.log('old');\n  for (;;);`));

  describe('a run that is given up', () => {
    test('stopped while it is under way', async () => {
      const [run] = await bench().begin(endless);
      await run?.underWay();
      await run?.stop();
      const trial = await expectCancelled(run);
      expect(trial?.told).toEqual(['start calm 7']);
    });

    test('stopped at once', async () => {
      const [run] = await bench().begin(endless);
      await run?.stop();
      await expectCancelled(run);
    });

    test('stopped when it is over: its verdict stays', async () => {
      const [run] = await bench().begin(askFor(good));
      const trial = await run?.trial();
      await run?.stop();
      expect(await run?.trial()).toEqual(trial);
      expect(trial?.verdict?.passed).toBe(true);
    });

    test('replaced by a newer one, of which alone is told', async () => {
      const [older] = await bench().begin(endless);
      await older?.underWay();
      const request = askFor(program(`  console.log('new');${goodLoop}`));
      const newer = await bench().run(request);
      await expectCancelled(older);
      await expectAsInNode(newer, request);
      expect(textsOf(newer)).toEqual(['log: new']);
    });

    test('many in a row leave one verdict', async () => {
      const runs = await bench().begin(...Array.from({ length: 6 }, () => askFor(good)));
      const last = runs.pop();
      for (const run of runs) expect((await expectCancelled(run))?.told).toEqual([]);
      expect((await last?.trial())?.verdict?.passed).toBe(true);
    });
  });
}
