// An Event Hubs namespace as a scenario: schema, words, and the trace that the count engine leaves.

import { z } from 'zod';
import { duration, group, listOf, quantity, trafficField, whole } from '../scenario/fields.ts';
import { shown } from '../fluid/line.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunTrace } from '../trace/run-trace.ts';
import { eventsOf, wordsOf, type NamespaceEvent } from './events.ts';
import { plots, series, totals } from './readings.ts';
import { runNamespaceFlow, type NamespaceFlow, type NamespaceSetup } from './namespace-flow.ts';
import { mostUnits, packed, unitsNeeded } from './throughput-units.ts';

const hourMs = 3_600_000;

const standard = z
  .strictObject({
    tier: z.literal('standard').meta({ label: 'Tier' }),
    throughputUnits: whole({
      label: 'Throughput units',
      about: 'Each lets 1 MB or 1,000 events a second in, and 2 MB or 4,096 out; shared by all of the namespace (E1).',
      least: 1,
      most: mostUnits,
    }),
    autoInflate: group(
      {
        maximumUnits: whole({
          label: 'Up to',
          about: 'Auto-inflate raises the units to what is needed, up to here; it never lowers them (E3).',
          least: 1,
          most: mostUnits,
        }),
        afterMs: duration({
          label: 'After',
          about:
            'How long the units have been too few before they are raised: a teaching value, the service gives none.',
          least: 1_000,
          most: hourMs,
        }).default(60_000),
      },
      { label: 'Auto-inflate' },
    ).exactOptional(),
  })
  .meta({ label: 'Standard' });

const premium = z
  .strictObject({
    tier: z.literal('premium').meta({ label: 'Tier' }),
    ingressBytesPerSecond: quantity({
      label: 'Ingress',
      about: 'What its processing units take; a tier of its own machines has no fixed figure, so measure yours.',
      unit: 'bytes/s',
      least: 1_000,
      most: 1e9,
      isLogarithmic: true,
    }),
    egressBytesPerSecond: quantity({
      label: 'Egress',
      about: 'What they hand out to all consumer groups together.',
      unit: 'bytes/s',
      least: 1_000,
      most: 2e9,
      isLogarithmic: true,
    }),
    incomingMessagesPerSecond: quantity({
      label: 'IncomingMessages policy',
      about: 'What the application group of the senders may send; without it there is no such limit (E6).',
      unit: 'records/s',
      least: 1,
      most: 1_000_000,
      isLogarithmic: true,
    }).exactOptional(),
  })
  .meta({ label: 'Premium' });

const schema = z
  .strictObject({
    ...scenarioFields('event-hubs'),
    traffic: trafficField({
      label: 'Traffic',
      about: 'Events that senders want to send; consumer groups that lag do not slow them (E7).',
    }),
    eventBytes: whole({ label: 'Size of an event', unit: 'bytes', least: 1, most: 1_000_000, isLogarithmic: true }),
    eventsPerMessage: whole({
      label: 'Packed together',
      about: 'Events that the application packs into one message: fewer to count, the same bytes.',
      least: 1,
      most: 1_000,
      isLogarithmic: true,
    }).default(1),
    tier: z.discriminatedUnion('tier', [standard, premium]).meta({ label: 'Tier' }),
    senderTimeoutMs: duration({
      label: 'Senders give up after',
      about: 'How long a send that was refused with ServerBusy (50002) is tried again before it fails (E2).',
      least: 1,
      most: hourMs,
    }).default(60_000),
    retentionMs: duration({
      label: 'Retention',
      about: 'An event that a group has not read for this long is lost to it.',
      least: hourMs,
      most: 7 * 24 * hourMs,
    }).default(24 * hourMs),
    consumerGroups: listOf(
      z.strictObject({
        eventsPerSecond: quantity({
          label: 'Readers take',
          about: 'What all readers of the group together can process.',
          unit: 'records/s',
          least: 1,
          most: 1_000_000,
          isLogarithmic: true,
        }),
        outgoingMessagesPerSecond: quantity({
          label: 'OutgoingMessages policy',
          about: 'What the group’s application group may read, in messages. Premium and dedicated tiers only (E6).',
          unit: 'records/s',
          least: 1,
          most: 1_000_000,
          isLogarithmic: true,
        }).exactOptional(),
      }),
      { label: 'Consumer groups', about: 'Each reads everything; all of them share the egress.', least: 0, most: 6 },
    ),
  })
  .superRefine(({ tier, consumerGroups, eventBytes, eventsPerMessage }, context) => {
    const say = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (tier.tier === 'standard') {
      const { autoInflate, throughputUnits } = tier;
      if (autoInflate !== undefined && autoInflate.maximumUnits < throughputUnits)
        say(
          ['tier', 'autoInflate', 'maximumUnits'],
          `is below the ${throughputUnits} units to begin with; write ${throughputUnits} or more, or leave autoInflate out`,
        );
      for (const [i, { outgoingMessagesPerSecond }] of consumerGroups.entries())
        if (outgoingMessagesPerSecond !== undefined)
          say(
            ['consumerGroups', i, 'outgoingMessagesPerSecond'],
            'application groups throttle in the premium tier only; leave it out, or set tier to premium',
          );
    }
    if (eventBytes * eventsPerMessage > 1_000_000)
      say(
        ['eventsPerMessage'],
        `makes messages of ${eventBytes * eventsPerMessage} bytes, above the 1 MB of a publication; write ${Math.floor(1_000_000 / eventBytes)} or less`,
      );
  });

