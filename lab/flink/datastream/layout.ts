// The job's graph as subtasks with channels between them.

import { Channel } from './channel.ts';
import { Gate } from './gate.ts';
import type { StreamEdge, StreamGraph, StreamNode } from './graph.ts';
import type { JobRuntime } from './job.ts';
import { Output, subtaskOfKey, type Partitioner } from './output.ts';
import { Task } from './task.ts';

/**
 * Creates every subtask of a job, in the order of the program. Between operators of one parallelism subtask i feeds subtask i;
 * a key, `rebalance()` and another parallelism connect all with all.
 */
export function layOut(job: JobRuntime, graph: StreamGraph, channelRecords: number): readonly Task[] {
  const { nodes, defaultParallelism } = graph;
  const parallelismOf = ({ parallelism }: StreamNode) => parallelism ?? defaultParallelism;
  const isForward = ({ from, keyOf, isRebalanced }: StreamEdge, to: StreamNode) =>
    keyOf === null && !isRebalanced && parallelismOf(from) === parallelismOf(to);
  const tasksOf = new Map<StreamNode, Task[]>(nodes.map((node) => [node, []]));
  const taskOf = (node: StreamNode, subtask: number) => tasksOf.get(node)?.[subtask] as Task;
  /** By receiving operator: a row for each sender, with a channel for each subtask that it feeds. */
  const channels = new Map<StreamNode, Channel[][]>();
  for (const node of nodes) {
    if (node.input === null) continue;
    const width = isForward(node.input, node) ? 1 : parallelismOf(node);
    const row = () => Array.from({ length: width }, () => new Channel(channelRecords));
    channels.set(node, Array.from({ length: parallelismOf(node.input.from) }, row));
  }

  function gateOf(node: StreamNode, subtask: number): Gate | null {
    const { input } = node;
    if (input === null) return null;
    const rows = channels.get(node) as Channel[][];
    const senders = isForward(input, node) ? [subtask] : rows.map((_, sender) => sender);
    return new Gate(
      senders.map((sender) => {
        const row = rows[sender] as Channel[];
        const channel = row[isForward(input, node) ? 0 : subtask] as Channel;
        return { channel, freed: () => job.later(taskOf(input.from, sender)) };
      }),
    );
  }

  function outputOf(from: StreamNode, subtask: number, to: StreamNode): Output {
    const edge = to.input as StreamEdge;
    const targets = ((channels.get(to) as Channel[][])[subtask] as Channel[]).map((channel, i) => ({
      channel,
      notify: () => job.later(taskOf(to, isForward(edge, to) ? subtask : i)),
    }));
    const sender = () => taskOf(from, subtask);
    return new Output({ tag: edge.tag, targets, partition: partitionerOf(job, edge, targets.length, subtask, sender) });
  }

  const tasks: Task[] = [];
  for (const node of nodes) {
    const followers = nodes.filter(({ input }) => input?.from === node);
    for (let subtask = 0; subtask < parallelismOf(node); subtask++) {
      const task = new Task({
        job,
        node,
        subtask,
        gate: gateOf(node, subtask),
        reader: node.openReader?.(subtask, parallelismOf(node)) ?? null,
        outputs: followers.map((follower) => outputOf(node, subtask, follower)),
      });
      (tasksOf.get(node) as Task[]).push(task);
      tasks.push(task);
    }
  }
  return tasks;
}

/** By key, or in turn, beginning with the sender's own number. */
function partitionerOf(
  job: JobRuntime,
  { keyOf }: StreamEdge,
  targets: number,
  subtask: number,
  sender: () => Task,
): Partitioner {
  if (keyOf === null) {
    let turn = subtask;
    return () => turn++ % targets;
  }
  return ({ value }) =>
    subtaskOfKey(
      job.call(sender(), () => keyOf(value)),
      targets,
    );
}
