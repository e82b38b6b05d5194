// What a scenario file that cannot run is told, and what a form is made of.

import { describe, expect, it } from 'vitest';
import { scenarios } from '../scenarios/index.ts';
import { formOf } from './form.ts';
import { readScenario, ScenarioError } from './simulate.ts';
import { systems } from './systems.ts';

const spike = scenarios.find(({ name }) => name === 'spike-20k-120k') ?? {};

function said(data: unknown): string {
  try {
    readScenario(data);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'fine';
}

describe('a scenario that cannot run', () => {
  it('is told which field, what it holds, and what may stand there', () => {
    expect(said(null)).toMatch(/^system: is missing; write one of: kafka-group/);
    expect(said({ system: 'kafka' })).toMatch(/^system: there is no "kafka"; write one of: /);
    expect(said({ ...spike, members: 0 })).toBe('members: is 0; it is at least 1.');
    expect(said({ ...spike, members: '8' })).toBe('members: is "8"; write a number.');
    expect(said({ ...spike, partitions: 4.5 })).toBe('partitions: is 4.5; write a whole number.');
    expect(said({ ...spike, instances: 8 })).toBe(
      "The scenario: there is no field 'instances' here; remove it or mend its spelling.",
    );
    expect(said({ ...spike, traffic: [{ fromMs: 5, recordsPerSecond: 1 }] })).toBe(
      'traffic[0].fromMs: the first segment begins at 0.',
    );
    expect(said({ ...spike, rebalance: { kind: 'lazy', stopMs: 0 } })).toBe(
      'rebalance.kind: is "lazy"; write one of: eager, cooperative.',
    );
    expect(said({ ...spike, partitions: undefined })).toBe('partitions: is missing; write a number.');
    expect(said(spike)).toBe('fine');
  });
});

describe.each(systems.map((system) => [system.name, system] as const))('the form of %s', (_, system) => {
  it('names every setting in words, and its numbers have bounds', () => {
    const visit = (name: string, field: ReturnType<typeof formOf>[string]): void => {
      if (name !== '[]' && field.kind !== 'variant') expect(field.label, name).not.toBe('');
      if (field.kind === 'number') {
        expect(field.most, name).toBeGreaterThan(field.least);
        expect(field.most, name).toBeLessThan(1e15);
      }
      if (field.kind === 'text') throw new Error(`${name} is neither a number, a choice, a flag, a group nor a list.`);
      if (field.kind === 'group') for (const [part, child] of Object.entries(field.fields)) visit(part, child);
      if (field.kind === 'list') visit('[]', field.item);
      if (field.kind === 'variant') for (const child of Object.values(field.variants)) visit('[]', child);
    };
    for (const [name, field] of Object.entries(formOf(system.schema))) visit(name, field);
  });
});
