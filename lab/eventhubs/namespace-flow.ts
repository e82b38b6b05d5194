// The count engine of an Event Hubs namespace: throttled ingress, silent egress, units that only ever grow.

import { positive } from '../argument.ts';
import { AgingQueue } from '../fluid/aging-queue.ts';
import { Line, snap } from '../fluid/line.ts';
import { fairShares } from '../kafka/fair-share.ts';
import { mostUnits, unitLimits } from './throughput-units.ts';

/** The standard tier: units, and auto-inflate when it is on (E1, E3). */
export interface StandardTier {
  readonly tier: 'standard';
  readonly throughputUnits: number;
  /** Auto-inflate raises the units up to this once they have been too few for `afterMs`; it never lowers them. */
  readonly autoInflate?: { readonly maximumUnits: number; readonly afterMs: number };
}

/** A tier with its own machines; application groups can throttle its clients by policy (E6). */
export interface PremiumTier {
  readonly tier: 'premium';
  readonly ingressBytesPerSecond: number;
  readonly egressBytesPerSecond: number;
  /** A policy on the senders' application group: IncomingMessages. */
  readonly incomingMessagesPerSecond?: number;
}

export interface ConsumerGroup {
  /** What its readers take at most, in messages/s. */
  readonly messagesPerSecond: number;
  /** A policy on its application group: OutgoingMessages. Only in the premium tier. */
  readonly outgoingMessagesPerSecond?: number;
}

export interface NamespaceSetup {
  /** What senders want to send, in messages/s. */
  readonly offered: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  readonly messageBytes: number;
  readonly tier: StandardTier | PremiumTier;
  /** How long senders try a refused send again before it fails. */
  readonly senderTimeoutMs: number;
  readonly retentionMs: number;
  readonly groups: readonly ConsumerGroup[];
  readonly durationMs: number;
}

/** What holds from `fromMs` until the next stretch, in messages/s. */
export interface NamespaceStretch {
  readonly fromMs: number;
  /** null in the premium tier, which has none. */
  readonly units: number | null;
  readonly ingressLimitPerSecond: number;
  readonly egressLimitPerSecond: number;
  /** What the groups would read if egress had no limit. */
  readonly wantedPerSecond: readonly number[];
}

export interface NamespaceFlow {
  /** Sends: waiting = refused with ServerBusy and tried again, served = accepted, expired = failed at the sender. */
  readonly sends: AgingQueue;
  /** The hub as each consumer group sees it: waiting = its lag, expired = lost to retention. */
  readonly groups: readonly AgingQueue[];
  readonly stretches: readonly NamespaceStretch[];
}

/**
 * Runs a namespace (M8, E1–E7). Ingress above its limit is refused (ServerBusy, 50002), and senders try again until they
 * give up. Egress above its limit is not refused: groups share it fairly and get less, without an error. Groups that read
 * slowly do not slow the senders.
 *
 * Laws: offered = accepted + waiting + failed; accepted = read + lag + lost for each group, at every instant; no limit is
 * exceeded over any span; units never fall. Messages may be fractions: round for display. Throws RangeError for input out
 * of range, naming it.
 */
