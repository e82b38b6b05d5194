// Each run finds a fresh world: no file, no state and no exercise of an earlier one.
import { describe, expect, test } from 'vitest';
import type { Exercise } from '#graders/exercise.ts';
import { trialExercise } from '#graders/hosts/realm-cases.ts';
import type { Bench } from './bench.ts';
import { good, goodLoop, program } from './programs.ts';
import { ask, askFor, expectAsInNode, textsOf } from './verdicts.ts';

export function freshWorld(bench: () => Bench): void {
  describe('a fresh world', () => {
    test('a file of the program before is not there any more', async () => {
      const solution = `import { word } from './helper.ts';\nconsole.log(word);\n${good}`;
      for (const word of ['first', 'second']) {
        const files = { 'solution.ts': solution, 'helper.ts': `export const word = '${word}';` };
        expect(textsOf(await bench().run(ask(files)))).toEqual([`log: ${word}`]);
      }
      const trial = await bench().run(askFor(solution));
      expect(trial.verdict?.failure).toMatchObject({ kind: 'compile', file: 'solution.ts', line: 1 });
    });

    test('no state of a module survives, from run to run and from set to set', async () => {
      const counting = `let lives = 0;\n${program(`  lives++;\n  console.log(lives);${goodLoop}`)}`;
      const whole = { ...askFor(counting), scenario: undefined, seeds: undefined };
      for (let i = 0; i < 2; i++) {
        const trial = await bench().run(whole);
        // One line for each scenario of the seed that is shown.
        expect(textsOf(trial)).toEqual(['log: 1', 'log: 1']);
        await expectAsInNode(trial, whole);
      }
    });

    test('two exercises in turn get each its own verdict', async () => {
      const other: Exercise = {
        ...trialExercise,
        id: 'other-trial',
        version: 5,
        scenarios: trialExercise.scenarios.map((scenario) => ({ ...scenario, partitions: 2, recordBytes: 512 })),
      };
      for (const exercise of [trialExercise, other, trialExercise]) {
        const request = ask({ 'solution.ts': good }, exercise);
        const trial = await bench().run(request);
        expect(trial.verdict).toMatchObject({ exercise: exercise.id, version: exercise.version, passed: true });
        await expectAsInNode(trial, request);
      }
    });
  });
}
