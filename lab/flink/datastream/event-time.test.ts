import { describe, expect, it } from 'vitest';
import {
  MapStateDescriptor,
  OutputTag,
  StateTtlConfig,
  TumblingEventTimeWindows,
  ValueStateDescriptor,
  WatermarkStrategy,
} from '../index.ts';
import type { ConsumerRecord } from '../../kafka/api.ts';
import { plainJob, runJob, type TestJob } from '../../testing/run-flink.ts';
import { runEpochMs } from '../../process/host.ts';

interface Order {
  readonly order: string;
  readonly customer: string;
  readonly cents: number;
}
const parse = ({ value }: ConsumerRecord) => JSON.parse(value) as Order;

/** Orders of each second, over all customers. */
const perSecond =
  (strategy: WatermarkStrategy<ConsumerRecord>, isLateKept = false): TestJob =>
  async ({ env, source, sink, deadLetters }) => {
    const late = new OutputTag<ConsumerRecord>('late');
    const windows = env
      .fromSource(source, strategy, 'orders')
      .keyBy(() => 'all')
      .window(TumblingEventTimeWindows.of(1_000));
    const counts = (isLateKept ? windows.sideOutputLateData(late) : windows).aggregate(
      { createAccumulator: () => 0, add: (_, sum: number) => sum + 1, getResult: (sum) => sum },
      (_, window, orders, out: { collect(row: { fromMs: number; orders: number }): void }) =>
        out.collect({ fromMs: window.start - runEpochMs, orders }),
    );
    if (isLateKept) counts.getSideOutput(late).sinkTo(deadLetters);
    counts.sinkTo(sink);
    await env.execute('per second');
  };
const bounded = (ms: number) => WatermarkStrategy.forBoundedOutOfOrderness<ConsumerRecord>(ms);

