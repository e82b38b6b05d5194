// The execution environment of one life of a program: it takes the job's graph and runs it.

import { positiveInteger } from '../../argument.ts';
import type { ConsumerRecord } from '../../kafka/api.ts';
import type { Source, StreamExecutionEnvironment } from './api.ts';
import { addNode, type StreamGraph } from './graph.ts';
import { createForward } from './simple-operators.ts';
import type { SourceLog } from './source-log.ts';
import { SourceReader } from './source-reader.ts';
import { operatorOf } from './streams.ts';
import { WatermarkStrategy } from './watermark-strategy.ts';

export interface EnvironmentOptions {
  readonly log: SourceLog;
  readonly source: Source<ConsumerRecord>;
  readonly parallelism: number;
  readonly checkpointIntervalMs: number | null;
  /** Runs the job to its end. */
  readonly execute: (graph: StreamGraph, jobName: string) => Promise<void>;
}

export function createEnvironment(options: EnvironmentOptions): StreamExecutionEnvironment {
  const { log, source, execute } = options;
  const graph: StreamGraph = {
    nodes: [],
    defaultParallelism: options.parallelism,
    checkpointIntervalMs: options.checkpointIntervalMs,
  };
  let isExecuted = false;

  const env: StreamExecutionEnvironment = Object.freeze({
    fromSource<T>(given: Source<T>, strategy: WatermarkStrategy<T>, name: string) {
      if ((given as unknown) !== source)
        throw new TypeError('env.fromSource() takes the source that the program was given.');
      if (!(strategy instanceof WatermarkStrategy))
        throw new TypeError(
          'env.fromSource() takes a WatermarkStrategy, such as WatermarkStrategy.forBoundedOutOfOrderness(1_000).',
        );
      const node = addNode(graph, null, {
        name: `Source: ${name}`,
        cost: 'source',
        create: createForward,
        openReader: (subtask, parallelism) =>
          new SourceReader(log, strategy as unknown as WatermarkStrategy<never>, subtask, parallelism),
      });
      return operatorOf<T>(graph, node);
    },
    setParallelism(parallelism: number) {
      graph.defaultParallelism = positiveInteger(parallelism, 'parallelism');
      return env;
    },
    enableCheckpointing(intervalMs: number) {
      graph.checkpointIntervalMs = positiveInteger(intervalMs, 'the interval of enableCheckpointing()');
      return env;
    },
    execute(jobName: string) {
      if (isExecuted) throw new TypeError('env.execute() has run already; build one job, and execute it once.');
      isExecuted = true;
      return execute(graph, jobName);
    },
  });
  return env;
}
