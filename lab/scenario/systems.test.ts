// Every system and every named scenario keep the laws of the trace; so does whatever a reader may set in the playground.

import { describe, expect, it } from 'vitest';
import { scenarios } from '../scenarios/index.ts';
import { hop } from '../testing/run.ts';
import { readScenario } from './simulate.ts';
import { systems } from './systems.ts';

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('the scenario %s', (_, given) => {
  it('is valid, runs, says the same twice, and breaks no law', async () => {
    const { system, scenario } = readScenario(given);
    const trace = await system.run(scenario, 0, hop);
    const text = JSON.stringify(trace);
    expect(JSON.stringify(await system.run(scenario, 0, hop))).toBe(text);
    expect(JSON.parse(text)).toEqual(trace);
    expect(system.broken(trace, scenario)).toEqual([]);
    expect(Object.keys(trace.series).sort()).toEqual(Object.keys(system.series).sort());
    expect(Object.keys(trace.totals).sort()).toEqual(Object.keys(system.totals).sort());
    const lengths = new Set(Object.values(trace.series).map((values) => values.length));
    expect(lengths.size).toBe(1);
    const times = trace.events.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const event of trace.events) expect(system.describe(event)).not.toBe('');
  });
});

it('names of scenarios and systems are unique, and each system has a scenario', () => {
  const names = scenarios.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name } of systems) expect(scenarios.map(({ system }) => system)).toContain(name);
});

it('plots draw series of one unit that the system has', () => {
  for (const { plots, series, name } of systems)
    for (const plot of plots) {
      const units = new Set(plot.series.map((id) => series[id]?.unit));
      expect(units.size, `${name}: ${plot.title}`).toBe(1);
      expect(units.has(undefined), `${name}: ${plot.title}`).toBe(false);
    }
});
