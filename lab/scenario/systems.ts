// Every simulated system, in the order of the course: the one list behind the playground, the command line and the checks.

import { autoscaling } from '../autoscale/scenario.ts';
import { orchestration } from '../control/scenario.ts';
import { jobCostSystem } from '../cost/scenario.ts';
import { deltaTable } from '../delta/scenario.ts';
import { sparkDStreams } from '../dstreams/scenario.ts';
import { eventHubs } from '../eventhubs/scenario.ts';
import { flinkAsync } from '../flink/async-scenario.ts';
import { flinkJob } from '../flink/scenario.ts';
import { hotKeys } from '../hot-keys/scenario.ts';
import { kafkaConsumer } from '../kafka/consumer-scenario.ts';
import { kafkaGroup } from '../kafka/group-scenario.ts';
import { kafkaProducer } from '../kafka/producer-scenario.ts';
import { kinesisShard } from '../kinesis/scenario.ts';
import { queue } from '../queueing/scenario.ts';
import { reactiveStream } from '../reactive/scenario.ts';
import { sinkProtection } from '../sink/protection-scenario.ts';
import { sparkBatch } from '../spark-batch/scenario.ts';
import { sparkStreaming } from '../spark/scenario.ts';
import type { System } from './system.ts';

export const systems: readonly System[] = [
  kafkaGroup,
  kafkaConsumer,
  kafkaProducer,
  sparkStreaming,
  sparkBatch,
  sparkDStreams,
  deltaTable,
  flinkJob,
  flinkAsync,
  kinesisShard,
  eventHubs,
  reactiveStream,
  queue,
  sinkProtection,
  hotKeys,
  orchestration,
  autoscaling,
  jobCostSystem,
];
