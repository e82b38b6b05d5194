import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AsyncDataStream,
  OutputTag,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
  type AsyncFunction,
  type Customer,
  type CustomerService,
} from './index.ts';
import type { ConsumerRecord } from '../kafka/api.ts';
import { plainJob, runJob, type TestJob } from '../testing/run-flink.ts';
import type { FlinkProgramScenario, FlinkTrace } from './program.ts';

interface Order {
  readonly order: string;
  readonly customer: string;
  readonly cents: number;
}
const parse = ({ value }: ConsumerRecord) => JSON.parse(value) as Order;
const inOrder = <T>() => WatermarkStrategy.forBoundedOutOfOrderness<T>(100);

const rate = (recordsPerSecond: number) => ({
  source: { ...plainJob.source, arrivals: [{ fromMs: 0, recordsPerSecond }] },
});

/** Reads, parses, writes. */
const copy: TestJob = async ({ env, source, sink }) => {
  env.fromSource(source, inOrder(), 'orders').map(parse).sinkTo(sink);
  await env.execute('copy');
};

/** Asks about each order's customer, with as many calls in flight as `capacity` allows. */
const enrich =
  (capacity: number, parallelism = 4): TestJob =>
  async ({ env, source, service, sink }) => {
    const orders = env.fromSource(source, inOrder(), 'orders').map(parse);
    const fn: AsyncFunction<Order, Order & Customer> = {
      async asyncInvoke(order, resultFuture) {
        resultFuture.complete([{ ...order, ...(await service.lookup(order.customer)) }]);
      },
    };
    AsyncDataStream.unorderedWait(orders, fn, 5_000, capacity).setParallelism(parallelism).name('enrich').sinkTo(sink);
    await env.execute('enrich');
  };

/** Keyed counting with a side output for expensive orders. */
const count: TestJob = async ({ env, source, sink, deadLetters }) => {
  const expensive = new OutputTag<Order>('expensive');
  const seen = new ValueStateDescriptor<number>('seen');
  const counted = env
    .fromSource(source, inOrder(), 'orders')
    .map(parse)
    .keyBy(({ customer }) => customer)
    .process<{ customer: string; seen: number }>({
      processElement(order, context, out) {
        const state = context.getState(seen);
        const next = (state.value() ?? 0) + 1;
        state.update(next);
        if (order.cents > 90_000) context.output(expensive, order);
        out.collect({ customer: order.customer, seen: next });
      },
    });
  counted.getSideOutput(expensive).sinkTo(deadLetters);
  counted.sinkTo(sink);
  await env.execute('count');
};

/** Every record that was read is somewhere, and every operator hands on what it took. */
function expectConserved(trace: FlinkTrace): void {
  const { totals } = trace;
  expect(totals.unsettled).toBe(0);
  expect(totals.rows - totals.duplicates).toBeGreaterThanOrEqual(totals.written);
  for (const values of Object.values(trace.series))
    for (const value of values) expect(value ?? 0).toBeGreaterThanOrEqual(0);
}

