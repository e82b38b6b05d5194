import { describe, expect, it } from 'vitest';
import type { ConsumerRecord } from '../../kafka/api.ts';
import { plainJob, runJob, type TestJob } from '../../testing/run-flink.ts';
import {
  AsyncDataStream,
  MapStateDescriptor,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type AsyncFunction,
  type CustomerService,
  type FlinkContext,
  type KeyedProcessFunction,
  type SingleOutputStreamOperator,
} from '../index.ts';
import type { FlinkProgramScenario } from '../program.ts';

interface Order {
  readonly order: string;
  readonly customer: string;
  readonly cents: number;
}
const ordersOf = ({ env, source }: FlinkContext): SingleOutputStreamOperator<Order> =>
  env
    .fromSource(source, WatermarkStrategy.forBoundedOutOfOrderness<ConsumerRecord>(100), 'orders')
    .map(({ value }) => JSON.parse(value) as Order);

/** A job of one step behind the orders. */
const jobOf =
  (
    step: (orders: SingleOutputStreamOperator<Order>, context: FlinkContext) => SingleOutputStreamOperator<never>,
  ): TestJob =>
  async (context) => {
    step(ordersOf(context), context).sinkTo(context.sink);
    await context.env.execute('step');
  };
/** Code that TypeScript would not let pass. */
const untyped = <T>(value: unknown): T => value as T;
const keyedWith = (fn: object): TestJob =>
  jobOf((orders) => orders.keyBy(({ customer }) => customer).process(untyped<KeyedProcessFunction<Order, never>>(fn)));
const missing = (order: Order): number => untyped<{ nothing: { here: number } }>(order).nothing.here;

const fails = (job: TestJob, message: string) =>
  expect(runJob(job)).rejects.toMatchObject({
    name: 'ProgramFailure',
    cause: { message: expect.stringContaining(message) as string },
  });

describe('a slip of the pen', () => {
  it('in a function that has never worked ends the run, whatever kind of function it is', async () => {
    const words = "reading 'here'";
    await fails(keyedWith({ open: () => undefined, processElement: missing }), words);
    await fails(
      jobOf((orders) =>
        orders
          .keyBy(({ customer }) => customer)
          .window(TumblingEventTimeWindows.of(1_000))
          .aggregate({ createAccumulator: () => 0, add: missing, getResult: (sum) => untyped<never>(sum) }),
      ),
      words,
    );
    const asyncWith = (asyncInvoke: AsyncFunction<Order, never>['asyncInvoke']) =>
      jobOf((orders) => AsyncDataStream.unorderedWait(orders, { asyncInvoke }, 1_000));
    await fails(
      asyncWith((order) => untyped<undefined>(missing(order))),
      words,
    );
    await fails(
      asyncWith(async (order, resultFuture) => {
        await Promise.resolve();
        resultFuture.complete([untyped<never>(missing(order))]);
      }),
      words,
    );
  });

  it('such as a job that nobody waits for, or none, is told', async () => {
    await fails((context) => {
      ordersOf(context).sinkTo(context.sink);
      void context.env.execute('not awaited');
      return Promise.resolve();
    }, 'returned while its job was running');
    await fails((context) => {
      ordersOf(context).sinkTo(context.sink);
      return Promise.resolve();
    }, 'returned without a job');
  });

  it('in what a function returns is told, and nothing is lost in silence', async () => {
    await fails(
      jobOf((orders) => orders.map((order) => untyped<never>(void order))),
      'map() got undefined',
    );
    await fails(
      jobOf((orders) => untyped(orders.filter(({ cents }) => untyped<boolean>(cents)))),
      'filter() got number',
    );
    await fails(
      jobOf((orders) => orders.flatMap((order) => untyped<undefined>([order, order]))),
      'Call out.collect(value)',
    );
    await fails(
      jobOf((orders, { service }) => orders.map(({ customer }) => untyped<never>({ of: service.lookup(customer) }))),
      "The row's field 'of' is a promise",
    );
    await fails(
      jobOf((orders) =>
        orders
          .keyBy(({ customer }) => customer)
          .window(TumblingEventTimeWindows.of(1_000))
          .aggregate({
            createAccumulator: () => 0,
            add: (_, sum) => untyped<number>(Promise.resolve(sum)),
            getResult: (sum) => untyped<never>(sum),
          }),
      ),
      'An aggregation returned a promise',
    );
  });

  it('in the use of state is told', async () => {
    const seen = new MapStateDescriptor<object, number>('seen');
    await fails(
      keyedWith({
        processElement: (order: Order, context: { getMapState(d: typeof seen): { put(k: object, v: number): void } }) =>
          context.getMapState(seen).put({ order }, 1),
      }),
      'takes text or numbers as keys',
    );
    await fails(
      jobOf((orders) =>
        orders.process({
          processElement: (_, context) => untyped<{ getMapState(d: object): undefined }>(context).getMapState(seen),
        }),
      ),
      'Call keyBy() before process()',
    );
  });

  it('such as a value that comes after its function has returned is refused', async () => {
    const refused: string[] = [];
    const late = jobOf((orders, { service }) =>
      orders.flatMap(({ customer }, out) => {
        service.lookup(customer).then(
          (found) => {
            try {
              out.collect(untyped<never>(found));
            } catch (error) {
              refused.push((error as Error).message);
            }
          },
          () => undefined,
        );
      }),
    );
    const { totals } = await runJob(late, { durationMs: 1_000 });
    expect(totals).toMatchObject({ rows: 0, filtered: totals.read });
    expect(refused[0]).toContain('after its function had returned');
  });
});

