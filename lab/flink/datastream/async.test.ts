import { describe, expect, it } from 'vitest';
import {
  AsyncDataStream,
  AsyncRetryStrategies,
  OutputTag,
  RetryPredicates,
  ServiceError,
  WatermarkStrategy,
  type AsyncFunction,
  type CustomerService,
} from '../index.ts';
import type { ConsumerRecord } from '../../kafka/api.ts';
import { plainJob, runJob, type TestJob } from '../../testing/run-flink.ts';
import type { FlinkProgramScenario } from '../program.ts';

interface Order {
  readonly order: string;
  readonly customer: string;
}
type Enriched = Order & { readonly segment: string };
type Result = { readonly ok: Enriched } | { readonly failed: Order };

const parse = ({ value }: ConsumerRecord) => JSON.parse(value) as Order;
const strategy = () => WatermarkStrategy.noWatermarks<ConsumerRecord>();
const lookUp = (service: CustomerService): AsyncFunction<Order, Enriched> => ({
  async asyncInvoke(order, resultFuture) {
    const { segment } = await service.lookup(order.customer);
    resultFuture.complete([{ ...order, segment }]);
  },
});
const flood: Partial<FlinkProgramScenario> = {
  source: { ...plainJob.source, arrivals: [{ fromMs: 0, recordsPerSecond: 2_000 }] },
  durationMs: 4_000,
};
const rowsPerSecond = (rows: readonly (number | null)[]) => ((rows[39] ?? 0) - (rows[9] ?? 0)) / 3;

describe('AsyncDataStream in a job', () => {
  const jobWith =
    (capacity: number, fnOf = lookUp): TestJob =>
    async ({ env, source, service, sink }) => {
      const orders = env.fromSource(source, strategy(), 'orders').map(parse);
      AsyncDataStream.unorderedWait(orders, fnOf(service), 5_000, capacity).setParallelism(4).sinkTo(sink);
      await env.execute('enrich');
    };

  it('lets p · C / W through: 4 subtasks, 10 in flight, 50 ms are 800/s (M3.4)', async () => {
    const { series, totals, subtasks } = await runJob(jobWith(10), flood);
    expect(rowsPerSecond(series.writtenRows)).toBeGreaterThan(700);
    expect(rowsPerSecond(series.writtenRows)).toBeLessThanOrEqual(800);
    expect(totals.serviceMostInFlight).toBe(40);
    expect(subtasks.map(({ mostInFlight }) => mostInFlight).filter((most) => most !== null)).toEqual([10, 10, 10, 10]);
  });

  it('gains nothing from a blocking client in asyncInvoke: 80/s, as in a map (F24)', async () => {
    const blocking = (service: CustomerService): AsyncFunction<Order, Enriched> => ({
      async asyncInvoke(order, resultFuture) {
        const { segment } = await service.lookupBlocking(order.customer);
        resultFuture.complete([{ ...order, segment }]);
      },
    });
    const inMap: TestJob = async ({ env, source, service, sink }) => {
      env
        .fromSource(source, strategy(), 'orders')
        .map(parse)
        .map(async (order) => ({ ...order, ...(await service.lookup(order.customer)) }))
        .setParallelism(4)
        .sinkTo(sink);
      await env.execute('map');
    };
    for (const job of [jobWith(10, blocking), inMap]) {
      const { series, totals, subtasks } = await runJob(job, flood);
      expect(rowsPerSecond(series.writtenRows)).toBeCloseTo(80, -1);
      expect(totals.serviceMostInFlight).toBe(4);
      expect(Math.max(...subtasks.map(({ busyMsPerSecond }) => busyMsPerSecond))).toBeGreaterThan(990);
    }
  });

  it('shows an exhausted capacity as busy, not as back-pressured (F26)', async () => {
    const { subtasks } = await runJob(jobWith(10), flood);
    for (const report of subtasks.filter(({ operator }) => operator === 'async wait operator')) {
      expect(report.busyMsPerSecond).toBeGreaterThan(950);
      expect(report.backPressuredMsPerSecond).toBe(0);
    }
  });

  it('keeps the order of the input with orderedWait, and not with unorderedWait', async () => {
    const jobOf =
      (isOrdered: boolean): TestJob =>
      async ({ env, source, service, sink }) => {
        const orders = env.fromSource(source, strategy(), 'orders').setParallelism(1).map(parse).setParallelism(1);
        const wait = isOrdered ? AsyncDataStream.orderedWait : AsyncDataStream.unorderedWait;
        wait(orders, lookUp(service), 5_000).setParallelism(1).sinkTo(sink).setParallelism(1);
        await env.execute('order');
      };
    const service = { latency: [{ fromMs: 0, latencyMs: 50 }], jitterShare: 0.9 };
    const source = { ...plainJob.source, partitions: 1 };
    const offsetsOf = async (isOrdered: boolean) =>
      ((await runJob(jobOf(isOrdered), { service, source, durationMs: 2_000 })).rows as Order[]).map(({ order }) =>
        Number(order.split('-')[1]),
      );
    const [ordered, unordered] = [await offsetsOf(true), await offsetsOf(false)];
    expect(ordered).toEqual(ordered.toSorted((a, b) => a - b));
    expect(unordered).not.toEqual(unordered.toSorted((a, b) => a - b));
    expect(new Set(unordered).size).toBe(unordered.length);
  });
});