describe('a job', () => {
  it('reads, works and writes every record once while nothing fails', async () => {
    const trace = await runJob(copy);
    expectConserved(trace);
    expect(trace.totals).toMatchObject({ duplicates: 0, written: trace.totals.read, jobFailures: 0 });
    expect(trace.totals.read).toBeCloseTo(2_000, -1);
    expect(trace.rows[0]).toEqual({
      order: '0-0',
      customer: expect.stringContaining('customer-') as string,
      cents: expect.any(Number) as number,
    });
  });

  it('spends every subtask’s time in one of three states, 1,000 ms in each second (M3.1)', async () => {
    const { subtasks } = await runJob(enrich(2), rate(1_000));
    for (const { busyMsPerSecond, backPressuredMsPerSecond, idleMsPerSecond } of subtasks)
      expect(busyMsPerSecond + backPressuredMsPerSecond + idleMsPerSecond).toBe(1_000);
  });

  it('is the same to the byte for the same program, scenario and seed, and another for another seed', async () => {
    const service = { latency: [{ fromMs: 0, latencyMs: 50 }], jitterShare: 0.5 };
    const textOf = async (seed: number) => JSON.stringify(await runJob(enrich(10), { service }, { seed }));
    expect(await textOf(7)).toBe(await textOf(7));
    expect(await textOf(8)).not.toBe(await textOf(7));
  });

  it('leaves a trace that JSON can carry, with one value for each sample', async () => {
    const trace = await runJob(count);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
    const lengths = new Set(Object.values(trace.series).map((values) => values.length));
    expect(lengths.size).toBe(1);
    expect([...lengths][0]).toBe(Math.floor(trace.endedMs / trace.sampleMs) + 1);
  });

  it('conserves records whatever the traffic, the capacity and the failures', async () => {
    const scenarios = fc.record({
      recordsPerSecond: fc.integer({ min: 0, max: 800 }),
      capacity: fc.integer({ min: 1, max: 30 }),
      channelRecords: fc.integer({ min: 1, max: 30 }),
      killAtMs: fc.constantFrom(null, 700, 1_450),
      seed: fc.integer({ min: 0, max: 99 }),
    });
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ recordsPerSecond, capacity, channelRecords, killAtMs, seed }) => {
        const changes: Partial<FlinkProgramScenario> = {
          ...rate(recordsPerSecond),
          durationMs: 3_000,
          graceMs: 20_000,
          cluster: { ...plainJob.cluster, channelRecords },
          ...(killAtMs !== null && { killAtMs }),
        };
        const trace = await runJob(enrich(capacity), changes, { seed });
        expectConserved(trace);
        expect(trace.totals.written).toBe(trace.totals.read);
        for (const { mostInFlight } of trace.subtasks) expect(mostInFlight ?? 0).toBeLessThanOrEqual(capacity);
        expect(trace.totals.returnedMs).not.toBe(null);
      }),
      { numRuns: 15 },
    );
  });

  it('slows its source when a channel is full, and says who is the bottleneck', async () => {
    const trace = await runJob(enrich(1), rate(400));
    const level = (name: string) => (trace.backPressure[name] as { backpressureLevel: string }).backpressureLevel;
    expect([level('Source: orders'), level('Map'), level('enrich'), level('Sink: table')]).toEqual([
      'high',
      'high',
      'ok',
      'ok',
    ]);
    expect(trace.series['busyMsPerSecond/enrich']?.at(-5)).toBeGreaterThan(950);
    expect(trace.totals.finalLagRecords).toBeGreaterThan(500);
  });

  it('counts state in the heap with hashmap, and dies of it; with rocksdb it does not', async () => {
    const grow: TestJob = async ({ env, source, sink }) => {
      const history = new ValueStateDescriptor<Order[]>('history');
      env
        .fromSource(source, inOrder(), 'orders')
        .map(parse)
        .keyBy(({ customer }) => customer)
        .process<Order>({
          processElement(order, context) {
            const state = context.getState(history);
            state.update([...(state.value() ?? []), order]);
          },
        })
        .sinkTo(sink);
      await env.execute('grow');
    };
    const process = { ...plainJob.process, limitBytes: 30_000 };
    const dies = await runJob(grow, { process });
    expect(dies.events.filter((event) => event.kind === 'end' && event.how === 'out-of-memory').length).toBeGreaterThan(
      0,
    );
    const lives = await runJob(grow, { process, cluster: { ...plainJob.cluster, stateBackend: 'rocksdb' } });
    expect(lives.totals).toMatchObject({ jobFailures: 0, folded: lives.totals.read });
    expect(lives.totals.mostStateBytes).toBeGreaterThan(30_000);
  });
});