export type EventHubsScenario = z.infer<typeof schema>;

/** The engine counts messages; a message carries `eventsPerMessage` events. */
function setupOf(scenario: EventHubsScenario): NamespaceSetup {
  const { traffic, eventBytes, eventsPerMessage, tier, consumerGroups } = scenario;
  const { senderTimeoutMs, retentionMs, durationMs } = scenario;
  return {
    offered: traffic.map(({ fromMs, recordsPerSecond }) => ({
      fromMs,
      recordsPerSecond: recordsPerSecond / eventsPerMessage,
    })),
    messageBytes: eventBytes * eventsPerMessage,
    tier: tier as NamespaceSetup['tier'],
    groups: consumerGroups.map(({ eventsPerSecond, outgoingMessagesPerSecond: policy }) => ({
      messagesPerSecond: eventsPerSecond / eventsPerMessage,
      ...(policy !== undefined && { outgoingMessagesPerSecond: policy }),
    })),
    senderTimeoutMs,
    retentionMs,
    durationMs,
  };
}

function run(scenario: EventHubsScenario, seed: number): RunTrace {
  const flow = runNamespaceFlow(setupOf(scenario));
  const { durationMs, eventsPerMessage } = scenario;
  const { sampleMs, samples } = samplingOf(durationMs);
  const times = Array.from({ length: samples }, (_, i) => i * sampleMs);
  const { sends, groups } = flow;
  const rates = times.map((ms) => ({
    offered: sends.arrivals.pieceAfter(ms).perSecond,
    incoming: sends.served.pieceAfter(ms).perSecond,
    outgoing: groups.map(({ served }) => served.pieceAfter(ms).perSecond).reduce((sum, each) => sum + each, 0),
    stretch: flow.stretches.findLast(({ fromMs }) => fromMs <= ms),
  }));
  const worst = (pick: (group: (typeof groups)[number], ms: number) => number) =>
    times.map((ms) => Math.max(0, ...groups.map((each) => pick(each, ms))));
  const events = (messages: number) => messages * eventsPerMessage;
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      offeredPerSecond: rates.map(({ offered }) => events(offered)),
      incomingPerSecond: rates.map(({ incoming }) => events(incoming)),
      outgoingPerSecond: rates.map(({ outgoing }) => events(outgoing)),
      incomingMessagesPerSecond: rates.map(({ incoming }) => incoming),
      waitingSends: times.map((ms) => events(sends.waitingAt(ms))),
      failedSends: times.map((ms) => events(sends.expiredAt(ms))),
      lagRecords: worst((each, ms) => events(each.waitingAt(ms))),
      lagMs: worst((each, ms) => each.ageMsAt(ms)),
      ingressUsedShare: rates.map(({ incoming, stretch }) => incoming / (stretch?.ingressLimitPerSecond ?? 1)),
      egressUsedShare: rates.map(({ outgoing, stretch }) => outgoing / (stretch?.egressLimitPerSecond ?? 1)),
      throughputUnits: rates.map(({ stretch }) => stretch?.units ?? null),
    },
    events: eventsOf(flow, setupOf(scenario), eventsPerMessage),
    totals: totalsOf(flow, scenario),
    tables: [...(scenario.tier.tier === 'standard' ? [unitsTable(scenario)] : []), groupsTable(flow, scenario)],
  };
}