export function runNamespaceFlow(setup: NamespaceSetup): NamespaceFlow {
  const durationMs = positive(setup.durationMs, 'durationMs');
  const bytes = positive(setup.messageBytes, 'messageBytes');
  const { offered, tier } = setup;
  const offers = new Line();
  const sends = new AgingQueue(offers, setup.senderTimeoutMs);
  const groups = setup.groups.map(() => new AgingQueue(sends.served, setup.retentionMs));
  const capacities = setup.groups.map(({ messagesPerSecond, outgoingMessagesPerSecond: policy = Infinity }) =>
    Math.min(positive(messagesPerSecond, 'messagesPerSecond'), tier.tier === 'premium' ? policy : Infinity),
  );
  const stretches: NamespaceStretch[] = [];
  let units = tier.tier === 'standard' ? unitsOf(tier.throughputUnits, 'throughputUnits') : null;
  let shortSinceMs: number | null = null;

  while (offers.endMs < durationMs) {
    const nowMs = offers.endMs;
    const inPerSecond = offered.findLast(({ fromMs }) => fromMs <= nowMs)?.recordsPerSecond ?? 0;
    const limits = limitsOf(tier, units, bytes);
    const sent = sends.outflow(inPerSecond, limits.ingress);
    const wanted = groups.map((group, i) => {
      const capacity = capacities[i] ?? 0;
      return group.hasWaiting ? capacity : Math.min(capacity, sent.servedPerSecond);
    });
    const allowed = fairShares(limits.egress, wanted);
    const out = groups.map((group, i) => group.outflow(sent.servedPerSecond, allowed[i] ?? 0));

    let raisedAtMs = Infinity;
    if (tier.tier === 'standard' && tier.autoInflate !== undefined && units !== null) {
      const { maximumUnits, afterMs } = tier.autoInflate;
      const needed = Math.max(neededUnits(inPerSecond, wanted, bytes), sends.hasWaiting ? units + 1 : 1);
      const isShort = needed > units && units < unitsOf(maximumUnits, 'maximumUnits');
      shortSinceMs = isShort ? (shortSinceMs ?? nowMs) : null;
      if (shortSinceMs !== null) raisedAtMs = shortSinceMs + Math.max(1, afterMs);
      if (raisedAtMs <= nowMs) {
        units = Math.min(maximumUnits, needed);
        shortSinceMs = null;
        continue;
      }
    }

    noteStretch(stretches, {
      fromMs: nowMs,
      units,
      ingressLimitPerSecond: limits.ingress,
      egressLimitPerSecond: limits.egress,
      wantedPerSecond: wanted,
    });
    const toMs = Math.min(
      durationMs,
      offered.find(({ fromMs }) => fromMs > nowMs)?.fromMs ?? durationMs,
      snap(raisedAtMs),
      sends.holdsUntilMs(inPerSecond, sent),
      ...groups.map((group, i) => group.holdsUntilMs(sent.servedPerSecond, out[i] ?? noFlow)),
    );
    offers.extend(toMs, inPerSecond);
    sends.advance(sent);
    for (const [i, group] of groups.entries()) group.advance(out[i] ?? noFlow);
  }
  return { sends, groups, stretches };
}

const noFlow = { servedPerSecond: 0, expiredPerSecond: 0 };

/** Messages/s in and out. */
function limitsOf(
  tier: StandardTier | PremiumTier,
  units: number | null,
  bytes: number,
): { ingress: number; egress: number } {
  if (tier.tier === 'premium')
    return {
      ingress: Math.min(
        positive(tier.ingressBytesPerSecond, 'ingressBytesPerSecond') / bytes,
        tier.incomingMessagesPerSecond ?? Infinity,
      ),
      egress: positive(tier.egressBytesPerSecond, 'egressBytesPerSecond') / bytes,
    };
  const { ingressEventsPerSecond, ingressBytesPerSecond, egressEventsPerSecond, egressBytesPerSecond } = unitLimits;
  return {
    ingress: (units ?? 0) * Math.min(ingressEventsPerSecond, ingressBytesPerSecond / bytes),
    egress: (units ?? 0) * Math.min(egressEventsPerSecond, egressBytesPerSecond / bytes),
  };
}

function neededUnits(inPerSecond: number, wanted: readonly number[], bytes: number): number {
  const one = limitsOf({ tier: 'standard', throughputUnits: 1 }, 1, bytes);
  const out = wanted.reduce((sum, perSecond) => sum + perSecond, 0);
  return Math.ceil(snap(Math.max(inPerSecond / one.ingress, out / one.egress)));
}

function unitsOf(units: number, name: string): number {
  if (Number.isInteger(units) && units >= 1 && units <= mostUnits) return units;
  throw new RangeError(`${name} is ${units}; pass a whole number from 1 to ${mostUnits}, the most of one namespace.`);
}

/** Spans in which nothing but a queue's depth has changed are one stretch. */
function noteStretch(stretches: NamespaceStretch[], next: NamespaceStretch): void {
  const last = stretches.at(-1);
  const isSame =
    last !== undefined &&
    last.units === next.units &&
    last.wantedPerSecond.every((perSecond, i) => perSecond === next.wantedPerSecond[i]);
  if (!isSame) stretches.push(next);
}