describe('a failure', () => {
  it('restarts the job from its last checkpoint: rows come twice in a sink without transactions, and none is lost', async () => {
    const trace = await runJob(copy, { killAtMs: 2_600 });
    expectConserved(trace);
    expect(trace.totals.written).toBe(trace.totals.read);
    expect(trace.totals.duplicates).toBeCloseTo(240, -1);
    expect(trace.events.filter(({ kind }) => kind === 'start')).toHaveLength(2);
  });

  it('brings keyed state back as the checkpoint had it: each count is right once', async () => {
    const trace = await runJob(count, { killAtMs: 2_600, durationMs: 4_000 });
    expect(trace.totals.duplicates).toBeGreaterThan(0);
    const most = new Map<string, number>();
    for (const { customer, seen } of trace.rows as { customer: string; seen: number }[])
      most.set(customer, Math.max(most.get(customer) ?? 0, seen));
    const undisturbed = await runJob(count, { durationMs: 4_000 });
    for (const { customer, seen } of undisturbed.rows as { customer: string; seen: number }[])
      expect(most.get(customer) ?? 0).toBeGreaterThanOrEqual(Math.min(seen, 5));
    expect(trace.totals.written).toBe(trace.totals.read);
  });

  it('replays everything when there was no checkpoint', async () => {
    const cluster = { ...plainJob.cluster, checkpointIntervalMs: null };
    const trace = await runJob(copy, { killAtMs: 2_600, cluster });
    expect(trace.totals.duplicates).toBeCloseTo(1_040, -2);
  });

  it('of one record that no function takes repeats until the restarts are used up', async () => {
    const source = { ...plainJob.source, unreadableShare: 0.002 };
    const trace = await runJob(copy, { source });
    expect(trace.totals.jobFailures).toBe(4);
    expect(trace.events.find(({ kind }) => kind === 'job-failed')).toMatchObject({
      operator: 'Map',
      error: 'SyntaxError',
    });
  });

  it('of a function that has never worked is a mistake in the program', async () => {
    const broken: TestJob = async ({ env, source, sink }) => {
      env
        .fromSource(source, inOrder(), 'orders')
        .map(() => {
          throw new Error('not written yet');
        })
        .sinkTo(sink);
      await env.execute('broken');
    };
    await expect(runJob(broken)).rejects.toMatchObject({
      name: 'ProgramFailure',
      phase: 'run',
      cause: { message: 'not written yet' },
    });
  });
});

describe('a program that is written wrongly', () => {
  const fails = async (job: TestJob, message: string) =>
    expect(runJob(job)).rejects.toMatchObject({ cause: { message: expect.stringContaining(message) as string } });

  it('hears what to write instead', async () => {
    const strategy = inOrder<ConsumerRecord>();
    await fails(async ({ env }) => env.execute('nothing'), 'has no operators');
    await fails(async ({ env, source }) => {
      env.fromSource(source, strategy, 'orders').map(parse);
      await env.execute('no sink');
    }, 'has no sink');
    await fails(async ({ env, source, sink }) => {
      env.fromSource(source, strategy, 'orders').setParallelism(99).sinkTo(sink);
      await env.execute('too wide');
    }, 'the cluster has 16 slots');
    await fails(async ({ env, source }) => {
      env.fromSource(source, strategy, 'orders').sinkTo({ name: 'mine' });
      await env.execute('other sink');
    }, 'sinkTo() takes a sink that the program was given');
    await fails(async ({ env, source }) => {
      AsyncDataStream.unorderedWait(env.fromSource(source, strategy, 'orders'), {} as never, 1_000);
      await env.execute('no function');
    }, 'a method asyncInvoke()');
    await fails(async ({ env, source, sink }) => {
      env
        .fromSource(source, strategy, 'orders')
        .keyBy(() => undefined as unknown as string)
        .window(TumblingEventTimeWindows.of(1_000))
        .reduce((a) => a)
        .sinkTo(sink);
      await env.execute('no key');
    }, 'keyBy() got a key of type undefined');
  });

  it('may not call the blocking client where no thread of a subtask can wait', async () => {
    const lookLater = (service: CustomerService) => async (order: Order) => {
      await Promise.resolve();
      return service.lookupBlocking(order.customer);
    };
    await fails(async ({ env, source, service, sink }) => {
      env.fromSource(source, strategy(), 'orders').map(parse).map(lookLater(service)).sinkTo(sink);
      await env.execute('later');
    }, 'outside a function of the job');
  });
});

function strategy<T>(): WatermarkStrategy<T> {
  return WatermarkStrategy.noWatermarks<T>();
}