function totalsOf(
  { sends, groups, stretches }: NamespaceFlow,
  { eventsPerMessage, traffic, ...scenario }: EventHubsScenario,
) {
  const events = (messages: number) => shown(messages * eventsPerMessage);
  const sum = (pick: (group: (typeof groups)[number]) => number) =>
    events(groups.reduce((all, each) => all + pick(each), 0));
  return {
    offered: events(sends.arrivals.end),
    accepted: events(sends.served.end),
    waitingSends: events(sends.waiting),
    failedSends: events(sends.expired.end),
    toRead: events(sends.served.end * groups.length),
    read: sum(({ served }) => served.end),
    finalLagRecords: sum(({ waiting }) => waiting),
    lostRecords: sum(({ expired }) => expired.end),
    peakLagMs: Math.max(0, ...groups.map(({ peakAge }) => peakAge.ageMs)),
    finalUnits: stretches.at(-1)?.units ?? null,
    neededUnits: scenario.tier.tier === 'standard' ? neededOf({ ...scenario, traffic, eventsPerMessage }).units : null,
  };
}

/** What the highest rate of the run needs. */
function neededOf({
  traffic,
  eventBytes,
  eventsPerMessage,
  consumerGroups,
}: Pick<EventHubsScenario, 'traffic' | 'eventBytes' | 'eventsPerMessage' | 'consumerGroups'>) {
  const eventsPerSecond = Math.max(...traffic.map(({ recordsPerSecond }) => recordsPerSecond));
  return unitsNeeded(packed({ eventsPerSecond, eventBytes, readers: consumerGroups.length }, eventsPerMessage));
}

function unitsTable(scenario: EventHubsScenario) {
  const needed = neededOf(scenario);
  return {
    id: 'units',
    title: 'Throughput units that the peak needs',
    columns: [
      { id: 'direction', label: 'Direction', unit: 'text' },
      { id: 'byBytes', label: 'By bytes', unit: 'count' },
      { id: 'byMessages', label: 'By messages', unit: 'count' },
    ] as const,
    rows: [
      ['in', needed.ingressByBytes, needed.ingressByEvents],
      ['out', needed.egressByBytes, needed.egressByEvents],
    ],
  };
}

function groupsTable({ groups }: NamespaceFlow, { eventsPerMessage, durationMs }: EventHubsScenario) {
  return {
    id: 'consumer-groups',
    title: 'Consumer groups at the end',
    columns: [
      { id: 'group', label: 'Group', unit: 'count' },
      { id: 'read', label: 'Read', unit: 'records' },
      { id: 'lagRecords', label: 'Lag', unit: 'records' },
      { id: 'lostRecords', label: 'Lost', unit: 'records' },
      { id: 'lagMs', label: 'Time lag', unit: 'ms' },
    ] as const,
    rows: groups.map((each, i) => [
      i + 1,
      shown(each.served.end * eventsPerMessage),
      each.waiting * eventsPerMessage,
      shown(each.expired.end * eventsPerMessage),
      each.ageMsAt(durationMs),
    ]),
  };
}

export const eventHubs = defineSystem<EventHubsScenario>({
  name: 'event-hubs',
  title: 'Event Hubs namespace',
  summary:
    'Senders, throughput units and consumer groups: who is throttled with an error, and who falls behind without one?',
  schema,
  series,
  totals,
  plots,
  describe: (event) => wordsOf(event as NamespaceEvent),
  run,
  broken,
});

function broken(trace: RunTrace): string[] {
  const laws: string[] = [];
  const isOff = (left: number, right: number) => Math.abs(left - right) > 1 + 1e-9 * Math.abs(left);
  const { offered = 0, accepted = 0, waitingSends = 0, failedSends = 0 } = trace.totals as Record<string, number>;
  const { toRead = 0, read = 0, finalLagRecords = 0, lostRecords = 0 } = trace.totals as Record<string, number>;
  if (isOff(offered, accepted + waitingSends + failedSends))
    laws.push(`offered ${offered} ≠ accepted ${accepted} + waiting ${waitingSends} + failed ${failedSends}`);
  if (isOff(toRead, read + finalLagRecords + lostRecords))
    laws.push(`to read ${toRead} ≠ read ${read} + lag ${finalLagRecords} + lost ${lostRecords}`);
  for (const name of ['ingressUsedShare', 'egressUsedShare'])
    if (trace.series[name]?.some((value) => value !== null && value > 1 + 1e-6))
      laws.push(`${name} is above its limit`);
  const units = (trace.series['throughputUnits'] ?? []).flatMap((value) => value ?? []);
  if (units.some((value, i) => value < (units[i - 1] ?? 0))) laws.push('throughput units fell');
  for (const [name, values] of Object.entries(trace.series))
    if (values.some((value) => value !== null && value < 0)) laws.push(`${name} is negative somewhere`);
  return laws;
}
