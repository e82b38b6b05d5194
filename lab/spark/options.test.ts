import { describe, expect, it } from 'vitest';
import { readReaderOptions } from './options.ts';

describe("a reader's options", () => {
  it('have the defaults of each source (SS4, D1)', () => {
    expect(readReaderOptions('kafka', {}, 8)).toEqual({
      startingOffsets: 'latest',
      failOnDataLoss: true,
      maxTriggerDelayMs: 900_000,
    });
    expect(readReaderOptions('delta', {}, 1)).toEqual({ maxFilesPerTrigger: 1_000 });
    expect(readReaderOptions('delta', { maxBytesPerTrigger: 5 }, 1)).toEqual({ maxBytesPerTrigger: 5 });
  });

  it('cap the Event Hubs connector at 1,000 events per partition: 32,000 with 32, so 3,200/s every 10 s (M8, E4)', () => {
    const { maxEventsPerTrigger = 0, prefetchCount } = readReaderOptions('eventhubs', {}, 32);
    expect(maxEventsPerTrigger).toBe(32_000);
    expect(maxEventsPerTrigger / 10).toBe(3_200);
    expect(prefetchCount).toBe(500);
  });

  it('are read from numbers and text, in any case, times and sizes with units', () => {
    const given = {
      MAXOFFSETSPERTRIGGER: '50000',
      minOffsetsPerTrigger: 1_000,
      maxTriggerDelay: '5m',
      minPartitions: 40,
    };
    expect(readReaderOptions('kafka', given, 8)).toMatchObject({
      maxOffsetsPerTrigger: 50_000,
      minOffsetsPerTrigger: 1_000,
      maxTriggerDelayMs: 300_000,
      minPartitions: 40,
    });
    expect(readReaderOptions('delta', { maxBytesPerTrigger: '10g' }, 1).maxBytesPerTrigger).toBe(10 * 1_024 ** 3);
    expect(readReaderOptions('kafka', { failOnDataLoss: 'false', subscribe: 'orders' }, 1).failOnDataLoss).toBe(false);
  });

  it('of another source are refused with its name, and with what to use here', () => {
    expect(() => readReaderOptions('eventhubs', { maxOffsetsPerTrigger: 1 }, 8)).toThrow(
      "option 'maxOffsetsPerTrigger' belongs to Spark's Kafka source; the Event Hubs connector does not read it. Use maxEventsPerTrigger",
    );
    expect(() => readReaderOptions('kafka', { maxFilesPerTrigger: 1 }, 8)).toThrow('belongs to the Delta source');
    expect(() => readReaderOptions('delta', { prefetchCount: 1 }, 1)).toThrow('belongs to the Event Hubs connector');
  });

  it('of DStreams are refused: they do nothing here (SS3)', () => {
    expect(() => readReaderOptions('kafka', { 'spark.streaming.backpressure.enabled': true }, 8)).toThrow(
      'belongs to DStreams',
    );
  });

  it('that cannot be meant are refused with what to write', () => {
    expect(() => readReaderOptions('kafka', { maxOffsetPerTrigger: 1 }, 8)).toThrow('is unknown');
    expect(() => readReaderOptions('kafka', { maxOffsetsPerTrigger: '50k' }, 8)).toThrow(
      "maxOffsetsPerTrigger is '50k'",
    );
    expect(() => readReaderOptions('kafka', { maxTriggerDelay: 'soon' }, 8)).toThrow('a time such as 15m');
    expect(() => readReaderOptions('kafka', { startingOffsets: 'newest' }, 8)).toThrow('earliest or latest');
    expect(() => readReaderOptions('kafka', { failOnDataLoss: 'maybe' }, 8)).toThrow('true or false');
    expect(() => readReaderOptions('kafka', { minOffsetsPerTrigger: 9, maxOffsetsPerTrigger: 5 }, 8)).toThrow(
      'the least not exceed the most',
    );
  });
});
