// The settings of a polling application: the KCL's defaults, and a clear answer to a name or value it does not take.

import type { PollingConfig } from './api.ts';
import { IllegalArgumentException } from './errors.ts';
import { leastIdleMs, shardLimits } from './limits.ts';

export type ResolvedPollingConfig = Required<PollingConfig>;

/** Defaults of KCL 3.3 and later (N3, N4). */
export const pollingDefaults: ResolvedPollingConfig = {
  maxRecords: shardLimits.recordsPerCall,
  idleTimeBetweenReadsInMillis: 1_500,
  maxPendingProcessRecordsInput: 4,
};

const boundsOf: Record<keyof PollingConfig, { readonly least: number; readonly most: number }> = {
  maxRecords: { least: 1, most: shardLimits.recordsPerCall },
  idleTimeBetweenReadsInMillis: { least: 0, most: 3_600_000 },
  maxPendingProcessRecordsInput: { least: 1, most: 5 },
};

/**
 * A program's settings over the defaults. An idle time below 200 ms is raised to it, as the client does (M7, N3). Throws
 * IllegalArgumentException for an unknown name, a value that is no whole number, or one out of range.
 */
export function resolvePollingConfig(given: unknown): ResolvedPollingConfig {
  if (given === undefined) return pollingDefaults;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new IllegalArgumentException(
      '`config` must be an object of polling settings, such as { maxRecords: 1000, idleTimeBetweenReadsInMillis: 500 }.',
    );
  const resolved = { ...pollingDefaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!isSetting(name))
      throw new IllegalArgumentException(
        `Unknown setting '${name}'. PollingConfig takes: ${Object.keys(pollingDefaults).join(', ')}.`,
      );
    const { least, most } = boundsOf[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw new IllegalArgumentException(
        `'${name}' must be a whole number from ${least} to ${most}, not ${JSON.stringify(value)}.`,
      );
    resolved[name] = value;
  }
  resolved.idleTimeBetweenReadsInMillis = Math.max(leastIdleMs, resolved.idleTimeBetweenReadsInMillis);
  return resolved;
}

function isSetting(name: string): name is keyof PollingConfig {
  return Object.hasOwn(pollingDefaults, name);
}