describe('a timer that renews itself', () => {
  const timerOf = (context: unknown) =>
    untyped<{
      timerService(): { registerEventTimeTimer(ms: number): void; registerProcessingTimeTimer(ms: number): void };
    }>(context).timerService();

  it('for the time at which it fired fails the job, and does not hang', async () => {
    const { events } = await runJob(
      keyedWith({
        processElement: (_: Order, context: unknown) => timerOf(context).registerEventTimeTimer(1),
        onTimer: (timestamp: number, context: unknown) => timerOf(context).registerEventTimeTimer(timestamp),
      }),
      { process: { ...plainJob.process, mostRestarts: 0 } },
      { host: { describe: (error) => (error as Error).message } },
    );
    expect(events.find(({ kind }) => kind === 'job-failed')).toMatchObject({
      error: expect.stringContaining('has fired 100,000 timers') as string,
    });
  });

  it('in processing time, decades behind the clock, fires once in a millisecond', async () => {
    let fired = 0;
    await runJob(
      keyedWith({
        processElement: (_: Order, context: unknown) => timerOf(context).registerProcessingTimeTimer(5_000),
        onTimer(timestamp: number, context: unknown) {
          fired++;
          timerOf(context).registerProcessingTimeTimer(timestamp + 5_000);
        },
      }),
      { durationMs: 100, source: { ...plainJob.source, customers: 1 } },
    );
    expect(fired).toBeGreaterThan(50);
    expect(fired).toBeLessThanOrEqual(200);
  });
});

