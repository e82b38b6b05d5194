import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Channel } from '../channel.ts';
import { createDatabase, type Database } from '../database/database.ts';
import type { Happening, LogEntry } from './event.ts';
import { ImportError } from './file.ts';
import { exerciseStanding, hintsTaken, lessonsRead } from './folds.ts';
import { createProgress, type Progress } from './progress.ts';

const inMemory = () => createDatabase({ name: 'test', isAvailable: false, openWithinMs: 10 });

/** Channels between tabs that deliver at once. */
function hub<T>(): () => Channel<T> {
  const hearers = new Set<(message: T) => void>();
  return () => {
    let own: ((message: T) => void) | null = null;
    return {
      send: (message) => hearers.forEach((hear) => hear !== own && hear(structuredClone(message))),
      listen(hear) {
        own = hear;
        hearers.add(hear);
        return () => hearers.delete(hear);
      },
    };
  };
}

let lastId = 0;
function open(database: Database = inMemory(), channel = hub<readonly LogEntry[]>()()): Progress {
  let ms = 1_000;
  return createProgress({ database, channel, now: () => ms++, newId: () => `id-${++lastId}` });
}

const run: Happening = {
  kind: 'run',
  exercise: 'cap-intake',
  version: 1,
  outcome: 'ran',
  passed: false,
  met: 5,
  total: 12,
  assisted: false,
};

test('an event is in the log at once and found by the next page', async () => {
  const database = inMemory();
  const progress = open(database);
  progress.record({ kind: 'lesson-read', lesson: 'pull-and-push' });
  expect(progress.$events.get()).toHaveLength(1);
  await progress.isLoaded;

  const next = open(database);
  next.record(run);
  await next.isLoaded;
  expect(next.$events.get().map(({ kind }) => kind)).toEqual(['lesson-read', 'run']);
});

test('another tab sees what is recorded here, once', async () => {
  const connect = hub<readonly LogEntry[]>();
  const database = inMemory();
  const here = open(database, connect());
  const there = open(database, connect());
  here.record(run);
  await vi.waitFor(() => expect(there.$events.get()).toHaveLength(1));
  await there.isLoaded;
  expect(there.$events.get()).toEqual(here.$events.get());
});

const log = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z]{1,4}$/),
    at: fc.integer({ min: 0, max: 20 }),
    kind: fc.constantFrom('exercise-opened', 'from-the-future'),
    exercise: fc.constant('e'),
    version: fc.constant(1),
  }),
  { selector: ({ id }) => id },
);

test('joining logs is the same in any order, any number of times', async () => {
  await fc.assert(
    fc.asyncProperty(log, log, async (a, b) => {
      // One id is one event, wherever it is found.
      const known = new Map(a.map((entry) => [entry.id, entry]));
      const other = b.map((entry) => known.get(entry.id) ?? entry);
      const [left, right] = [open(), open()];
      await left.merge(a);
      await left.merge(other);
      await right.merge(other);
      await right.merge(a);
      await right.merge(other);
      expect(left.$events.get()).toEqual(right.$events.get());
      expect(left.$events.get()).toHaveLength(new Set([...a, ...b].map(({ id }) => id)).size);
    }),
  );
});

test('an export, imported elsewhere, gives the same log; imported again, nothing new', async () => {
  const from = open();
  from.record(run);
  await from.merge([{ id: 'x', at: 5, kind: 'of-a-newer-version', what: { else: true } } as LogEntry]);
  const file = await from.exportFile();
  const to = open();
  to.record({ kind: 'lesson-read', lesson: 'buffers' });
  expect(await to.importFile(file)).toEqual({ added: 2, known: 0 });
  expect(await to.importFile(`\ufeff${file}`)).toEqual({ added: 0, known: 2 });
  expect(to.$events.get()).toHaveLength(3);
  expect(to.$events.get()).toEqual(expect.arrayContaining([...from.$events.get()]));
});

test.each([
  ['', 'empty'],
  ['not json', 'not a JSON file'],
  ['[1, 2]', 'not an export'],
  ['{"format":"something-else"}', 'not an export'],
  ['{"format":"spillway-progress","version":1,"events":[{"id":"a"', 'damaged or cut off'],
  ['{"format":"spillway-progress","version":9,"events":[]}', 'newer version'],
  ['{"format":"spillway-progress","version":1}', 'no list of events'],
  ['{"format":"spillway-progress","version":1,"events":[{"id":"a","at":1,"kind":"run"}]}', 'Event 1 of 1'],
  ['{"format":"spillway-progress","version":1,"events":[{"id":"a","at":"x","kind":"run"}]}', 'has no time'],
  ['{"format":"spillway-progress","version":1,"events":[7]}', 'is not an event'],
])('a file that is no export (%#) is refused with a reason, and nothing is changed', async (source, reason) => {
  const progress = open();
  progress.record(run);
  const before = progress.$events.get();
  const refusal = await progress.importFile(source).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ImportError);
  expect((refusal as Error).message).toContain(reason);
  expect(progress.$events.get()).toBe(before);
});

test('a file with one bad event among good ones is refused wholly', async () => {
  const from = open();
  from.record(run);
  const file = JSON.parse(await from.exportFile()) as { events: unknown[] };
  file.events.push({ id: 'b', at: 2, kind: 'hint-taken', exercise: 'e', version: 1, check: 'c' });
  const to = open();
  await expect(to.importFile(JSON.stringify(file))).rejects.toThrow(
    'Event 2 of 2 of kind hint-taken has no valid rung',
  );
  expect(to.$events.get()).toEqual([]);
});

test('the standing in an exercise counts its version only, and tells practice from mastery', () => {
  const progress = open();
  const of = (version: number) => exerciseStanding(progress.$events.get(), 'cap-intake', version);
  progress.record({ kind: 'exercise-opened', exercise: 'cap-intake', version: 2 });
  progress.record({ ...run, version: 1, met: 12 });
  progress.record({ ...run, version: 2 });
  progress.record({ ...run, version: 2, outcome: 'did-not-compile', met: 0 });
  expect(of(2)).toMatchObject({ runs: 1, attempts: 2, bestMet: 5, total: 12, passedAt: null, isAssisted: false });

  progress.record({ kind: 'solution-opened', exercise: 'cap-intake', version: 2 });
  progress.record({ kind: 'exercise-passed', exercise: 'cap-intake', version: 2, assisted: true });
  expect(of(2)).toMatchObject({ isAssisted: true, isUnassisted: false });
  expect(of(2).passedAt).not.toBeNull();
  progress.record({ kind: 'exercise-passed', exercise: 'cap-intake', version: 2, assisted: false });
  expect(of(2).isUnassisted).toBe(true);
});

test('hints and lessons are folds as well', () => {
  const progress = open();
  const hint = { kind: 'hint-taken', exercise: 'e', version: 1, check: 'lag', assists: false } as const;
  progress.record({ ...hint, rung: 1 });
  progress.record({ ...hint, rung: 2 });
  progress.record({ ...hint, rung: 1, check: 'heap' });
  progress.record({ kind: 'lesson-read', lesson: 'buffers' });
  progress.record({ kind: 'lesson-read', lesson: 'buffers' });
  const events = progress.$events.get();
  expect([...hintsTaken(events, 'e', 1)]).toEqual([
    ['lag', 2],
    ['heap', 1],
  ]);
  expect(hintsTaken(events, 'e', 2).size).toBe(0);
  expect([...lessonsRead(events).keys()]).toEqual(['buffers']);
});
