// The contract of an engine (src/sandbox/engine.ts), case by case, whatever the engine and the browser.
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FailureKind } from '#graders/verdict.ts';
import type { Bench } from './bench.ts';
import { cancellation } from './cancellation.ts';
import { forgery, tamperingCases } from './forgery.ts';
import { freshWorld } from './fresh-world.ts';
import { good, programCases } from './programs.ts';
import { runawayCases } from './runaways.ts';
import { ask, askFor, expectAsInNode, textsOf, verdictIn } from './verdicts.ts';

/** What this engine owes in this browser, where that is not the same everywhere. */
export interface Owed {
  /** Whether the page is cross-origin isolated. */
  readonly isIsolated: boolean;
  /** How memory that grows without end may come to its end: as a failure, never as a grade. */
  readonly memory: readonly FailureKind[];
  /** The same engine keeps the whole contract on another page of this browser: here without variants and long cases. */
  readonly isSecondPage?: true;
  /** Names of attempts at tampering that find what they look for, because it is no secret here. */
  readonly finds?: readonly string[];
}

/** A page that was held up for longer has not stayed alive; what is due in it, a slow machine does in less. */
const longestPauseMs = 1_500;

/** `open` makes the engine ready, once for all cases; `more` adds cases of its own. */
export function contractSuite(
  name: string,
  open: () => Promise<Bench>,
  owed: Owed,
  more?: (bench: () => Bench) => void,
): void {
  describe(name, () => {
    let opened: Bench;
    beforeAll(async () => {
      opened = await open();
    });
    const bench = () => opened;

    describe('before a good program', () => {
      // Whatever came before it: it finds the engine well, and nothing of an older run is told any more.
      afterEach(async () => {
        const trial = await bench().run(askFor(good));
        await expectAsInNode(trial, askFor(good));
        expect(trial.verdict?.passed).toBe(true);
        expect(trial.told).toEqual(['start calm 7', 'run calm 7', 'done']);
        expect(await bench().countLate()).toBe(0);
      });

      test(`the page is ${owed.isIsolated ? '' : 'not '}isolated`, () => {
        expect(bench().isIsolated).toBe(owed.isIsolated);
      });

      const programs = programCases.filter(({ isLong }) => !(isLong && owed.isSecondPage));
      test.each(programs)('$name', async ({ files, failure, lines, isWordedByEngine }) => {
        const trial = await bench().run(ask(files));
        if (failure === null) expect(trial.verdict?.failure).toBeNull();
        else {
          expect(trial.verdict?.failure).toMatchObject(failure);
          expect(trial.verdict).toMatchObject({ passed: false, checks: [] });
        }
        if (lines !== undefined) expect(textsOf(trial)).toEqual(lines);
        await expectAsInNode(trial, ask(files), isWordedByEngine);
      });

      const runaways = runawayCases(owed.memory).filter(({ isVariant }) => !(isVariant && owed.isSecondPage));
      test.each(runaways)('$name', async ({ source, kinds, printed }) => {
        const trial = await bench().run(askFor(source));
        const { failure, passed, checks } = verdictIn(trial);
        if (kinds === null) expect(failure).toBeNull();
        else {
          expect(kinds).toContain(failure?.kind);
          expect(failure).toMatchObject({ scenario: 'calm', seed: 7 });
          expect({ passed, checks }).toEqual({ passed: false, checks: [] });
        }
        if (printed !== undefined) expect(trial.lines.map(({ text }) => text)).toContain(printed);
        // What is shown is bounded, whatever is printed.
        expect(trial.lines.length).toBeLessThanOrEqual(1_000);
        expect(trial.longestPauseMs).toBeLessThan(longestPauseMs);
      });

      cancellation(bench);
      freshWorld(bench);
      forgery(bench);
      more?.(bench);
    });

    tamperingCases(bench, owed.finds ?? []);
  });
}
