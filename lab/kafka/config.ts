// The consumer's settings: Kafka's defaults, and a clear answer to a name or value it does not take.

import type { ConsumerConfig } from './api.ts';
import { ConfigException } from './errors.ts';

export type ResolvedConfig = Required<ConsumerConfig>;

/** Defaults of Kafka's ConsumerConfig (facts K11–K19). */
export const consumerDefaults: ResolvedConfig = {
  'max.poll.records': 500,
  'max.poll.interval.ms': 300_000,
  'max.partition.fetch.bytes': 1_048_576,
  'fetch.max.bytes': 52_428_800,
  'fetch.min.bytes': 1,
  'fetch.max.wait.ms': 500,
  'enable.auto.commit': true,
  'auto.commit.interval.ms': 5_000,
};

const leastOf: Record<Exclude<keyof ResolvedConfig, 'enable.auto.commit'>, number> = {
  'max.poll.records': 1,
  'max.poll.interval.ms': 1,
  'max.partition.fetch.bytes': 0,
  'fetch.max.bytes': 0,
  'fetch.min.bytes': 0,
  'fetch.max.wait.ms': 0,
  'auto.commit.interval.ms': 1,
};

/** What the platform fixes for its tenants: a default, and the most that a program may ask for. */
export interface ConfigPolicy {
  'max.poll.interval.ms'?: { default: number; most: number };
}

function isSetting(name: string): name is keyof ResolvedConfig {
  return Object.hasOwn(consumerDefaults, name);
}

/**
 * Merges a program's settings over the defaults and the platform's policy.
 * Throws ConfigException for an unknown name, a wrong type, or a value out of range.
 */
export function resolveConfig(given: unknown, policy: ConfigPolicy = {}): ResolvedConfig {
  const interval = policy['max.poll.interval.ms'];
  const resolved: Record<string, unknown> = { ...consumerDefaults };
  if (interval !== undefined) resolved['max.poll.interval.ms'] = interval.default;
  if (given === undefined) return resolved as unknown as ResolvedConfig;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ConfigException("`config` must be an object of consumer settings, such as { 'max.poll.records': 500 }.");
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!isSetting(name)) {
      throw new ConfigException(
        `Unknown setting '${name}'. This client takes: ${Object.keys(consumerDefaults).join(', ')}.`,
      );
    }
    if (name === 'enable.auto.commit') {
      if (typeof value !== 'boolean')
        throw new ConfigException(`'${name}' must be true or false, not ${JSON.stringify(value)}.`);
    } else if (typeof value !== 'number' || !Number.isInteger(value) || value < leastOf[name]) {
      throw new ConfigException(
        `'${name}' must be a whole number of at least ${leastOf[name]}, not ${JSON.stringify(value)}.`,
      );
    }
    resolved[name] = value;
  }
  if (interval !== undefined && (resolved['max.poll.interval.ms'] as number) > interval.most) {
    throw new ConfigException(
      `'max.poll.interval.ms' may be at most ${interval.most} on this platform: a stuck member must be noticed within the incident, not after it.`,
    );
  }
  return resolved as unknown as ResolvedConfig;
}
