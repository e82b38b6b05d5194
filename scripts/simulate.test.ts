// The command line of the lab: its contract, its messages, its exit codes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

function simulate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/simulate.ts', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const folder = mkdtempSync(join(tmpdir(), 'spillway-simulate-'));
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const mine = `
system: kafka-group
name: mine
title: Mine
summary: Two rates and one group.   # a comment is fine
durationMs: 60000
traffic:
  - { fromMs: 0, recordsPerSecond: 1000 }
  - { fromMs: 30000, recordsPerSecond: 3000 }
partitions: 4
members: 2
memberCapacityPerSecond: 1000
`;

describe('npm run simulate', () => {
  it('prints a summary, totals and a plot of a named scenario', () => {
    const { status, stdout } = simulate('spike-20k-120k');
    expect(status).toBe(0);
    expect(stdout).toContain('20k to 120k messages a second');
    expect(stdout).toMatch(/Peak lag +24,000,000/);
    expect(stdout).toMatch(/Longest wait +10 min/);
    expect(stdout).toContain('█');
  });

  it('runs a YAML file and prints one object, the same for the same seed', () => {
    const path = file('mine.yaml', mine);
    const { status, stdout } = simulate(path, '--json', '--seed', '5');
    expect(status).toBe(0);
    const trace = JSON.parse(stdout) as { seed: number; totals: Record<string, number>; series: object };
    expect(trace).toMatchObject({ seed: 5, totals: { finalLagRecords: 30_000, arrived: 120_000 } });
    expect(simulate(path, '--json', '--seed', '5').stdout).toBe(stdout);
  });

  it('prints series and tables as CSV', () => {
    const series = simulate('spike-20k-120k', '--csv').stdout.split('\n');
    expect(series[0]).toMatch(/^ms,lagRecords,/);
    expect(series[1]).toMatch(/^0,0,/);
    expect(simulate('spike-20k-120k', '--table', 'members').stdout.split('\n')).toHaveLength(10);
  });

  it('describes a system, and gives its JSON Schema', () => {
    expect(simulate('--describe', 'kafka-group').stdout).toContain('partitions: a whole number from 1 to 200');
    expect(JSON.parse(simulate('--schema', 'kafka-group').stdout)).toMatchObject({ additionalProperties: false });
  });

  it.each([
    ['an unknown name', ['spike'], /There is no scenario 'spike'.*Did you mean spike-20k-120k/s],
    ['a bad seed', ['spike-20k-120k', '--seed', 'x'], /--seed takes a whole number/],
    ['an unknown option', ['spike-20k-120k', '--fast'], /fast/],
    ['two scenarios', ['a', 'b'], /one scenario at a time/],
    ['an unknown table', ['spike-20k-120k', '--table', 'x'], /no table 'x'. It has: members/],
    ['an unknown system', ['--describe', 'x'], /There is no system 'x'. There are: kafka-group/],
    [
      'a file with mistakes',
      [file('bad.yaml', mine.replace('members: 2', 'instances: 2'))],
      /members: is missing.*no field 'instances'/s,
    ],
    ['a file that is no YAML', [file('worse.yaml', 'a: [1, 2')], /neither JSON nor YAML/],
  ])('says what is wrong with %s, and ends with 2', (_, args, words) => {
    const { status, stdout, stderr } = simulate(...args);
    expect(stderr).toMatch(words);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });
});
