import { expect, it } from 'vitest';
import { scenarios } from './index.ts';

it('the titles of the named scenarios differ, and fit into a list', () => {
  const titles = scenarios.map(({ title }) => title.toLowerCase());
  expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
  expect(titles.filter((title) => title.length > 60)).toEqual([]);
});

it('the scenarios of a system stand together', () => {
  const systems = scenarios.map(({ system }) => system).filter((system, i, all) => system !== all[i - 1]);
  expect(new Set(systems).size).toBe(systems.length);
});