describe('windows of event time', () => {
  it('give one result each, when the watermark has passed their end, and miss nothing within the disorder', async () => {
    const source = { ...plainJob.source, disorderMs: 300 };
    const { rows, totals } = await runJob(perSecond(bounded(300)), { source });
    const counts = rows as { fromMs: number; orders: number }[];
    expect(counts.map(({ fromMs }) => fromMs)).toEqual([-1_000, 0, 1_000, 2_000, 3_000]);
    expect(counts.slice(2).every(({ orders }) => Math.abs(orders - 400) < 20)).toBe(true);
    expect(totals.late).toBe(0);
  });

  it('drop and count what is late, or give it to a side output', async () => {
    const source = { ...plainJob.source, late: { share: 0.05, byMs: 3_000 } };
    const dropped = await runJob(perSecond(bounded(300)), { source });
    expect(dropped.totals.late).toBeGreaterThan(20);
    const kept = await runJob(perSecond(bounded(300), true), { source });
    expect(kept.totals).toMatchObject({ late: 0, parked: dropped.totals.late });
  });

  it('wait for a silent partition for ever, unless its source has withIdleness (F29)', async () => {
    const source = { ...plainJob.source, silence: { fromMs: 1_500, partitions: 1 } };
    const held = await runJob(perSecond(bounded(100)), { source });
    expect((held.rows as { fromMs: number }[]).map(({ fromMs }) => fromMs)).toEqual([0]);
    expect(held.series.watermarkLagMs.at(49)).toBeGreaterThan(3_000);
    const free = await runJob(perSecond(bounded(100).withIdleness(500)), { source });
    expect((free.rows as { fromMs: number }[]).map(({ fromMs }) => fromMs)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(free.series.watermarkLagMs.at(49)).toBeLessThan(1_000);
  });

  it('wait for a reader that has no partition as well: more subtasks than partitions (F23)', async () => {
    const tooWide =
      (strategy: WatermarkStrategy<ConsumerRecord>): TestJob =>
      async ({ env, source, sink }) => {
        env
          .fromSource(source, strategy, 'orders')
          .setParallelism(5)
          .keyBy(() => 'all')
          .window(TumblingEventTimeWindows.of(1_000))
          .reduce((a) => a)
          .sinkTo(sink);
        await env.execute('too wide');
      };
    expect((await runJob(tooWide(bounded(100)))).totals.rows).toBe(0);
    expect((await runJob(tooWide(bounded(100).withIdleness(500)))).totals.rows).toBeGreaterThan(2);
  });

  it('come again from a checkpoint with all that they had', async () => {
    const whole = await runJob(perSecond(bounded(100)));
    const cut = await runJob(perSecond(bounded(100)), { killAtMs: 2_500 });
    const distinct = (rows: readonly unknown[]) => [...new Set(rows.map((row) => JSON.stringify(row)))].sort();
    expect(distinct(cut.rows)).toEqual(distinct(whole.rows));
  });
});

describe('watermark alignment', () => {
  it('reads no further ahead in one partition than the drift allows', async () => {
    const source = { ...plainJob.source, partitions: 2, partitionWeights: [1, 1] };
    const slow: TestJob = async ({ env, source: topic, sink }) => {
      // Partition 1 claims to be an hour behind at first, and comes closer by 2 ms each ms.
      const behind = bounded(0).withTimestampAssigner((record, timestamp) =>
        record.partition === 0 ? timestamp : runEpochMs - 3_600_000 + 2 * (timestamp - runEpochMs),
      );
      env.fromSource(topic, behind.withWatermarkAlignment('orders', 1_000), 'orders').setParallelism(1).sinkTo(sink);
      await env.execute('aligned');
    };
    const { rows } = await runJob(slow, { source });
    const fromFirst = (rows as ConsumerRecord[]).filter(({ partition }) => partition === 0);
    expect(fromFirst.length).toBeLessThan(100);
    expect(rows.length).toBeGreaterThan(900);
  });
});

describe('keyed state and timers', () => {
  it('fire event-time timers when the watermark is there, once for each time, and delete what is deleted', async () => {
    const job: TestJob = async ({ env, source, sink }) => {
      const last = new ValueStateDescriptor<number>('last');
      env
        .fromSource(source, bounded(0), 'orders')
        .keyBy(({ partition }) => partition)
        .process<{ key: number | string; atMs: number; watermarkMs: number }>({
          processElement(_, context) {
            const timers = context.timerService();
            const state = context.getState(last);
            const before = state.value();
            if (before !== null) timers.deleteEventTimeTimer(before + 250);
            state.update(context.timestamp());
            timers.registerEventTimeTimer(context.timestamp() + 250);
            timers.registerEventTimeTimer(context.timestamp() + 250);
          },
          onTimer(timestamp, context, out) {
            const watermarkMs = context.timerService().currentWatermark() - runEpochMs;
            out.collect({ key: context.getCurrentKey(), atMs: timestamp - runEpochMs, watermarkMs });
          },
        })
        .sinkTo(sink);
      await env.execute('gaps');
    };
    // The last partition falls silent; its timer needs the others' watermark, and so an idle source.
    const source = { ...plainJob.source, silence: { fromMs: 1_000, partitions: 1 } };
    const held = await runJob(job, { source });
    expect(held.rows).toEqual([]);
    const idle: TestJob = (context) =>
      job({
        ...context,
        env: {
          ...context.env,
          fromSource: (given, strategy, name) => context.env.fromSource(given, strategy.withIdleness(300), name),
        },
      });
    const { rows } = await runJob(idle, { source });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ key: 3 });
    const [{ atMs, watermarkMs }] = rows as [{ atMs: number; watermarkMs: number }];
    expect(watermarkMs).toBeGreaterThanOrEqual(atMs);
  });

  it('fire processing-time timers by the clock', async () => {
    const job: TestJob = async ({ env, source, sink }) => {
      env
        .fromSource(source, WatermarkStrategy.noWatermarks(), 'orders')
        .keyBy(() => 'all')
        .process<number>({
          processElement(_, context) {
            const timers = context.timerService();
            timers.registerProcessingTimeTimer(Math.ceil((timers.currentProcessingTime() + 1) / 1_000) * 1_000);
          },
          onTimer: (timestamp, _, out) => out.collect(timestamp % 1_000),
        })
        .sinkTo(sink);
      await env.execute('ticks');
    };
    const { rows } = await runJob(job);
    expect(rows).toEqual([0, 0, 0, 0, 0]);
  });

  it('forget after a time to live: state stays small where it grew for ever', async () => {
    const jobWith =
      (ttl: StateTtlConfig | null): TestJob =>
      async ({ env, source, sink }) => {
        const seen = new MapStateDescriptor<string, boolean>('seen');
        if (ttl !== null) seen.enableTimeToLive(ttl);
        env
          .fromSource(source, WatermarkStrategy.noWatermarks(), 'orders')
          .map(parse)
          .keyBy(({ customer }) => customer)
          .process<Order>({
            processElement(order, context, out) {
              const orders = context.getMapState(seen);
              if (orders.contains(order.order)) return;
              orders.put(order.order, true);
              out.collect(order);
            },
          })
          .sinkTo(sink);
        await env.execute('deduplicate');
      };
    const forEver = await runJob(jobWith(null));
    const forASecond = await runJob(jobWith(StateTtlConfig.newBuilder(1_000).build()));
    expect(forEver.series.stateBytes.at(45)).toBeGreaterThan(3 * (forASecond.series.stateBytes.at(45) ?? 0));
    expect(forASecond.series.stateBytes.at(45)).toBeLessThan(1.6 * (forASecond.series.stateBytes.at(15) ?? 0));
    expect(forASecond.totals.written).toBe(forASecond.totals.read);
  });

  it('belongs to the record at hand, also through handles from open(), in every subtask', async () => {
    const jobFor: TestJob = async ({ env, source, sink }) => {
      let total: { value(): number | null; update(value: number): void } | null = null;
      env
        .fromSource(source, WatermarkStrategy.noWatermarks(), 'orders')
        .map(parse)
        .keyBy(({ customer }) => customer)
        .process<{ customer: string; orders: number }>({
          open(context) {
            total = context.getState(new ValueStateDescriptor<number>('orders'));
          },
          processElement({ customer }, _, out) {
            const orders = (total?.value() ?? 0) + 1;
            total?.update(orders);
            out.collect({ customer, orders });
          },
        })
        .setParallelism(4)
        .sinkTo(sink);
      await env.execute('handles');
    };
    const { rows } = await runJob(jobFor, { durationMs: 2_000 });
    const counts = new Map<string, number>();
    for (const { customer, orders } of rows as { customer: string; orders: number }[]) {
      expect(orders).toBe((counts.get(customer) ?? 0) + 1);
      counts.set(customer, orders);
    }
    expect(counts.size).toBe(50);
  });
});
