// A link says what was changed and nothing else, and survives what happens to links.
import { describe, expect, it } from 'vitest';
import { applied, changesOf, withValue } from './draft.ts';
import { hashOf, readHash } from './link.ts';

const written = { name: 'x', members: 8, rebalance: { kind: 'eager', stopMs: 0 }, traffic: [{ fromMs: 0, rate: 1 }] };

describe('the link of a run', () => {
  it('holds what differs from the scenario, and brings it back', () => {
    let draft = withValue(written, ['members'], 16);
    draft = withValue(draft, ['rebalance', 'kind'], 'cooperative');
    draft = withValue(draft, ['traffic', 0, 'rate'], 2.5);
    draft = withValue(draft, ['sinkLimit'], 50_000);
    const changes = changesOf(written, draft);
    const hash = hashOf({ name: 'spike', seed: 3, changes, kept: null });
    expect(hash).toBe('#spike?members=16&rebalance.kind=%22cooperative%22&traffic.0.rate=2.5&sinkLimit=50000&seed=3');
    const read = readHash(hash);
    expect(read).toEqual({ name: 'spike', seed: 3, changes, kept: null, unread: [] });
    expect(applied(written, read?.changes ?? [])).toEqual(draft);
  });

  it('holds a list as a whole when its length differs, and a value that was taken away', () => {
    const draft = withValue(
      withValue(written, ['traffic'], [...written.traffic, { fromMs: 5, rate: 2 }]),
      ['members'],
      undefined,
    );
    const changes = changesOf(written, draft);
    expect(applied(written, readHash(hashOf({ name: 'x', seed: 0, changes, kept: null }))?.changes ?? [])).toEqual(
      draft,
    );
  });

  it('holds the run that it is compared with', () => {
    const kept = { name: 'x', seed: 7, changes: [{ path: ['members'], value: 24 }] };
    const link = { name: 'x', seed: 0, changes: [], kept };
    expect(readHash(hashOf(link))).toEqual({ ...link, unread: [] });
  });

  it('opens with what can be read of a damaged one, and touches no prototype', () => {
    expect(readHash('#spike?members=1{&seed=-4&__proto__.x=1&constructor=2&toString=3&partitions=4')).toEqual({
      name: 'spike',
      seed: 0,
      changes: [{ path: ['partitions'], value: 4 }],
      kept: null,
      unread: ['members', '__proto__.x', 'constructor', 'toString', 'seed'],
    });
    expect(readHash('')).toBeNull();
    expect(readHash('#?members=4')).toBeNull();
  });
});
