// A linear Flink job as both engines take it: a Kafka source, operators in a chain, traffic and incidents.

import { nonNegative, positive, positiveInteger } from '../argument.ts';
import { readerShares, subtaskShares, type KeySpread } from './skew.ts';

/** How records find a subtask of the next operator: their own number, in turn, or by the hash of their key. */
export type Partitioning = 'forward' | 'rebalance' | 'hash';

export interface OperatorSetup {
  /** Unique, and not 'source'. */
  readonly name: string;
  readonly parallelism: number;
  /** Time for one record, in ms. */
  readonly serviceMs: number;
  /** Records out for one in; 1 unless given. */
  readonly selectivity?: number;
  /** Records that fit into the input buffers of one subtask, besides the one at work. */
  readonly bufferRecords: number;
  /** 'rebalance' unless given. */
  readonly input?: Partitioning;
  /** With input 'hash': evenly spread keys unless given. */
  readonly keys?: KeySpread;
  /** What the network carries into this operator, in records/s; without limit unless given. Count engine only. */
  readonly networkPerSecond?: number;
}

/** For a while, an operator needs another time for a record. Records already at work end as they began. */
export interface Incident {
  readonly operator: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly serviceMs: number;
}

export interface JobSetup {
  readonly source: {
    readonly parallelism: number;
    readonly serviceMs: number;
    /** Partitions of the topic; as many as readers unless given. */
    readonly partitions?: number;
  };
  /** In the order of the records' way; the last one is the sink. */
  readonly operators: readonly OperatorSetup[];
  /** Rates of the topic from `fromMs` until the next begins; the first begins at 0. */
  readonly traffic: readonly { readonly fromMs: number; readonly recordsPerSecond: number }[];
  /** Records that wait in the topic at the start; 0 unless given. */
  readonly startLagRecords?: number;
  readonly incidents?: readonly Incident[];
  readonly durationMs: number;
}

/** An operator, or the source as the first of them, with nothing left open. */
export interface Stage {
  readonly name: string;
  readonly parallelism: number;
  readonly serviceMs: number;
  readonly selectivity: number;
  /** Infinity for the source: its records wait in the topic. */
  readonly bufferRecords: number;
  readonly input: Partitioning;
  readonly keys: KeySpread | undefined;
  readonly networkPerSecond: number;
}

/** The source and the operators as one list. Throws RangeError for what cannot be meant, naming it. */
export function stagesOf({ source, operators }: JobSetup): readonly Stage[] {
  if (operators.length === 0) throw new RangeError('operators is empty; pass at least a sink.');
  const stages: Stage[] = [
    {
      name: 'source',
      parallelism: positiveInteger(source.parallelism, 'source.parallelism'),
      serviceMs: positive(source.serviceMs, 'source.serviceMs'),
      selectivity: 1,
      bufferRecords: Infinity,
      input: 'rebalance',
      keys: undefined,
      networkPerSecond: Infinity,
    },
  ];
  for (const operator of operators) {
    const { name, input = 'rebalance', keys, networkPerSecond } = operator;
    if (stages.some((stage) => stage.name === name))
      throw new RangeError(`There are two operators '${name}'; give each its own name.`);
    if (keys !== undefined && input !== 'hash')
      throw new RangeError(`${name} has keys and input '${input}'; keys need input 'hash'.`);
    if (networkPerSecond !== undefined && input === 'forward')
      throw new RangeError(`${name} has networkPerSecond and input 'forward', which stays in its slot; leave one out.`);
    stages.push({
      name,
      parallelism: positiveInteger(operator.parallelism, `${name}.parallelism`),
      serviceMs: positive(operator.serviceMs, `${name}.serviceMs`),
      selectivity: nonNegative(operator.selectivity ?? 1, `${name}.selectivity`),
      bufferRecords: positiveInteger(operator.bufferRecords, `${name}.bufferRecords`),
      input,
      keys,
      networkPerSecond:
        networkPerSecond === undefined ? Infinity : positive(networkPerSecond, `${name}.networkPerSecond`),
    });
  }
  checkForward(stages);
  return stages;
}

/** Forward edges join subtasks of the same number, so both ends have as many (Flink refuses anything else). */
export function checkForward(stages: readonly { name: string; parallelism: number; input: Partitioning }[]): void {
  for (const [i, { name, parallelism, input }] of stages.entries()) {
    const before = stages[i - 1];
    if (input === 'forward' && before !== undefined && before.parallelism !== parallelism)
      throw new RangeError(
        `${name} has parallelism ${parallelism} and ${before.name} has ${before.parallelism}; forward needs the same, or write input 'rebalance'.`,
      );
  }
}

/** Each stage's parts by subtask, given the parallelism of each; behind a forward edge they are those of the stage before. */
export function sharesOf(stages: readonly Stage[], partitions: number | undefined): readonly (readonly number[])[] {
  const all: (readonly number[])[] = [];
  for (const [i, stage] of stages.entries()) {
    if (i === 0) all.push(readerShares(stage.parallelism, partitions ?? stage.parallelism));
    else if (stage.input === 'forward') all.push(all[i - 1] ?? []);
    else all.push(subtaskShares(stage.parallelism, stage.keys));
  }
  return all;
}

/** The operators' times for a record as they change: at 0 the usual ones, then at each end of an incident. */
export function serviceChanges(
  setup: JobSetup,
  stages: readonly Stage[],
): readonly { readonly atMs: number; readonly stage: number; readonly serviceMs: number }[] {
  const incidents = (setup.incidents ?? []).toSorted((a, b) => a.fromMs - b.fromMs);
  return incidents
    .flatMap(({ operator, fromMs, toMs, serviceMs }, i) => {
      const stage = stages.findIndex(({ name }) => name === operator);
      if (stage < 0) throw new RangeError(`incidents[${i}].operator is '${operator}'; there is no such operator.`);
      if (!(nonNegative(fromMs, `incidents[${i}].fromMs`) < toMs))
        throw new RangeError(`incidents[${i}] ends at ${toMs}; let it end after it begins.`);
      if (incidents.some((other, j) => j < i && other.operator === operator && other.toMs > fromMs))
        throw new RangeError(`incidents[${i}] begins while another one of ${operator} lasts; keep them apart.`);
      return [
        { atMs: fromMs, stage, serviceMs: positive(serviceMs, `incidents[${i}].serviceMs`) },
        { atMs: toMs, stage, serviceMs: stages[stage]?.serviceMs ?? 1 },
      ];
    })
    .sort((a, b) => a.atMs - b.atMs);
}