describe('a timeout', () => {
  const slow = {
    latency: [
      { fromMs: 0, latencyMs: 50 },
      { fromMs: 2_600, latencyMs: 3_000 },
      { fromMs: 2_700, latencyMs: 50 },
    ],
  };
  const jobWith =
    (timeout?: AsyncFunction<Order, Result>['timeout']): TestJob =>
    async ({ env, source, service, sink, deadLetters }) => {
      const orders = env.fromSource(source, strategy(), 'orders').map(parse);
      const fn: AsyncFunction<Order, Result> = {
        async asyncInvoke(order, resultFuture) {
          const { segment } = await service.lookup(order.customer);
          resultFuture.complete([{ ok: { ...order, segment } }]);
        },
        ...(timeout !== undefined && { timeout }),
      };
      const failed = new OutputTag<Order>('failed');
      const split = AsyncDataStream.unorderedWait(orders, fn, 500, 20).process<Enriched>({
        processElement(result, context, out) {
          if ('ok' in result) out.collect(result.ok);
          else context.output(failed, result.failed);
        },
      });
      split.getSideOutput(failed).sinkTo(deadLetters);
      split.sinkTo(sink);
      await env.execute('timeouts');
    };

  it('fails the job by default, and what came after the last checkpoint comes again', async () => {
    const { totals, events } = await runJob(jobWith(), { service: slow });
    expect(events.find(({ kind }) => kind === 'job-failed')).toMatchObject({
      operator: 'async wait operator',
      error: 'TimeoutException',
    });
    expect(totals.jobFailures).toBe(1);
    expect(totals.duplicates).toBeGreaterThan(100);
    expect(totals).toMatchObject({ unsettled: 0, written: totals.read, parked: 0 });
  });

  it('may give a tagged result instead, which a process function sends to the dead letters (F27)', async () => {
    const { totals } = await runJob(
      jobWith((order, resultFuture) => resultFuture.complete([{ failed: order }])),
      { service: slow },
    );
    expect(totals).toMatchObject({ jobFailures: 0, duplicates: 0, unsettled: 0, written: totals.read - totals.parked });
    expect(totals.parked).toBeCloseTo(40, -1);
  });
});

