// A hop takes as many turns as the engine needs to tell of a rejection.
import { afterEach, expect, test } from 'vitest';
import { createHop } from './hop.ts';

/** Turns of a made-up engine that reports a rejection only after `late` of them. */
function createEngine(late: number) {
  let turns = 0;
  let due: number[] = [];
  let receive = (): void => {};
  const reject = Promise.reject;
  Promise.reject = (() => {
    due.push(turns + late);
    return Promise.resolve();
  }) as unknown as typeof reject;
  afterEach(() => {
    Promise.reject = reject;
  });
  return {
    async turn() {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
      const ready = due.filter((at) => at <= turns);
      due = due.filter((at) => at > turns);
      for (const _ of ready) receive();
    },
    onReport(given: () => void) {
      receive = given;
    },
    count: () => turns,
  };
}

test.each([1, 2, 3])('an engine that reports after %i turns gets hops of as many', async (late) => {
  const engine = createEngine(late);
  const hop = await createHop(engine.turn, engine.onReport);
  const before = engine.count();
  await hop();
  expect(engine.count() - before).toBe(late);
});

test('an engine that never reports gets the shortest hop', async () => {
  const engine = createEngine(Infinity);
  const hop = await createHop(engine.turn, engine.onReport);
  const before = engine.count();
  await hop();
  expect(engine.count() - before).toBe(1);
});
