import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hop } from '../testing/run.ts';
import type { ProducerConfig, ProducerContext, ProducerRecord } from './producer-api.ts';
import { ProducerBroker } from './producer-broker.ts';
import type { ProducerProgramScenario, ProducerTrace } from './producer-program.ts';
import { TimeoutException } from './producer-errors.ts';
import { runProducerProgram } from './producer-run.ts';

const plain: ProducerProgramScenario = {
  name: 'plain',
  title: 'Plain',
  summary: 'For tests.',
  durationMs: 20_000,
  graceMs: 10_000,
  topic: 'orders',
  partitions: 3,
  recordBytes: 1_000,
  traffic: [{ fromMs: 0, recordsPerSecond: 1_000 }],
  broker: { acknowledged: [{ fromMs: 0, bytesPerSecond: 10e6 }], roundTripMs: 5 },
  process: { limitBytes: 1024 ** 3, baseBytes: 0, bytesPerRecord: 1_000, restartMs: 1_000, mostRestarts: 3 },
};
const outage = (fromMs: number, toMs: number) => ({
  ...plain.broker,
  acknowledged: [
    { fromMs: 0, bytesPerSecond: 10e6 },
    { fromMs, bytesPerSecond: 0 },
    { fromMs: toMs, bytesPerSecond: 10e6 },
  ],
});

function runTest(
  run: (context: ProducerContext) => Promise<void>,
  changes: Partial<ProducerProgramScenario> = {},
  config: ProducerConfig | object = {},
): Promise<ProducerTrace> {
  const program = { start: () => Promise.resolve({ config, decision: undefined, run }) };
  return runProducerProgram(program, { ...plain, ...changes }, 0, { hop });
}

/** Takes what there is, sends it, and looks at no future. */
const forgetful = async ({ producer, orders }: ProducerContext): Promise<void> => {
  for (let batch = await orders.take(500); batch.length > 0; batch = await orders.take(500))
    for (const order of batch) void producer.send(order);
  await producer.close();
};

/** Waits for each hand-full before it takes the next, and sends again what has failed. */
const careful = async ({ producer, orders }: ProducerContext): Promise<void> => {
  const deliver = async (order: ProducerRecord): Promise<void> => {
    for (;;) {
      try {
        await producer.send(order);
        return;
      } catch (error) {
        if (!(error instanceof TimeoutException)) throw error;
      }
    }
  };
  for (let batch = await orders.take(500); batch.length > 0; batch = await orders.take(500))
    await Promise.all(batch.map(deliver));
  await producer.close();
};

const isConserved = ({ totals }: ProducerTrace): boolean =>
  totals.sent === totals.acked + totals.blockFailed + totals.expired + totals.died;

