// All laws by name: what an exercise may ask for.

import { decisionHolds } from './decision.ts';
import { lagDrains, lagFlattens } from './lag.ts';
import type { Law } from './law.ts';
import { heapBounded, noEviction, noFlapping, staysAlive, stopsCleanly } from './process.ts';
import { deadLettersExact, duplicatesExplained, nothingLost } from './records.ts';
import { retriesBounded, sinkP95, sinkRecovers } from './sink.ts';

/**
 * Each law with the unit of its number and how the number is held against the target. `depth` orders
 * what goes wrong at one instant, causes (0) before symptoms.
 */
export const laws = {
  'lag-flattens': { holds: lagFlattens, depth: 5, unit: 'records/s', comparison: '≤' },
  'lag-drains': { holds: lagDrains, depth: 5, unit: 's', comparison: '≤' },
  'sink-p95': { holds: sinkP95, depth: 4, unit: 'ms', comparison: '≤' },
  'retries-bounded': { holds: retriesBounded, depth: 2, unit: 'refusals/s', comparison: '≤' },
  'sink-recovers': { holds: sinkRecovers, depth: 2, unit: 's', comparison: '≤' },
  'heap-bounded': { holds: heapBounded, depth: 0, unit: 'MiB', comparison: '≤' },
  'stays-alive': { holds: staysAlive, depth: 1, unit: 'deaths', comparison: '=' },
  'no-eviction': { holds: noEviction, depth: 0, unit: 'evictions', comparison: '=' },
  'no-flapping': { holds: noFlapping, depth: 1, unit: 'flutters/s', comparison: '≤' },
  'stops-cleanly': { holds: stopsCleanly, depth: 5, unit: 'records', comparison: '=' },
  'nothing-lost': { holds: nothingLost, depth: 3, unit: 'records', comparison: '=' },
  'duplicates-explained': { holds: duplicatesExplained, depth: 3, unit: 'rows', comparison: '≤' },
  'dead-letters-exact': { holds: deadLettersExact, depth: 2, unit: 'records', comparison: '=' },
  'decision-holds': { holds: decisionHolds, depth: 6, unit: 'records/s', comparison: '≤' },
} as const satisfies Record<
  string,
  { holds: Law<{ target: number }>; depth: number; unit: string; comparison: '≤' | '=' }
>;

export type LawName = keyof typeof laws;

/** A law with its target. */
export interface LawSpec {
  readonly law: LawName;
  /** The number to stay at or below, in the law's unit. One number, or one for each scenario that differs. */
  readonly target: number | Readonly<Record<string, number>>;
}
