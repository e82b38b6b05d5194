// A producer's settings: Kafka's defaults, and a clear answer to a name or value it does not take.

import { ConfigException } from './errors.ts';
import type { ProducerConfig } from './producer-api.ts';

export type ResolvedProducerConfig = Required<ProducerConfig>;

/** Defaults of Kafka's ProducerConfig since 4.0 (P2, P3). */
export const producerConfigDefaults: ResolvedProducerConfig = {
  'buffer.memory': 33_554_432,
  'batch.size': 16_384,
  'linger.ms': 5,
  'max.block.ms': 60_000,
  'delivery.timeout.ms': 120_000,
  'request.timeout.ms': 30_000,
  'max.in.flight.requests.per.connection': 5,
};

const leastOf: ResolvedProducerConfig = {
  'buffer.memory': 1,
  'batch.size': 0,
  'linger.ms': 0,
  'max.block.ms': 0,
  'delivery.timeout.ms': 0,
  'request.timeout.ms': 0,
  'max.in.flight.requests.per.connection': 1,
};

function isSetting(name: string): name is keyof ResolvedProducerConfig {
  return Object.hasOwn(producerConfigDefaults, name);
}

/**
 * A program's settings over the defaults. Throws ConfigException for an unknown name, a wrong type, a value out of range,
 * and, as Kafka does, for a delivery timeout that does not hold linger and request timeout.
 */
export function resolveProducerConfig(given: unknown): ResolvedProducerConfig {
  const resolved = { ...producerConfigDefaults };
  if (given === undefined) return resolved;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new ConfigException("`config` must be an object of producer settings, such as { 'linger.ms': 20 }.");
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!isSetting(name))
      throw new ConfigException(
        `Unknown setting '${name}'. This producer takes: ${Object.keys(producerConfigDefaults).join(', ')}.`,
      );
    if (typeof value !== 'number' || !Number.isInteger(value) || value < leastOf[name])
      throw new ConfigException(
        `'${name}' must be a whole number of at least ${leastOf[name]}, not ${JSON.stringify(value)}.`,
      );
    resolved[name] = value;
  }
  const least = resolved['linger.ms'] + resolved['request.timeout.ms'];
  if (resolved['delivery.timeout.ms'] < least)
    throw new ConfigException(
      `'delivery.timeout.ms' is ${resolved['delivery.timeout.ms']}; it must be at least linger.ms + request.timeout.ms, ${least}.`,
    );
  return resolved;
}
