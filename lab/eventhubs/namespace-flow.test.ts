import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runNamespaceFlow, type NamespaceSetup } from './namespace-flow.ts';

const s = 1_000;
const steady = (recordsPerSecond: number) => [{ fromMs: 0, recordsPerSecond }];
const setup: NamespaceSetup = {
  offered: steady(20_000),
  messageBytes: 1_000,
  tier: { tier: 'standard', throughputUnits: 20 },
  senderTimeoutMs: 60 * s,
  retentionMs: 86_400 * s,
  groups: [{ messagesPerSecond: 100_000 }],
  durationMs: 600 * s,
};

describe('M8 a namespace over time', () => {
  it('carries 20,000/s of 1 KB to one reader with 20 units: no throttling, no lag', () => {
    const { sends, groups } = runNamespaceFlow(setup);
    expect(sends.waiting).toBe(0);
    expect(groups[0]?.served.end).toBe(12_000_000);
  });

  it('lets three groups fall behind without an error at 20 units, and none at 30', () => {
    const three = { ...setup, groups: [1, 2, 3].map(() => ({ messagesPerSecond: 100_000 })) };
    const { sends, groups } = runNamespaceFlow(three);
    expect(sends.waiting).toBe(0);
    for (const group of groups) {
      expect(group.served.end).toBeCloseTo(8_000_000, 0);
      expect(group.waiting).toBeCloseTo(4_000_000, 0);
    }
    const enough = runNamespaceFlow({ ...three, tier: { tier: 'standard', throughputUnits: 30 } });
    expect(enough.groups.map(({ waiting }) => waiting)).toEqual([0, 0, 0]);
  });

  it('throttles 120,000/s of 1 KB even when auto-inflate goes to 40 units, and does not take them back', () => {
    const { sends, stretches } = runNamespaceFlow({
      ...setup,
      offered: [
        { fromMs: 0, recordsPerSecond: 20_000 },
        { fromMs: 60 * s, recordsPerSecond: 120_000 },
        { fromMs: 120 * s, recordsPerSecond: 5_000 },
      ],
      tier: { tier: 'standard', throughputUnits: 20, autoInflate: { maximumUnits: 40, afterMs: 10 * s } },
    });
    expect(
      stretches.filter(({ units }, i) => units !== stretches[i - 1]?.units).map(({ fromMs, units }) => [fromMs, units]),
    ).toEqual([
      [0, 20],
      [70 * s, 40],
    ]);
    expect(sends.served.curve.valueAt(71 * s) - sends.served.curve.valueAt(70 * s)).toBeCloseTo(40_000, 3);
    expect(sends.expired.end).toBeGreaterThan(0);
    expect(stretches.at(-1)?.units).toBe(40);
  });

  it('inflates for egress as well, and only after the load has been too much for a while', () => {
    const three = {
      ...setup,
      groups: [1, 2, 3].map(() => ({ messagesPerSecond: 20_000 })),
      tier: { tier: 'standard', throughputUnits: 20, autoInflate: { maximumUnits: 40, afterMs: 10 * s } } as const,
    };
    expect(runNamespaceFlow(three).stretches.map(({ units }) => units)).toContain(30);
    const short = {
      ...three,
      offered: [
        { fromMs: 0, recordsPerSecond: 20_000 },
        { fromMs: 9 * s, recordsPerSecond: 0 },
      ],
    };
    expect(runNamespaceFlow({ ...short, groups: [] }).stretches.at(-1)?.units).toBe(20);
  });

  it('throttles by application group in the premium tier, senders and readers each by their own policy', () => {
    const premium = {
      tier: 'premium',
      ingressBytesPerSecond: 50e6,
      egressBytesPerSecond: 100e6,
      incomingMessagesPerSecond: 5_000,
    } as const;
    const groups = [{ messagesPerSecond: 100_000 }, { messagesPerSecond: 100_000, outgoingMessagesPerSecond: 1_000 }];
    const flow = runNamespaceFlow({ ...setup, tier: premium, groups });
    expect(flow.sends.served.end).toBeCloseTo(3_000_000, 0);
    expect(flow.groups[0]?.waiting).toBe(0);
    expect(flow.groups[1]?.served.end).toBeCloseTo(600_000, 0);
  });

  it('says which number of units is out of range', () => {
    expect(() => runNamespaceFlow({ ...setup, tier: { tier: 'standard', throughputUnits: 41 } })).toThrow(
      'throughputUnits is 41',
    );
  });
});

describe('the laws of a namespace', () => {
  const setups = fc.record({
    rates: fc.array(fc.nat(60_000), { minLength: 1, maxLength: 4 }),
    messageBytes: fc.integer({ min: 50, max: 5_000 }),
    units: fc.integer({ min: 1, max: 40 }),
    inflate: fc.boolean(),
    groups: fc.array(fc.record({ messagesPerSecond: fc.integer({ min: 1, max: 80_000 }) }), { maxLength: 4 }),
    timeoutS: fc.integer({ min: 1, max: 120 }),
    retentionS: fc.integer({ min: 10, max: 400 }),
  });

  it('conserves messages for senders and groups, never takes units back, and keeps to them in every second', () => {
    fc.assert(
      fc.property(setups, ({ rates, messageBytes, units, inflate, groups, timeoutS, retentionS }) => {
        const durationMs = rates.length * 90 * s;
        const flow = runNamespaceFlow({
          offered: rates.map((recordsPerSecond, i) => ({ fromMs: i * 90 * s, recordsPerSecond })),
          messageBytes,
          tier: {
            tier: 'standard',
            throughputUnits: units,
            ...(inflate && { autoInflate: { maximumUnits: 40, afterMs: 5 * s } }),
          },
          senderTimeoutMs: timeoutS * s,
          retentionMs: retentionS * s,
          groups,
          durationMs,
        });
        const { sends, stretches } = flow;
        const accepted = sends.served.curve.valueAt;
        for (let ms = s; ms <= durationMs; ms += 3_500) {
          const limit = Math.max(...stretches.filter(({ fromMs }) => fromMs < ms).map((each) => each.units ?? 0));
          const bytes = (accepted(ms) - accepted(ms - s)) * messageBytes;
          expect(bytes).toBeLessThanOrEqual(limit * 1e6 + 1);
          expect(bytes / messageBytes).toBeLessThanOrEqual(limit * 1_000 + 0.01);
          let out = 0;
          for (const group of flow.groups) {
            out += group.served.curve.valueAt(ms) - group.served.curve.valueAt(ms - s);
            expect(group.servedAt(ms) + group.waitingAt(ms) + group.expiredAt(ms)).toBeCloseTo(accepted(ms), 2);
          }
          expect(out * messageBytes).toBeLessThanOrEqual(limit * 2e6 + 1);
          expect(sends.servedAt(ms) + sends.waitingAt(ms) + sends.expiredAt(ms)).toBeCloseTo(
            sends.arrivals.curve.valueAt(ms),
            2,
          );
        }
        for (const [i, stretch] of stretches.entries())
          expect(stretch.units ?? 0).toBeGreaterThanOrEqual(stretches[i - 1]?.units ?? 0);
      }),
      { numRuns: 60 },
    );
  });
});
