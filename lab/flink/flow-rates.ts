// The rates of a chain at one instant: who serves how fast, given what is full, what is empty and what is offered.

/** Subtasks of an operator with the same share of its input: they do the same, so one stands for all. */
export interface SubtaskGroup {
  readonly subtasks: readonly number[];
  /** Part of the operator's input that each of them gets. */
  readonly share: number;
  /** Records in front of each of them. */
  queue: number;
  /** Records/s that each of them serves. */
  served: number;
  /** How fast the queue of each grows, in records/s. */
  growth: number;
}

/** An operator in flow. Everything is in its own records: those that come in. */
export interface FlowStage {
  readonly groups: readonly SubtaskGroup[];
  readonly bufferRecords: number;
  readonly selectivity: number;
  readonly networkPerSecond: number;
  /** Each subtask gets what the one of its number before it sends, and so their groups are the same. */
  readonly isForward: boolean;
  subtaskCapacityPerSecond: number;
  inPerSecond: number;
  servedPerSecond: number;
}

/** Parts of a rate below this are rounding. */
const tiny = 1e-9;

/**
 * Solves the rates of a chain (M3.1, M3.6) into the stages. A full subtask takes no more than it serves, and since records
 * stand in line, it sets the pace for all that its senders send: R ≤ served/share. A forward edge has one sender for each
 * subtask, so that lanes from the source on hold up only themselves. What an operator may hand on is shared fairly among
 * its subtasks. From the sink to the source this gives the limits, from the source to the sink the rates.
 *
 * Laws: served ≤ capacity; no queue falls below 0 or grows beyond its buffer; nobody waits who has work and room.
 */
export function solveRates(stages: readonly FlowStage[], offeredPerSecond: number, isReading = true): void {
  const firstShared = stages.findIndex(({ isForward }, i) => i > 0 && !isForward);
  const lanes = firstShared < 0 ? stages : stages.slice(0, firstShared);
  const outLimits = limitsOf(stages, lanes.length);
  serveLanes(lanes, { offeredPerSecond, isReading, outLimit: outLimits[lanes.length - 1] ?? Infinity });
  let inPerSecond = offeredPerSecond;
  for (const [i, stage] of stages.entries()) {
    const before = i > 0 && i < lanes.length ? stages[i - 1] : undefined;
    const outLimit = outLimits[i] ?? Infinity;
    if (i >= lanes.length) {
      const capacity = stage.subtaskCapacityPerSecond;
      const demandOf = ({ queue, share }: SubtaskGroup): number =>
        queue > 0 ? capacity : Math.min(capacity, share * inPerSecond);
      const level = fairLevel(stage.groups, demandOf, outLimit);
      for (const group of stage.groups) group.served = Math.min(demandOf(group), level);
    }
    stage.inPerSecond = inPerSecond;
    stage.servedPerSecond = 0;
    for (const [g, group] of stage.groups.entries()) {
      const sent = before?.groups[g]?.served;
      const arriving = sent === undefined ? group.share * inPerSecond : sent * (before?.selectivity ?? 1);
      group.growth = arriving - group.served;
      if (Math.abs(group.growth) <= tiny * (1 + arriving)) group.growth = 0;
      stage.servedPerSecond += group.served * group.subtasks.length;
    }
    if (stage.servedPerSecond > outLimit) stage.servedPerSecond = outLimit;
    inPerSecond = stage.servedPerSecond * stage.selectivity;
  }
}

/**
 * What the subtasks of the source serve, and those of the operators on its lanes: first as if nothing lay behind them, then
 * within what the operator behind the lanes lets in, then back to the source for each lane with a full buffer.
 */
function serveLanes(
  lanes: readonly FlowStage[],
  given: { readonly offeredPerSecond: number; readonly isReading: boolean; readonly outLimit: number },
): void {
  for (const [i, { groups, subtaskCapacityPerSecond: capacity }] of lanes.entries())
    for (const [g, group] of groups.entries()) {
      const sent = (lanes[i - 1]?.groups[g]?.served ?? 0) * (lanes[i - 1]?.selectivity ?? 0);
      const arriving = i === 0 ? group.share * given.offeredPerSecond : sent;
      group.served = group.queue > 0 ? capacity : Math.min(capacity, arriving);
      if (i === 0 && !given.isReading) group.served = 0;
    }
  const last = lanes.at(-1)?.groups ?? [];
  const level = fairLevel(last, ({ served }) => served, given.outLimit);
  for (const group of last) group.served = Math.min(group.served, level);
  for (const [i, { groups, selectivity }] of [...lanes.entries()].reverse()) {
    const next = lanes[i + 1];
    if (next === undefined || selectivity === 0) continue;
    for (const [g, group] of groups.entries()) {
      const { queue = 0, served = 0 } = next.groups[g] ?? {};
      if (queue >= next.bufferRecords) group.served = Math.min(group.served, served / selectivity);
    }
  }
}

/** What each stage may serve at most, all its subtasks together, for what lies behind it: from the last of the lanes on. */
function limitsOf(stages: readonly FlowStage[], lanes: number): readonly number[] {
  const limits = stages.map(() => Infinity);
  for (let i = stages.length - 1; i >= lanes; i--) {
    const stage = stages[i] as FlowStage;
    const before = stages[i - 1] as FlowStage;
    const inLimit = Math.min(stage.networkPerSecond, inLimitOf(stage, limits[i] ?? Infinity));
    limits[i - 1] = before.selectivity > 0 ? inLimit / before.selectivity : Infinity;
  }
  return limits;
}

/**
 * What a stage can take in so that no full subtask overflows. With w the largest share of a full subtask and f what each
 * subtask may serve, R = f/w; then a subtask with a queue serves f too, one without what comes, f · share/w at most.
 */
function inLimitOf(stage: FlowStage, outLimit: number): number {
  let widest = 0;
  for (const { queue, share } of stage.groups) if (queue >= stage.bufferRecords) widest = Math.max(widest, share);
  if (widest === 0) return Infinity;
  let servers = 0;
  for (const { queue, share, subtasks } of stage.groups)
    servers += subtasks.length * (queue > 0 ? 1 : Math.min(1, share / widest));
  return Math.min(stage.subtaskCapacityPerSecond, outLimit / servers) / widest;
}

/** The rate that nobody exceeds, so that all together serve `limit`: small demands in full, the rest evenly. */
function fairLevel(groups: readonly SubtaskGroup[], demandOf: (group: SubtaskGroup) => number, limit: number): number {
  const total = groups.reduce((sum, group) => sum + demandOf(group) * group.subtasks.length, 0);
  if (total <= limit) return Infinity;
  let left = limit;
  let waiting = groups.reduce((sum, { subtasks }) => sum + subtasks.length, 0);
  for (const group of groups.toSorted((a, b) => demandOf(a) - demandOf(b))) {
    const demand = demandOf(group);
    if (demand * waiting > left) break;
    left -= demand * group.subtasks.length;
    waiting -= group.subtasks.length;
  }
  return waiting > 0 ? Math.max(0, left) / waiting : Infinity;
}
