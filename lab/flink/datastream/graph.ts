// The job as it is written: operators and the streams between them, before anything runs.

import type { OutputTag } from './descriptors.ts';
import type { Operator, TaskHost } from './operator.ts';
import type { SourceReader } from './source-reader.ts';

/** What an operator's work on one record costs, by kind. */
export type CostKind = 'source' | 'record' | 'keyed' | 'async' | 'sink';

/** How records come from one operator to the next. */
export interface StreamEdge {
  readonly from: StreamNode;
  /** The side output that it carries; null for the main one. */
  readonly tag: string | null;
  readonly keyOf: ((value: unknown) => string | number) | null;
  readonly isRebalanced: boolean;
}

/** One operator. The lab does not chain operators: each is a task of its own, with its own metrics. */
export interface StreamNode {
  /** Its place in the program, from 0. */
  readonly index: number;
  readonly cost: CostKind;
  readonly input: StreamEdge | null;
  /** Null for the job's default. */
  parallelism: number | null;
  name: string;
  /** Its name in reports: a second operator of one name is `Map (2)`. Set when the job starts. */
  label: string;
  uid: string;
  /** One for each subtask. */
  readonly create: (host: TaskHost) => Operator;
  /** Only for sources. */
  readonly openReader: ((subtask: number, parallelism: number) => SourceReader) | null;
}

export interface StreamGraph {
  readonly nodes: StreamNode[];
  defaultParallelism: number;
  checkpointIntervalMs: number | null;
}

/** An edge from a stream: what follows it is an input of. */
export interface StreamHandle {
  readonly graph: StreamGraph;
  readonly edge: StreamEdge;
}

const handles = new WeakMap<object, StreamHandle>();

/** Remembers what a stream object stands for. */
export function register<T extends object>(stream: T, handle: StreamHandle): T {
  handles.set(stream, handle);
  return Object.freeze(stream);
}

/** What a stream object stands for. Throws TypeError for anything else, naming the method that it was given to. */
export function handleOf(stream: unknown, method: string): StreamHandle {
  const handle = typeof stream === 'object' && stream !== null ? handles.get(stream) : undefined;
  if (handle === undefined)
    throw new TypeError(`${method} takes a DataStream, such as what env.fromSource() or map() returns.`);
  return handle;
}

export interface NodeOptions {
  readonly name: string;
  readonly cost: CostKind;
  readonly create: (host: TaskHost) => Operator;
  readonly openReader?: (subtask: number, parallelism: number) => SourceReader;
}

export function addNode(graph: StreamGraph, input: StreamEdge | null, options: NodeOptions): StreamNode {
  const { name, cost, create, openReader = null } = options;
  const index = graph.nodes.length;
  const node: StreamNode = {
    index,
    cost,
    input,
    parallelism: null,
    name,
    label: name,
    uid: `operator-${index}`,
    create,
    openReader,
  };
  graph.nodes.push(node);
  return node;
}

/** The edge that leaves an operator's main output, or a side output. */
export function edgeOf(from: StreamNode, tag: OutputTag<never> | null = null): StreamEdge {
  return { from, tag: tag?.id ?? null, keyOf: null, isRebalanced: false };
}

/** Gives operators of one name different labels, in the order of the program. */
export function labelOperators({ nodes }: StreamGraph): void {
  const taken = new Set<string>();
  for (const node of nodes) {
    node.label = node.name;
    for (let count = 2; taken.has(node.label); count++) node.label = `${node.name} (${count})`;
    taken.add(node.label);
  }
}

/** Throws TypeError for a job that cannot run: no sink, two operators of one uid, or more subtasks than there are slots. */
export function checkGraph({ nodes, defaultParallelism }: StreamGraph, slots: number): void {
  if (nodes.length === 0) throw new TypeError('The job has no operators. Begin with env.fromSource(source, …).');
  if (!nodes.some(({ cost }) => cost === 'sink'))
    throw new TypeError('The job has no sink, so nothing that it does can be seen. End it with stream.sinkTo(sink).');
  for (const { name, uid, parallelism } of nodes) {
    if (nodes.filter((node) => node.uid === uid).length > 1)
      throw new TypeError(`Two operators have the uid '${uid}'.`);
    if ((parallelism ?? defaultParallelism) > slots)
      throw new RangeError(
        `'${name}' has ${parallelism ?? defaultParallelism} subtasks, and the cluster has ${slots} slots.`,
      );
  }
}
