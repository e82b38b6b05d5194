// A hop takes as many turns as the engine needs to tell of a rejection, by the first way that manages it.
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
  let others = 0;
  return {
    async turn() {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
      const ready = due.filter((at) => at <= turns);
      due = due.filter((at) => at > turns);
      for (const _ of ready) receive();
    },
    /** A way that overtakes every report. */
    async other() {
      await new Promise((resolve) => setImmediate(resolve));
      others++;
    },
    onReport(given: () => void) {
      receive = given;
    },
    count: () => turns,
    countOthers: () => others,
  };
}

test.each([1, 2, 3])('an engine that reports after %i turns gets hops of as many', async (late) => {
  const engine = createEngine(late);
  const hop = await createHop([{ turn: engine.turn, most: 4 }], engine.onReport);
  const before = engine.count();
  await hop();
  expect(engine.count() - before).toBe(late);
});

test('a way that may take fewer turns than it needs is left for the next', async () => {
  const engine = createEngine(2);
  const ways = [
    { turn: () => engine.turn(), most: 1 },
    { turn: engine.other, most: 4 },
    { turn: () => engine.turn(), most: 4 },
  ];
  const hop = await createHop(ways, engine.onReport);
  const before = [engine.count(), engine.countOthers()];
  await hop();
  expect([engine.count(), engine.countOthers()]).toEqual([(before[0] ?? 0) + 2, before[1]]);
});

test('an engine that never reports gets the shortest hop of the last way', async () => {
  const engine = createEngine(Infinity);
  const ways = [
    { turn: engine.other, most: 1 },
    { turn: engine.turn, most: 4 },
  ];
  const hop = await createHop(ways, engine.onReport);
  const before = engine.count();
  await hop();
  expect(engine.count() - before).toBe(1);
});
