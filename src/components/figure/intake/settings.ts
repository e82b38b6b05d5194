// What the reader of the intake figure may move, and the scenario that follows from it.

import { exercise } from '#exercises/cap-intake/exercise.ts';
import { rowsPerSecond } from '#lab/sink/call-cost.ts';
import type { ConsumerScenario } from '#lab/kafka/scenario.ts';

export interface IntakeSettings {
  /** Arrivals during the spike, for this member. */
  readonly spikePerSecond: number;
  /** What the sink takes when all its connections are busy with calls of 200 rows. */
  readonly sinkPerSecond: number;
  readonly highMark: number;
  readonly lowMark: number;
  /** Whether the consumer pauses at its high mark at all. */
  readonly isBounded: boolean;
  readonly writesAtOnce: number;
  readonly rowsPerWrite: number;
}

export const defaults: IntakeSettings = {
  spikePerSecond: 15_000,
  sinkPerSecond: 8_000,
  highMark: 8_000,
  lowMark: 3_000,
  isBounded: true,
  writesAtOnce: 4,
  rowsPerWrite: 200,
};

export const maxPollRecords = 500;

/** What the figure's consumer has and its reader does not move. */
export const fixed = { maxPollRecords, flushMs: 50, commitEveryMs: 50, hasJitter: true } as const;
export const spikeSpan = { fromMs: 2_000, toMs: 7_000 };

function exerciseScenario(name: string): ConsumerScenario {
  const scenario = exercise.scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`The exercise cap-intake has no scenario "${name}".`);
  return scenario;
}

/** The exercise's member and sink, so that lesson and exercise never disagree. */
export const base = exerciseScenario('steady');

const { callMs, rowMs, connections } = base.sink;
/** The cost of a call at the sink's full speed. */
export const callCost = { callOverheadMs: callMs, rowMs };
export const fullSpeedPerSecond = Math.round(rowsPerSecond(callCost, 200, connections));

/** Records that fill the process's memory: the brim of the tank. */
export const brimRecords = (base.process.limitBytes - base.process.baseBytes) / base.process.bytesPerRecord;

/** The incident: a quarter of a minute with a spike of five seconds, in which the sink never gets faster. */
export function scenarioOf({ spikePerSecond, sinkPerSecond }: IntakeSettings): ConsumerScenario {
  const slowness = fullSpeedPerSecond / sinkPerSecond;
  return {
    ...base,
    name: 'figure',
    title: 'A spike',
    summary: 'Five seconds of more records than the sink takes.',
    durationMs: 15_000,
    graceMs: 1,
    traffic: {
      baseRecordsPerSecond: base.traffic.baseRecordsPerSecond,
      spike: { ...spikeSpan, recordsPerSecond: spikePerSecond },
    },
    sink: { ...base.sink, callMs: callMs * slowness, rowMs: rowMs * slowness, jitterShare: 0 },
  };
}

/** Settings that can be run: the low mark stays below the high one. */
export function inOrder(settings: IntakeSettings): IntakeSettings {
  return settings.lowMark < settings.highMark ? settings : { ...settings, lowMark: settings.highMark - 1 };
}
