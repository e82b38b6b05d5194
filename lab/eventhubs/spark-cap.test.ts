import { describe, expect, it } from 'vitest';
import { connectorDefaultCap } from './spark-cap.ts';

describe('M8 the Spark connector’s default cap', () => {
  it('is 32,000 events a trigger with 32 partitions; every 10 s, that is 3,200/s', () => {
    expect(connectorDefaultCap({ partitions: 32, triggerMs: 10_000 })).toEqual({
      eventsPerTrigger: 32_000,
      eventsPerSecond: 3_200,
    });
  });

  it('asks for partitions and a trigger', () => {
    expect(() => connectorDefaultCap({ partitions: 0, triggerMs: 10_000 })).toThrow('partitions is 0');
    expect(() => connectorDefaultCap({ partitions: 4, triggerMs: 0 })).toThrow('triggerMs is 0');
  });
});
