// Whatever a reader sets in the playground is either refused with words, or runs and breaks no law.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarios } from '../scenarios/index.ts';
import { hop } from '../testing/run.ts';
import { formOf, type Field } from './form.ts';
import { readScenario, ScenarioError } from './simulate.ts';
import { systems } from './systems.ts';

type Path = readonly (string | number)[];
type Change = readonly [Path, unknown];

/** Any change of one setting of a draft: a number at or between its bounds, another word, an item more or less. */
function anyChange(field: Field, value: unknown, path: Path): fc.Arbitrary<Change>[] {
  const set = (to: fc.Arbitrary<unknown>) => to.map((next): Change => [path, next]);
  if (value === undefined) return [set(fc.constant(field.initial))];
  const own = field.isOptional ? [set(fc.constant(undefined))] : [];
  switch (field.kind) {
    case 'number': {
      const { least, most, isWhole } = field;
      const whole = (x: number) => (isWhole ? Math.round(x) : x);
      const near = fc.double({ min: 0.1, max: 10, noNaN: true }).map((by) => Number(value) * by);
      const any = fc.oneof(fc.constantFrom(least, most), near, fc.double({ min: least, max: most, noNaN: true }));
      return [...own, set(any.map((x) => Math.min(most, Math.max(least, whole(x)))))];
    }
    case 'choice':
      return [...own, set(fc.constantFrom(...field.values))];
    case 'flag':
      return [...own, set(fc.boolean())];
    case 'group':
      return [...own, ...changesOf(field.fields, value, path)];
    case 'list': {
      const items = value as readonly unknown[];
      return [
        ...own,
        set(fc.constant([...items, items.at(-1) ?? field.item.initial].slice(0, field.most))),
        set(fc.constant(items.slice(0, Math.max(field.least, items.length - 1)))),
        ...items.flatMap((item, i) => anyChange({ ...field.item, isOptional: false }, item, [...path, i])),
      ];
    }
    case 'variant': {
      const word = (value as Record<string, unknown>)[field.by];
      const chosen = field.variants[String(word)];
      return [
        ...own,
        set(fc.constantFrom(...Object.values(field.variants).map(({ initial }) => initial))),
        ...(chosen === undefined ? [] : anyChange({ ...chosen, isOptional: false }, value, path)),
      ];
    }
    case 'text':
      return own;
    default:
      return field satisfies never;
  }
}

function changesOf(fields: Readonly<Record<string, Field>>, value: unknown, path: Path): fc.Arbitrary<Change>[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    anyChange(field, (value as Record<string, unknown>)[name], [...path, name]),
  );
}

function withChange(draft: unknown, [path, value]: Change): unknown {
  const copy = structuredClone(draft) as Record<string | number, unknown>;
  let at: Record<string | number, unknown> = copy;
  for (const part of path.slice(0, -1)) {
    if (typeof at[part] !== 'object' || at[part] === null) return copy;
    at = at[part] as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = structuredClone(value);
  return copy;
}

describe.each(systems.map((system) => [system.name, system] as const))('%s', (name, { schema, broken }) => {
  it('refuses a setting with words, or runs it and keeps its laws', { timeout: 120_000 }, async () => {
    const drafts = scenarios
      .filter(({ system }) => system === name)
      .map((given) => readScenario(given).scenario as unknown as Record<string, unknown>);
    const form = formOf(schema);
    const changed = fc.constantFrom(...drafts).chain((draft) => {
      const changes = fc.array(fc.oneof(...changesOf(form, draft, [])), { minLength: 1, maxLength: 4 });
      return changes.map((list) => list.reduce<unknown>(withChange, draft));
    });
    await fc.assert(
      fc.asyncProperty(changed, fc.nat(1_000), async (draft, seed) => {
        let read;
        try {
          read = readScenario(draft);
        } catch (error) {
          if (!(error instanceof ScenarioError)) throw error;
          for (const { says } of error.problems) expect(says.length).toBeGreaterThan(5);
          return;
        }
        const trace = await read.system.run(read.scenario, seed, hop);
        expect(broken(trace, read.scenario)).toEqual([]);
        for (const [id, values] of Object.entries(trace.series))
          expect(
            values.every((value) => value === null || Number.isFinite(value)),
            id,
          ).toBe(true);
        for (const [id, value] of Object.entries(trace.totals))
          expect(value === null || Number.isFinite(value), `${id} is ${value}`).toBe(true);
      }),
      { numRuns: 40, seed: 20_260, endOnFailure: true },
    );
  });
});