describe('retries', () => {
  const retryable = (error: unknown) => error instanceof ServiceError && error.retryable;
  const jobWith =
    (maxAttempts: number, timeoutMs: number): TestJob =>
    async ({ env, source, service, sink, deadLetters }) => {
      const failed = new OutputTag<Order>('failed');
      const fn: AsyncFunction<Order, Result> = {
        async asyncInvoke(order, resultFuture) {
          try {
            const { segment } = await service.lookup(order.customer);
            resultFuture.complete([{ ok: { ...order, segment } }]);
          } catch (error) {
            if (retryable(error)) resultFuture.completeExceptionally(error);
            else resultFuture.complete([{ failed: order }]);
          }
        },
        timeout: (order, resultFuture) => resultFuture.complete([{ failed: order }]),
      };
      const retry = new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder<Result>(
        maxAttempts,
        100,
        1_000,
        2,
      )
        .ifException(RetryPredicates.HAS_EXCEPTION_PREDICATE)
        .build();
      const orders = env.fromSource(source, strategy(), 'orders').map(parse);
      const split = AsyncDataStream.unorderedWaitWithRetry(orders, fn, timeoutMs, 200, retry).process<Enriched>({
        processElement(result, context, out) {
          if ('ok' in result) out.collect(result.ok);
          else context.output(failed, result.failed);
        },
      });
      split.getSideOutput(failed).sinkTo(deadLetters);
      split.sinkTo(sink);
      await env.execute('retries');
    };
  const outage = { latency: [{ fromMs: 0, latencyMs: 20 }], outages: [{ fromMs: 2_000, toMs: 2_900 }] };

  it('carry a job through an outage, when the total timeout leaves room for them', async () => {
    const { totals } = await runJob(jobWith(6, 5_000), { service: outage });
    expect(totals).toMatchObject({ jobFailures: 0, parked: 0, unsettled: 0, written: totals.read });
    expect(totals.serviceUnavailable).toBeGreaterThan(500);
  });

  it('end at the total timeout', async () => {
    const { totals } = await runJob(jobWith(6, 400), { service: outage });
    expect(totals.jobFailures).toBe(0);
    expect(totals.deadLettersGood).toBeGreaterThan(100);
  });

  it('end at maxAttempts, and then the error fails the job', async () => {
    const { totals, events } = await runJob(jobWith(1, 5_000), { service: outage });
    expect(totals.jobFailures).toBeGreaterThan(0);
    expect(events.find(({ kind }) => kind === 'job-failed')).toMatchObject({ error: 'ServiceError' });
  });

  it('leave out what can never succeed: guests go to the dead letters at once, and nobody else', async () => {
    const source = { ...plainJob.source, guestShare: 0.05 };
    const { totals } = await runJob(jobWith(3, 5_000), { source });
    expect(totals).toMatchObject({ deadLettersGood: 0, badMissing: 0, jobFailures: 0 });
    expect(totals.deadLettersBad).toBeGreaterThan(50);
    expect(totals.serviceNotFound).toBe(totals.deadLettersBad);
  });
});

describe('the service', () => {
  it('answers 429 beyond its budget, and one batch counts as one call', async () => {
    const service = { latency: [{ fromMs: 0, latencyMs: 20 }], budgetPerSecond: 200, rowMs: 0.1 };
    const seen: unknown[] = [];
    const batched: TestJob = async ({ env, source, service: remote, sink }) => {
      env.fromSource(source, strategy(), 'orders').sinkTo(sink);
      void remote
        .lookupBatch(['customer-1', 'guest-1', 'customer-2'])
        .then((customers) => seen.push(customers.map((customer) => customer?.id ?? null)));
      await env.execute('batch');
    };
    const one = await runJob(batched, { service });
    expect(seen).toEqual([['customer-1', null, 'customer-2']]);
    expect(one.totals).toMatchObject({ serviceCalls: 1, serviceRows: 3, serviceOverBudget: 0 });
    const single: TestJob = async ({ env, source, service: remote, sink }) => {
      const orders = env.fromSource(source, strategy(), 'orders').map(parse);
      const fn: AsyncFunction<Order, string> = {
        asyncInvoke(order, resultFuture) {
          void remote.lookup(order.customer).then(
            () => resultFuture.complete(['ok']),
            (error: ServiceError) => resultFuture.complete([error.code]),
          );
        },
      };
      AsyncDataStream.unorderedWait(orders, fn, 5_000, 50).sinkTo(sink);
      await env.execute('single');
    };
    const { totals, rows } = await runJob(single, { service });
    expect(totals.serviceOverBudget).toBeGreaterThan(800);
    expect(rows.filter((row) => row === 'TOO_MANY_REQUESTS').length).toBeGreaterThan(300);
  });
});