describe('a producer program', () => {
  it('has every order acknowledged when brokers keep up, in batches that linger 5 ms', async () => {
    const trace = await runTest(forgetful);
    expect(trace.totals).toMatchObject({
      offered: 20_000,
      taken: 20_000,
      ordersInKafka: 20_000,
      lostOrders: 0,
      duplicates: 0,
    });
    expect(Math.max(...trace.series.recordQueueMs)).toBeLessThanOrEqual(5);
    expect(trace.returnedMs).toBeLessThan(20_100);
    expect(isConserved(trace)).toBe(true);
  });

  it('loses in silence what it forgets: sends fail after max.block.ms, and nothing is thrown (P1)', async () => {
    const settings = { 'buffer.memory': 1_000_000, 'max.block.ms': 2_000 };
    const trace = await runTest(forgetful, { broker: outage(5_000, 10_000) }, settings);
    // The buffer holds the first second of the outage; the two after it fail before the brokers are back.
    expect(trace.totals.blockFailed).toBeGreaterThan(1_500);
    expect(trace.totals.lostOrders).toBe(trace.totals.blockFailed);
    expect(trace.events).toContainEqual(expect.objectContaining({ kind: 'failed', outcome: 'block-failed' }));
    expect(trace.events.filter(({ kind }) => kind === 'start').length).toBe(1);
    expect(Math.min(...trace.series.bufferAvailableBytes.flatMap((bytes) => bytes ?? []))).toBe(0);
  });

  it('loses nothing when it waits and sends again: the orders wait before it instead', async () => {
    const settings = { 'buffer.memory': 1_000_000, 'max.block.ms': 2_000 };
    const trace = await runTest(careful, { broker: outage(5_000, 10_000) }, settings);
    expect(trace.totals).toMatchObject({ taken: 20_000, ordersInKafka: 20_000, lostOrders: 0 });
    expect(Math.max(...trace.series.untakenRecords)).toBeGreaterThan(4_000);
    expect(Math.max(...trace.series.waitingThreads)).toBe(0);
  });

  it('expires what is not acknowledged within delivery.timeout.ms, also what is on the wire (P5)', async () => {
    const settings = { 'delivery.timeout.ms': 3_000, 'request.timeout.ms': 1_000 };
    const trace = await runTest(forgetful, { broker: outage(5_000, 10_000) }, settings);
    expect(trace.totals.expired).toBeGreaterThan(1_900);
    expect(trace.totals.expired).toBeLessThan(2_100);
    expect(trace.totals.lostOrders).toBe(trace.totals.expired);
    expect(Math.max(...trace.series.recordQueueMs)).toBeLessThanOrEqual(3_000);
  });

  it('tells the callback as it tells the promise, with one of its arguments null', async () => {
    const told: unknown[] = [];
    await runTest(
      async ({ producer }) => {
        await producer.send({ topic: 'orders', value: 'a' }, (metadata, exception) =>
          told.push([metadata?.offset, exception]),
        );
        await producer
          .send({ topic: 'orders', value: 'b' }, (metadata, exception) => told.push([metadata, exception?.name]))
          .catch((error: unknown) => told.push((error as Error).name));
        await producer.flush();
      },
      {
        broker: {
          ...plain.broker,
          acknowledged: [
            { fromMs: 0, bytesPerSecond: 10e6 },
            { fromMs: 8, bytesPerSecond: 0 },
          ],
        },
      },
      { 'delivery.timeout.ms': 2_000, 'request.timeout.ms': 1_000 },
    );
    expect(told.slice(0, 1)).toEqual([[0, null]]);
    expect(new Set(told.slice(1).map(String))).toEqual(new Set(['TimeoutException', ',TimeoutException']));
  });

  it('is ended by a failure that it looks at and does not catch, and starts again', async () => {
    const hasty = async ({ producer, orders }: ProducerContext): Promise<void> => {
      for (let batch = await orders.take(10); batch.length > 0; batch = await orders.take(10))
        await Promise.all(batch.map((order) => producer.send(order)));
    };
    const trace = await runTest(
      hasty,
      { broker: outage(5_000, 8_000) },
      { 'delivery.timeout.ms': 1_000, 'request.timeout.ms': 500 },
    );
    expect(trace.events).toContainEqual(
      expect.objectContaining({ kind: 'end', how: 'threw', error: 'TimeoutException' }),
    );
    expect(trace.events.filter(({ kind }) => kind === 'start').length).toBeGreaterThan(1);
    expect(isConserved(trace)).toBe(true);
  });

  it('is muted for as long as a quota says: 5 s for 15 MB/s against 10 MB/s over 10 s (M1.10)', async () => {
    const trace = await runTest(forgetful, {
      traffic: [{ fromMs: 0, recordsPerSecond: 1_500 }],
      recordBytes: 10_000,
      durationMs: 40_000,
      broker: {
        acknowledged: [{ fromMs: 0, bytesPerSecond: 50e6 }],
        roundTripMs: 5,
        quota: { fromMs: 15_000, bytesPerSecond: 10e6 },
      },
    });
    const first = trace.events.find((event) => event.kind === 'throttled');
    expect((first?.kind === 'throttled' ? first.throttleMs : 0) / 1_000).toBeCloseTo(5, 1);
    expect(first?.atMs).toBeLessThan(15_050);
    const at = (ms: number) => trace.series.ackedRecords[ms / trace.sampleMs] ?? 0;
    expect(((at(40_000) - at(15_000)) * 10_000) / 25e6).toBeLessThanOrEqual(10.5);
  });

  it('loses what it had taken when it is killed', async () => {
    const trace = await runTest(forgetful, { broker: outage(5_000, 30_000), killAtMs: 8_000 });
    expect(trace.totals.died).toBeGreaterThan(2_900);
    expect(trace.totals.lostOrders).toBeGreaterThanOrEqual(3_000);
    expect(isConserved(trace)).toBe(true);
  });

  it('dies of memory when it takes more than it can send and never waits', async () => {
    const trace = await runTest(
      forgetful,
      {
        broker: outage(1_000, 30_000),
        process: { ...plain.process, limitBytes: 5_000_000 },
      },
      { 'buffer.memory': 1_000_000 },
    );
    expect(trace.events).toContainEqual(expect.objectContaining({ kind: 'end', how: 'out-of-memory' }));
  });

  it('fails with words for a mistake in the program', async () => {
    await expect(runTest(forgetful, {}, { 'delivery.timeout.ms': 1_000 })).rejects.toMatchObject({
      phase: 'config',
      cause: expect.objectContaining({
        message: "'delivery.timeout.ms' is 1000; it must be at least linger.ms + request.timeout.ms, 30005.",
      }),
    });
    await expect(runTest(forgetful, {}, { 'linger.sm': 1 })).rejects.toMatchObject({ phase: 'config' });
    const nameless = runTest(({ producer }) =>
      producer.send({ value: 'x' } as unknown as ProducerRecord).then(() => {}),
    );
    await expect(nameless).rejects.toMatchObject({ phase: 'run', cause: expect.any(TypeError) });
  });

  it('knows an order in a record of the program’s own, also in one that is filled again and again', async () => {
    const makers: ((order: ProducerRecord) => ProducerRecord)[] = [
      (order) => ({ ...order }),
      ({ value }) => ({ topic: 'orders', value }),
      ({ key, value }) => ({
        topic: 'orders',
        key: key ?? null,
        value: JSON.stringify({ ...(JSON.parse(value) as object), from: 'shop' }),
      }),
    ];
    const reused = { topic: 'orders', key: '', value: '' };
    makers.push(({ key, value }) => Object.assign(reused, { key, value }));
    for (const make of makers) {
      const { totals } = await runTest(async ({ producer, orders }) => {
        for (let batch = await orders.take(500); batch.length > 0; batch = await orders.take(500))
          for (const order of batch) void producer.send(make(order));
        await producer.close();
      });
      expect(totals).toMatchObject({ ordersInKafka: 20_000, lostOrders: 0, duplicates: 0 });
    }
    const invented = await runTest(async ({ producer }) => {
      await producer.send({ topic: 'orders', value: '{"order":7}' });
    });
    expect(invented.totals).toMatchObject({ acked: 1, ordersInKafka: 0 });
  });

  it('refuses what could never be sent: another topic, no text, a buffer smaller than a record', async () => {
    const sending = (record: object) =>
      runTest(({ producer }) => producer.send(record as ProducerRecord).then(() => {}));
    await expect(sending({ topic: 'oders', value: 'x' })).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining("there is 'orders'") }),
    });
    await expect(sending({ topic: 'orders', value: { a: 1 } })).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('JSON.stringify') }),
    });
    await expect(runTest(forgetful, {}, { 'buffer.memory': 100 })).rejects.toMatchObject({ phase: 'config' });
  });

  it('ends as its own failure would when it wraps it', async () => {
    const wrapping = async ({ producer, orders }: ProducerContext): Promise<void> => {
      for (let batch = await orders.take(10); batch.length > 0; batch = await orders.take(10))
        await Promise.all(batch.map((order) => producer.send(order))).catch((cause: unknown) => {
          throw new Error('the orders could not be sent', { cause });
        });
    };
    const settings = { 'delivery.timeout.ms': 1_000, 'request.timeout.ms': 500 };
    const trace = await runTest(wrapping, { broker: outage(5_000, 8_000) }, settings);
    expect(trace.events).toContainEqual(expect.objectContaining({ kind: 'end', how: 'threw' }));
  });

  it('accounts for every send, never holds more than its memory, and leaves the same bytes twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: 2_000 }),
        fc.integer({ min: 50, max: 4_000 }),
        fc.integer({ min: 0, max: 3_000 }),
        fc.nat(3_000),
        fc.boolean(),
        async (bufferKb, maxBlockMs, outageMs, rate, isCareful) => {
          const given = {
            durationMs: 6_000,
            traffic: [{ fromMs: 0, recordsPerSecond: rate }],
            broker: outage(2_000, 2_000 + outageMs + 1),
          };
          const settings = {
            'buffer.memory': bufferKb * 1_000,
            'max.block.ms': maxBlockMs,
            'delivery.timeout.ms': 2_000,
            'request.timeout.ms': 500,
          };
          const trace = await runTest(isCareful ? careful : forgetful, given, settings);
          expect(isConserved(trace)).toBe(true);
          for (const free of trace.series.bufferAvailableBytes) expect(free ?? 0).toBeGreaterThanOrEqual(0);
          if (isCareful) expect(trace.totals.lostOrders).toBe(0);
          expect(JSON.stringify(await runTest(isCareful ? careful : forgetful, given, settings))).toBe(
            JSON.stringify(trace),
          );
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('the brokers behind a producer', () => {
  it('answer in order, at the rate of the time, and not at all when they stay away', () => {
    const broker = new ProducerBroker({
      acknowledged: [
        { fromMs: 0, bytesPerSecond: 1_000 },
        { fromMs: 1_000, bytesPerSecond: 0 },
        { fromMs: 3_000, bytesPerSecond: 2_000 },
        { fromMs: 4_000, bytesPerSecond: 0 },
      ],
      roundTripMs: 10,
    });
    expect([500, 1_000, 1_000, 1].map((bytes) => broker.answerMs(0, bytes))).toEqual([510, 3_260, 3_760, 3_760.5]);
    expect(broker.answerMs(0, 10_000)).toBe(Infinity);
    expect(broker.answerMs(5_000, 1)).toBe(Infinity);
  });
});
