// A source and a stage between which demand flows, or does not: schema, words, and the trace.

import { z } from 'zod';
import { recordsThatFit } from '../queueing/overload.ts';
import { choice, duration, group, quantity, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { ratesPerSecond, rateWindow, sharesOfTime } from '../trace/rates.ts';
import { samplingOf, type RunEvent, type RunTrace } from '../trace/run-trace.ts';
import { numberInWords } from '../trace/words.ts';
import { runStage, type StageReadings } from './stage.ts';

/** Records that a source could make in one run, so that every setting answers within a second. */
const mostRecords = 150_000;

const schema = z
  .strictObject({
    ...scenarioFields('reactive-stream', { mostMs: 3_600_000 }),
    traffic: trafficField({
      label: 'Source',
      about: 'What the source makes as long as nothing holds it back.',
      mostPerSecond: 50_000,
    }),
    serviceMs: quantity({
      label: 'Service time',
      about: 'What the stage needs for one record: 5 ms are 200 records/s.',
      unit: 'ms',
      isLogarithmic: true,
      least: 0.01,
      most: 60_000,
    }),
    protocol: choice(['request-n', 'unbounded', 'push', 'node-write', 'node-drain', 'whatwg-write', 'whatwg-ready'], {
      label: 'Protocol',
      about: 'How the stage tells the source what it can take. Three of the seven never do.',
      names: {
        'request-n': 'request(n), as much as the prefetch',
        unbounded: 'request(unbounded)',
        push: 'push, as RxJS does',
        'node-write': 'Node write(), its answer ignored',
        'node-drain': 'Node write(), waiting for drain',
        'whatwg-write': 'WHATWG write(), not waiting',
        'whatwg-ready': 'WHATWG write(), waiting for ready',
      },
    }),
    prefetch: whole({
      label: 'Prefetch',
      about:
        'For request-n: asked for at the start, and refilled by three quarters when so much is used. Reactor takes 256 or 32, RxJava 128; 1 is stop-and-wait (R7, R8).',
      unit: 'records',
      isLogarithmic: true,
      least: 1,
      most: 10_000,
    }).default(256),
    highWaterMark: whole({
      label: 'highWaterMark',
      about: 'For Node and WHATWG, in records: 16 in Node’s object mode, 1 in a WritableStream (W3, W4).',
      unit: 'records',
      isLogarithmic: true,
      least: 1,
      most: 10_000,
    }).default(16),
    concurrency: whole({
      label: 'Concurrency',
      about: 'Records in service at once, by demand or pushed: mergeMap’s concurrency, 1 for concatMap.',
      least: 1,
      most: 256,
    }).default(1),
    withoutDemand: choice(['wait', 'buffer', 'drop', 'latest', 'error'], {
      label: 'Without demand',
      about:
        'A source that can wait makes nothing; for one that cannot, onBackpressureBuffer, Drop, Latest or an error.',
      names: {
        wait: 'the source waits',
        buffer: 'buffer',
        drop: 'drop the new one',
        latest: 'keep the latest',
        error: 'error',
      },
    }).default('wait'),
    capacityRecords: whole({
      label: 'Buffer',
      about: 'A bound for the strategy buffer; an error ends the stream when it is full. Without it there is none.',
      unit: 'records',
      isLogarithmic: true,
      least: 1,
      most: 1_000_000,
    }).exactOptional(),
    linkMs: duration({
      label: 'Link, one way',
      about: 'How long a request, and a record, is under way between the stage and the source.',
      most: 10_000,
    }).default(0),
    memory: group(
      {
        limitBytes: quantity({
          label: 'Limit',
          about: 'What all records between the source and the end of service may take before the process is killed.',
          unit: 'bytes',
          isLogarithmic: true,
          least: 1_024,
          most: 1_099_511_627_776,
        }),
        recordBytes: quantity({ label: 'Record', unit: 'bytes', isLogarithmic: true, least: 1, most: 16_777_216 }),
      },
      { label: 'Memory' },
    ).exactOptional(),
  })
  .superRefine((given, context) => {
    const { traffic, durationMs, protocol, concurrency, withoutDemand, capacityRecords, linkMs, memory } = given;
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', message, path: [path] });
    const records = traffic.reduce((sum, { fromMs, recordsPerSecond }, i) => {
      const toMs = Math.min(durationMs, traffic[i + 1]?.fromMs ?? durationMs);
      return sum + (Math.max(0, toMs - fromMs) * recordsPerSecond) / 1000;
    }, 0);
    if (records > mostRecords)
      say(
        'durationMs',
        `the source makes up to ${Math.round(records)} records, at most ${mostRecords} can be; shorten the run or lower a rate`,
      );
    const isStream = protocol.startsWith('node') || protocol.startsWith('whatwg');
    if (isStream && concurrency > 1) say('concurrency', `a ${protocol} stream writes one at a time; write 1`);
    if ((isStream || protocol === 'push') && linkMs > 0)
      say('linkMs', `${protocol} lives within one process; write 0, or the protocol request-n`);
    const asksForAll = protocol === 'unbounded' || protocol === 'push' || protocol.endsWith('write');
    if (asksForAll && withoutDemand !== 'wait')
      say('withoutDemand', `with ${protocol} there is demand all the time; leave it out, or write another protocol`);
    if (capacityRecords !== undefined && withoutDemand !== 'buffer')
      say('capacityRecords', "it bounds the strategy buffer; leave it out, or write withoutDemand 'buffer'");
    if (memory !== undefined && memory.limitBytes < memory.recordBytes)
      say('memory', 'not one record fits; raise limitBytes or lower recordBytes');
  });

export type ReactiveScenario = z.infer<typeof schema>;

/** A run of the parts themselves. Nothing in it is left to chance, so there is no seed. */
export function stageOf(scenario: ReactiveScenario): Promise<StageReadings> {
  const { memory, durationMs, capacityRecords } = scenario;
  return runStage({
    ...scenario,
    ...(capacityRecords !== undefined && { capacityRecords }),
    ...(memory && { mostInsideRecords: recordsThatFit(memory.limitBytes, memory.recordBytes) }),
    sampleMs: samplingOf(durationMs).sampleMs,
  });
}

async function run(scenario: ReactiveScenario, seed: number): Promise<RunTrace> {
  const readings = await stageOf(scenario);
  const { samples, endedMs } = readings;
  const { sampleMs } = samplingOf(scenario.durationMs);
  const window = rateWindow({
    endedMs,
    sampleMs,
    records: readings.doneRecords,
    burstRecords: burstOf(scenario, readings),
  });
  const perSecond = (counts: readonly number[]) => ratesPerSecond(counts, window, sampleMs);
  return {
    scenario,
    seed,
    endedMs,
    sampleMs,
    series: {
      waitingRecords: samples.waitingRecords,
      demandRecords: samples.demandRecords,
      desiredRecords: samples.desiredRecords,
      madePerSecond: perSecond(samples.madeRecords),
      donePerSecond: perSecond(samples.doneRecords),
      droppedPerSecond: perSecond(samples.droppedRecords),
      heldShare: sharesOfTime(samples.sourceWaitedMs, window, sampleMs),
      stayMs: samples.stayMs,
    },
    events: eventsOf(scenario, readings),
    totals: {
      made: readings.madeRecords,
      done: readings.doneRecords,
      dropped: readings.droppedRecords,
      waiting: readings.waitingRecords,
      inService: readings.inServiceRecords,
      mostWaiting: readings.mostWaitingRecords,
      peakBytes: scenario.memory ? readings.mostWaitingRecords * scenario.memory.recordBytes : null,
      donePerSecond: endedMs > 0 ? (readings.doneRecords / endedMs) * 1000 : null,
      heldShare: endedMs > 0 ? Math.min(1, readings.sourceWaitedMs / endedMs) : null,
      requests: readings.requests,
      stops: readings.stops,
      brokenRules: readings.brokenRules.length,
    },
  };
}

/** Records that a source makes between two signals of demand: it makes them as fast as it can, and then waits. */
function burstOf({ protocol }: ReactiveScenario, { madeRecords, requests, stops }: StageReadings): number {
  const signals = protocol === 'request-n' ? requests : protocol === 'node-drain' ? stops : madeRecords;
  return signals > 0 ? Math.max(1, madeRecords / signals) : 1;
}

type StageEvent = RunEvent &
  ({ readonly kind: 'traffic'; readonly to: number } | { readonly kind: 'stop' | 'drop' | 'out-of-memory' | 'failed' });

function eventsOf({ traffic }: ReactiveScenario, readings: StageReadings): StageEvent[] {
  const { ended, endedMs, firstStopMs, firstDropMs } = readings;
  const events: StageEvent[] = traffic
    .slice(1)
    .map(({ fromMs, recordsPerSecond }) => ({ atMs: fromMs, kind: 'traffic', to: recordsPerSecond }));
  if (firstStopMs !== null) events.push({ atMs: firstStopMs, kind: 'stop' });
  if (firstDropMs !== null) events.push({ atMs: firstDropMs, kind: 'drop' });
  if (ended === 'out of memory') events.push({ atMs: endedMs, kind: 'out-of-memory' });
  if (ended === 'failed') events.push({ atMs: endedMs, kind: 'failed' });
  return events.filter(({ atMs }) => atMs <= endedMs).sort((a, b) => a.atMs - b.atMs);
}

function describeEvent(event: StageEvent): string {
  switch (event.kind) {
    case 'traffic':
      return `The source makes up to ${numberInWords(event.to)}/s`;
    case 'stop':
      return 'The mark is reached: the stream asks its writer to stop';
    case 'drop':
      return 'The first record is dropped';
    case 'out-of-memory':
      return 'The process runs out of memory';
    case 'failed':
      return 'The stream ends: a record came without demand, and there is no place for it';
  }
}

export const reactiveStream = defineSystem<ReactiveScenario>({
  name: 'reactive-stream',
  title: 'A stream inside a process',
  summary:
    'A fast source and a slower stage, by Reactive Streams, RxJS, Node or WHATWG streams: who is told to slow down, and where do records wait?',
  schema,
  series: {
    waitingRecords: {
      label: 'Waiting',
      unit: 'records',
      about: 'Made and not begun: in a buffer, on the link or in the stage.',
    },
    demandRecords: {
      label: 'Demand',
      unit: 'records',
      about: 'Requested and not delivered yet; none to show when it is unbounded.',
    },
    desiredRecords: {
      label: 'Desired size',
      unit: 'records',
      about:
        'The mark less what is in the stream: WHATWG’s desiredSize. Below 0 when more was written than it asked for.',
    },
    madePerSecond: {
      label: 'Made',
      unit: 'records/s',
      about:
        'What the source makes. Mean over a fiftieth of the run, longer when few records pass or they come in bursts.',
    },
    donePerSecond: {
      label: 'Done',
      unit: 'records/s',
      about:
        'What the stage gets done. Mean over a fiftieth of the run, longer when few records pass or they come in bursts.',
    },
    droppedPerSecond: {
      label: 'Dropped',
      unit: 'records/s',
      about:
        'What a strategy drops. Mean over a fiftieth of the run, longer when few records pass or they come in bursts.',
    },
    heldShare: {
      label: 'Source held back',
      unit: 'share',
      about: 'The part of its time that the source waited for demand, over the same span as the rates.',
    },
    stayMs: { label: 'Stay', unit: 'ms', about: 'From being made to being done, of the record that was done last.' },
  },
  totals: {
    made: { label: 'Made', unit: 'records', about: 'Made by the source during the run.' },
    done: { label: 'Done', unit: 'records', about: 'Through the stage.' },
    dropped: { label: 'Dropped', unit: 'records', about: 'Lost by the strategy, or with a stream that failed.' },
    waiting: { label: 'Waiting at the end', unit: 'records', about: 'Made and not begun.' },
    inService: { label: 'In service at the end', unit: 'records', about: 'Begun and not done.' },
    mostWaiting: { label: 'Most waiting', unit: 'records', about: 'The most that ever waited.' },
    peakBytes: { label: 'Peak memory', unit: 'bytes', about: 'Most waiting × record bytes.' },
    donePerSecond: { label: 'Throughput', unit: 'records/s', about: 'Done, over the length of the run.' },
    heldShare: {
      label: 'Source held back',
      unit: 'share',
      about: 'The part of its time that the source waited for demand.',
    },
    requests: { label: 'Requests', unit: 'calls', about: 'Calls of request(n).' },
    stops: {
      label: 'Told to stop',
      unit: 'count',
      about: 'How often write() returned false, or ready was pending after one.',
    },
    brokenRules: {
      label: 'Rules broken',
      unit: 'count',
      about: 'What the verifier of Reactive Streams found; always 0.',
    },
  },
  plots: [
    { title: 'Between source and stage', series: ['waitingRecords'] },
    { title: 'Rates', series: ['donePerSecond', 'madePerSecond', 'droppedPerSecond'] },
    { title: 'What the stage asks for', series: ['demandRecords', 'desiredRecords'] },
    { title: 'Time on the way', series: ['stayMs'] },
  ],
  describe: (event) => describeEvent(event as StageEvent),
  run,
  broken({ series, totals }) {
    const laws: string[] = [];
    const { made = 0, done = 0, dropped = 0, waiting = 0, inService = 0 } = totals as Record<string, number>;
    const known = done + dropped + waiting + inService;
    if (made !== known) laws.push(`made ${made} ≠ done + dropped + waiting + in service, ${known}`);
    if (totals['brokenRules'] !== 0) laws.push('a rule of Reactive Streams is broken');
    for (const [name, values] of Object.entries(series))
      if (name !== 'desiredRecords' && values.some((value) => value !== null && value < 0))
        laws.push(`${name} is negative somewhere`);
    return laws;
  },
});