describe('an async call', () => {
  const slow: Partial<FlinkProgramScenario> = {
    service: { latency: [{ fromMs: 0, latencyMs: 400 }] },
    durationMs: 2_000,
  };
  const lookUp = (
    service: CustomerService,
    more: Partial<AsyncFunction<Order, never>>,
  ): AsyncFunction<Order, never> => ({
    async asyncInvoke({ customer }, resultFuture) {
      resultFuture.complete([untyped<never>(await service.lookup(customer))]);
    },
    ...more,
  });

  it('may still answer when its timeout() has given nothing', async () => {
    const { totals } = await runJob(
      jobOf((orders, { service }) =>
        AsyncDataStream.unorderedWait(orders, lookUp(service, { timeout: () => undefined }), 300),
      ),
      slow,
    );
    expect(totals).toMatchObject({ written: totals.read, unsettled: 0, jobFailures: 0 });
    expect(totals.read).toBeGreaterThan(500);
  });

  it('that the service refuses from the first second on is an incident, also with another error around it', async () => {
    const { totals } = await runJob(
      jobOf((orders, { service }) =>
        AsyncDataStream.unorderedWait(
          orders,
          lookUp(service, {
            async asyncInvoke({ customer }, resultFuture) {
              try {
                resultFuture.complete([untyped<never>(await service.lookup(customer))]);
              } catch (cause) {
                throw new Error('No customer.', { cause });
              }
            },
          }),
          1_000,
        ),
      ),
      { service: { latency: [{ fromMs: 0, latencyMs: 20 }], outages: [{ fromMs: 0, toMs: 700 }] } },
    );
    expect(totals.jobFailures).toBe(2);
    expect(totals.written).toBe(totals.read);
  });

  it('of the blocking client with a wrong id does not hold its thread for ever', async () => {
    const { totals } = await runJob(
      jobOf((orders, { service }) =>
        AsyncDataStream.unorderedWait(
          orders,
          lookUp(service, {
            async asyncInvoke(order, resultFuture) {
              try {
                await service.lookupBlocking(untyped<{ id: string }>(order).id);
              } catch {
                resultFuture.complete([]);
              }
            },
          }),
          1_000,
        ),
      ),
    );
    expect(totals).toMatchObject({ emptied: totals.read, jobFailures: 0 });
    expect(totals.read).toBeGreaterThan(1_900);
  });
});

describe('the report of a job', () => {
  it('takes a row of each branch for two rows, not for duplicates', async () => {
    const { totals } = await runJob(async (context) => {
      const orders = ordersOf(context);
      orders.map(({ order }) => ({ order })).sinkTo(context.sink);
      orders.map(({ customer }) => ({ customer })).sinkTo(context.sink);
      await context.env.execute('branches');
    });
    expect(totals).toMatchObject({ duplicates: 0, rows: 2 * totals.read });
  });

  it('tells operators of one name apart', async () => {
    const { subtasks, backPressure } = await runJob(
      jobOf((orders) => orders.map((order) => order).map((order) => untyped<never>(order))),
    );
    const names = ['Source: orders', 'Map', 'Map (2)', 'Map (3)', 'Sink: table'];
    expect(Object.keys(backPressure)).toEqual(names);
    expect([...new Set(subtasks.map(({ operator }) => operator))]).toEqual(names);
  });

  it('accounts for every record at every sample: arrived = lag + held + written', async () => {
    const { series } = await runJob(
      jobOf((orders, { service }) =>
        orders.map(async ({ customer }) => untyped<never>(await service.lookup(customer))).setParallelism(3),
      ),
      { cluster: { ...plainJob.cluster, channelRecords: 3 } },
    );
    for (const [i, arrived] of series.arrivedRecords.entries())
      expect(
        (series.lagRecords[i] ?? 0) + (series.heldRecords[i] ?? 0) + (series.writtenRows[i] ?? 0),
        `sample ${i}`,
      ).toBe(arrived);
  });
});

describe('a stop while a checkpoint is under way', () => {
  it('comes to its end though one source has not sent the barrier of the checkpoint yet', async () => {
    const skewed: TestJob = async (context) => {
      const { env, source, service, sink } = context;
      env
        .fromSource(source, WatermarkStrategy.noWatermarks<ConsumerRecord>(), 'orders')
        .map(async (record) => (record.partition === 0 ? (await service.lookup('customer-1'), record) : record))
        .keyBy(({ key }) => key ?? '')
        .process<ConsumerRecord>({ processElement: (record, _, out) => out.collect(record) })
        .sinkTo(sink);
      await env.execute('skewed');
    };
    for (const durationMs of [1_000.5, 1_010, 1_050]) {
      const { totals } = await runJob(skewed, {
        durationMs,
        graceMs: 10_000,
        source: { ...plainJob.source, partitions: 2, partitionWeights: [9, 1] },
      });
      expect(totals).toMatchObject({ unsettled: 0, written: totals.read, returnedMs: expect.any(Number) as number });
    }
  });
});
