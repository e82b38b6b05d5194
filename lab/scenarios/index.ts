// The named scenarios of the course, as they are written. Each is checked and run by ../scenario/systems.test.ts.

import boundedQueue from './kafka-consumer/bounded-queue.json' with { type: 'json' };
import unboundedQueue from './kafka-consumer/unbounded-queue.json' with { type: 'json' };
import slowSinkAndFailover from './kafka-consumer/slow-sink-and-failover.json' with { type: 'json' };
import poisonRecords from './kafka-consumer/poison-records.json' with { type: 'json' };
import killedInTheSpike from './kafka-consumer/killed-in-the-spike.json' with { type: 'json' };
import rowByRow from './kafka-consumer/row-by-row.json' with { type: 'json' };
import spikeScaledEager from './kafka-group/spike-scaled-eager.json' with { type: 'json' };
import spikeScaledCooperative from './kafka-group/spike-scaled-cooperative.json' with { type: 'json' };
import spike48Members from './kafka-group/spike-48-members.json' with { type: 'json' };
import moreMembersThanPartitions from './kafka-group/more-members-than-partitions.json' with { type: 'json' };
import miniChallenge from './kafka-group/mini-challenge.json' with { type: 'json' };
import scaleOrThrottle from './kafka-group/scale-or-throttle.json' with { type: 'json' };
import hotPartition from './kafka-group/hot-partition.json' with { type: 'json' };
import lagMeetsRetention from './kafka-group/lag-meets-retention.json' with { type: 'json' };
import tenFoldVolume from './kafka-group/ten-fold-volume.json' with { type: 'json' };
import spike20k120k from './kafka-group/spike-20k-120k.json' with { type: 'json' };
import dstreamsPidOff from './spark-dstreams/dstreams-pid-off.json' with { type: 'json' };
import dstreamsPidOn from './spark-dstreams/dstreams-pid-on.json' with { type: 'json' };
import bufferOf10000 from './queue/buffer-of-10000.json' with { type: 'json' };
import fivePlaces from './queue/five-places.json' with { type: 'json' };
import fivePlacesWithoutChance from './queue/five-places-without-chance.json' with { type: 'json' };
import overflowBlock from './queue/overflow-block.json' with { type: 'json' };
import overflowDropBuffer from './queue/overflow-drop-buffer.json' with { type: 'json' };
import overflowDropNewest from './queue/overflow-drop-newest.json' with { type: 'json' };
import overflowDropOldest from './queue/overflow-drop-oldest.json' with { type: 'json' };
import overflowFail from './queue/overflow-fail.json' with { type: 'json' };
import overflowReplaceYoungest from './queue/overflow-replace-youngest.json' with { type: 'json' };
import server70PercentBusy from './queue/server-70-percent-busy.json' with { type: 'json' };
import server90PercentBusy from './queue/server-90-percent-busy.json' with { type: 'json' };
import unboundedQueueSlowSink from './queue/unbounded-queue-slow-sink.json' with { type: 'json' };
import hotKey60Percent from './hot-keys/hot-key-60-percent.json' with { type: 'json' };
import hotKeyOwnLog from './hot-keys/hot-key-own-log.json' with { type: 'json' };
import saltedTenWays from './hot-keys/salted-ten-ways.json' with { type: 'json' };
import saltedWithCollision from './hot-keys/salted-with-collision.json' with { type: 'json' };
import saltedWithoutSecondStage from './hot-keys/salted-without-second-stage.json' with { type: 'json' };
import mapSideCombine from './hot-keys/map-side-combine.json' with { type: 'json' };
import kinesis100RecordsASecond from './kinesis-shard/kinesis-100-records-a-second.json' with { type: 'json' };
import kinesisEnhancedFanOut from './kinesis-shard/kinesis-enhanced-fan-out.json' with { type: 'json' };
import kinesisHotShard from './kinesis-shard/kinesis-hot-shard.json' with { type: 'json' };
import kinesisIdle50Is200 from './kinesis-shard/kinesis-idle-50-is-200.json' with { type: 'json' };
import kinesisKclDefaults from './kinesis-shard/kinesis-kcl-defaults.json' with { type: 'json' };
import kinesisSlowProcessor from './kinesis-shard/kinesis-slow-processor.json' with { type: 'json' };
import kinesisTwoPollingApplications from './kinesis-shard/kinesis-two-polling-applications.json' with { type: 'json' };
import flinkBlockingCall from './flink-async/flink-blocking-call.json' with { type: 'json' };
import flinkAsync100 from './flink-async/flink-async-100.json' with { type: 'json' };
import flinkCapacity37 from './flink-async/flink-capacity-37.json' with { type: 'json' };
import flinkServiceSlows from './flink-async/flink-service-slows.json' with { type: 'json' };
import flinkServiceSpeedsUp from './flink-async/flink-service-speeds-up.json' with { type: 'json' };
import flinkOrderedStragglers from './flink-async/flink-ordered-stragglers.json' with { type: 'json' };
import flinkUnorderedStragglers from './flink-async/flink-unordered-stragglers.json' with { type: 'json' };
import flinkRetries from './flink-async/flink-retries.json' with { type: 'json' };
import flinkTimeoutFailsJob from './flink-async/flink-timeout-fails-job.json' with { type: 'json' };

import trigger30sBatches40s from './spark-streaming/trigger-30s-batches-40s.json' with { type: 'json' };
import trigger30sBatches10s from './spark-streaming/trigger-30s-batches-10s.json' with { type: 'json' };
import cappedAndSaturated from './spark-streaming/capped-and-saturated.json' with { type: 'json' };
import uncappedAndSaturated from './spark-streaming/uncapped-and-saturated.json' with { type: 'json' };
import uncappedUntilOutOfMemory from './spark-streaming/uncapped-until-out-of-memory.json' with { type: 'json' };
import twoHundredPartitions20Cores from './spark-streaming/two-hundred-partitions-20-cores.json' with { type: 'json' };
import oneHotPartitionOf200 from './spark-streaming/one-hot-partition-of-200.json' with { type: 'json' };
import slowSinkUncapped from './spark-streaming/slow-sink-uncapped.json' with { type: 'json' };
import slowSinkCapped from './spark-streaming/slow-sink-capped.json' with { type: 'json' };
import slowSink200RowsPerCall from './spark-streaming/slow-sink-200-rows-per-call.json' with { type: 'json' };
import sinkTenTimesSlower from './spark-streaming/sink-ten-times-slower.json' with { type: 'json' };
import cap10000Every20s from './spark-streaming/cap-10000-every-20s.json' with { type: 'json' };
import cap10000Every10sToDelta from './spark-streaming/cap-10000-every-10s-to-delta.json' with { type: 'json' };
import oneSecondTriggerWithCap from './spark-streaming/one-second-trigger-with-cap.json' with { type: 'json' };
import festivalSale from './spark-streaming/festival-sale.json' with { type: 'json' };
import eventHubsDefaultCap from './spark-streaming/event-hubs-default-cap.json' with { type: 'json' };
import iotSensorBursts from './spark-streaming/iot-sensor-bursts.json' with { type: 'json' };
import notamAndWeatherBursts from './spark-streaming/notam-and-weather-bursts.json' with { type: 'json' };
import stateOneHourDelay from './spark-streaming/state-one-hour-delay.json' with { type: 'json' };
import cdcBulkUpdate from './spark-streaming/cdc-bulk-update.json' with { type: 'json' };
import statefulMissesObjective from './spark-streaming/stateful-misses-objective.json' with { type: 'json' };
import stateWithoutWatermark from './spark-streaming/state-without-watermark.json' with { type: 'json' };
import availableNowBacklog from './spark-streaming/available-now-backlog.json' with { type: 'json' };
import onceBacklog from './spark-streaming/once-backlog.json' with { type: 'json' };
import deltaFilesSoftLimit from './spark-streaming/delta-files-soft-limit.json' with { type: 'json' };
import batchSlowSink from './spark-batch/batch-slow-sink.json' with { type: 'json' };
import batch200Partitions20Cores from './spark-batch/batch-200-partitions-20-cores.json' with { type: 'json' };
import endOfDayRowByRow from './spark-batch/end-of-day-row-by-row.json' with { type: 'json' };
import endOfDayBatched from './spark-batch/end-of-day-batched.json' with { type: 'json' };
import batchOversizedPartition from './spark-batch/batch-oversized-partition.json' with { type: 'json' };
import batchStraggler from './spark-batch/batch-straggler.json' with { type: 'json' };
import batchTooManyWriters from './spark-batch/batch-too-many-writers.json' with { type: 'json' };
import batchFewerWriters from './spark-batch/batch-fewer-writers.json' with { type: 'json' };
import batchCachedInput from './spark-batch/batch-cached-input.json' with { type: 'json' };
import eventHubs20UnitsOneReader from './event-hubs/event-hubs-20-units-one-reader.json' with { type: 'json' };
import eventHubsApplicationGroup from './event-hubs/event-hubs-application-group.json' with { type: 'json' };
import eventHubsSmallEventsPacked from './event-hubs/event-hubs-small-events-packed.json' with { type: 'json' };
import eventHubsSmallEvents from './event-hubs/event-hubs-small-events.json' with { type: 'json' };
import eventHubsSpikeAutoInflate from './event-hubs/event-hubs-spike-auto-inflate.json' with { type: 'json' };
import eventHubsThreeReaders20Units from './event-hubs/event-hubs-three-readers-20-units.json' with { type: 'json' };
import eventHubsThreeReaders30Units from './event-hubs/event-hubs-three-readers-30-units.json' with { type: 'json' };
import aWindowOverTheLink from './reactive-stream/a-window-over-the-link.json' with { type: 'json' };
import concatMapGrows from './reactive-stream/concat-map-grows.json' with { type: 'json' };
import demandSettles from './reactive-stream/demand-settles.json' with { type: 'json' };
import latestPrice from './reactive-stream/latest-price.json' with { type: 'json' };
import notWaitingForReady from './reactive-stream/not-waiting-for-ready.json' with { type: 'json' };
import stopAndWait from './reactive-stream/stop-and-wait.json' with { type: 'json' };
import unboundedDemand from './reactive-stream/unbounded-demand.json' with { type: 'json' };
import waitingForDrain from './reactive-stream/waiting-for-drain.json' with { type: 'json' };
import waitingForReady from './reactive-stream/waiting-for-ready.json' with { type: 'json' };
import writeReturnsFalse from './reactive-stream/write-returns-false.json' with { type: 'json' };
import producerBufferFull from './kafka-producer/producer-buffer-full.json' with { type: 'json' };
import producerDeliveriesExpire from './kafka-producer/producer-deliveries-expire.json' with { type: 'json' };
import producerOutage3Min from './kafka-producer/producer-outage-3-min.json' with { type: 'json' };
import producerOutage90S from './kafka-producer/producer-outage-90-s.json' with { type: 'json' };
import producerQuota from './kafka-producer/producer-quota.json' with { type: 'json' };
import flinkSmallChain from './flink-job/flink-small-chain.json' with { type: 'json' };
import flinkHeavyEnrichment from './flink-job/flink-heavy-enrichment.json' with { type: 'json' };
import flinkEnrichment20 from './flink-job/flink-enrichment-20.json' with { type: 'json' };
import flinkEnrichment24 from './flink-job/flink-enrichment-24.json' with { type: 'json' };
import flinkBiggerBuffers from './flink-job/flink-bigger-buffers.json' with { type: 'json' };
import flinkSkewedSubtask from './flink-job/flink-skewed-subtask.json' with { type: 'json' };
import flinkEnrichmentBursts from './flink-job/flink-enrichment-bursts.json' with { type: 'json' };
import flinkRescaleBottleneck from './flink-job/flink-rescale-bottleneck.json' with { type: 'json' };
import flinkScaleWholeJob from './flink-job/flink-scale-whole-job.json' with { type: 'json' };
import flinkSlowSink from './flink-job/flink-slow-sink.json' with { type: 'json' };
import flinkNetworkBound from './flink-job/flink-network-bound.json' with { type: 'json' };
import flinkAlignedCheckpoints from './flink-job/flink-aligned-checkpoints.json' with { type: 'json' };
import flinkUnalignedCheckpoints from './flink-job/flink-unaligned-checkpoints.json' with { type: 'json' };
import flinkMoreTaskManagers from './flink-job/flink-more-task-managers.json' with { type: 'json' };
import deltaTwoAppenders from './delta-table/delta-two-appenders.json' with { type: 'json' };
import deltaManySmallCommits from './delta-table/delta-many-small-commits.json' with { type: 'json' };
import deltaCompaction from './delta-table/delta-compaction.json' with { type: 'json' };
import deltaMergeOnePartition from './delta-table/delta-merge-one-partition.json' with { type: 'json' };
import deltaMergeDisjoint from './delta-table/delta-merge-disjoint.json' with { type: 'json' };
import deltaMergeWithoutPartition from './delta-table/delta-merge-without-partition.json' with { type: 'json' };
import deltaAppendMergeSerializable from './delta-table/delta-append-merge-serializable.json' with { type: 'json' };
import deltaAppendMergeWriteSerializable from './delta-table/delta-append-merge-write-serializable.json' with { type: 'json' };
import deltaReplayDuplicates from './delta-table/delta-replay-duplicates.json' with { type: 'json' };
import deltaReplayIdempotent from './delta-table/delta-replay-idempotent.json' with { type: 'json' };
import deltaCheckpointDeleted from './delta-table/delta-checkpoint-deleted.json' with { type: 'json' };
import retryStorm from './sink-protection/retry-storm.json' with { type: 'json' };
import retryBudget from './sink-protection/retry-budget.json' with { type: 'json' };
import circuitBreaker from './sink-protection/circuit-breaker.json' with { type: 'json' };
import herdWithoutJitter from './sink-protection/herd-without-jitter.json' with { type: 'json' };
import herdWithJitter from './sink-protection/herd-with-jitter.json' with { type: 'json' };
import batching20050Ms from './sink-protection/batching-200-50-ms.json' with { type: 'json' };
import batchedLookups from './sink-protection/batched-lookups.json' with { type: 'json' };
import featureStore from './sink-protection/feature-store.json' with { type: 'json' };
import poisonToDeadLetters from './sink-protection/poison-to-dead-letters.json' with { type: 'json' };
import runsOverlap from './orchestration/runs-overlap.json' with { type: 'json' };
import runsQueue from './orchestration/runs-queue.json' with { type: 'json' };
import runsCoalesce from './orchestration/runs-coalesce.json' with { type: 'json' };
import runsProportional from './orchestration/runs-proportional.json' with { type: 'json' };
import slaThrottle from './orchestration/sla-throttle.json' with { type: 'json' };
import endOfDayLoad from './orchestration/end-of-day-load.json' with { type: 'json' };
import retriesMultiply from './orchestration/retries-multiply.json' with { type: 'json' };
import retriesBlocked from './orchestration/retries-blocked.json' with { type: 'json' };
import staleSuccess from './orchestration/stale-success.json' with { type: 'json' };
import gateWithoutAnswer from './orchestration/gate-without-answer.json' with { type: 'json' };
import gameDay from './orchestration/game-day.json' with { type: 'json' };
import cpuTrap from './autoscaling/cpu-trap.json' with { type: 'json' };
import kedaDefaultThreshold from './autoscaling/keda-default-threshold.json' with { type: 'json' };
import kedaTimeLag from './autoscaling/keda-time-lag.json' with { type: 'json' };
import standingError from './autoscaling/standing-error.json' with { type: 'json' };
import flapping from './autoscaling/flapping.json' with { type: 'json' };
import spikeKeda from './autoscaling/spike-keda.json' with { type: 'json' };
import autoscaleOrThrottle from './autoscaling/autoscale-or-throttle.json' with { type: 'json' };
import noBacklog10H from './job-cost/no-backlog-10-h.json' with { type: 'json' };
import backlog30H from './job-cost/backlog-30-h.json' with { type: 'json' };
import doubled10H from './job-cost/doubled-10-h.json' with { type: 'json' };
import catchUp36M from './job-cost/catch-up-36-m.json' with { type: 'json' };

/** What a scenario must have before its system has checked it. */
export interface NamedScenario {
  readonly system: string;
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

export const scenarios: readonly NamedScenario[] = [
  spike20k120k,
  spikeScaledEager,
  spikeScaledCooperative,
  spike48Members,
  moreMembersThanPartitions,
  miniChallenge,
  scaleOrThrottle,
  hotPartition,
  tenFoldVolume,
  lagMeetsRetention,
  rowByRow,
  unboundedQueue,
  boundedQueue,
  killedInTheSpike,
  poisonRecords,
  slowSinkAndFailover,
  producerBufferFull,
  producerOutage90S,
  producerOutage3Min,
  producerDeliveriesExpire,
  producerQuota,
  trigger30sBatches40s,
  trigger30sBatches10s,
  cappedAndSaturated,
  uncappedAndSaturated,
  uncappedUntilOutOfMemory,
  cap10000Every20s,
  cap10000Every10sToDelta,
  oneSecondTriggerWithCap,
  slowSinkUncapped,
  slowSinkCapped,
  slowSink200RowsPerCall,
  sinkTenTimesSlower,
  twoHundredPartitions20Cores,
  oneHotPartitionOf200,
  eventHubsDefaultCap,
  deltaFilesSoftLimit,
  onceBacklog,
  availableNowBacklog,
  stateOneHourDelay,
  statefulMissesObjective,
  cdcBulkUpdate,
  stateWithoutWatermark,
  festivalSale,
  iotSensorBursts,
  notamAndWeatherBursts,
  batch200Partitions20Cores,
  batchSlowSink,
  endOfDayRowByRow,
  endOfDayBatched,
  batchTooManyWriters,
  batchFewerWriters,
  batchOversizedPartition,
  batchStraggler,
  batchCachedInput,
  dstreamsPidOff,
  dstreamsPidOn,
  deltaTwoAppenders,
  deltaManySmallCommits,
  deltaCompaction,
  deltaMergeOnePartition,
  deltaMergeDisjoint,
  deltaMergeWithoutPartition,
  deltaAppendMergeSerializable,
  deltaAppendMergeWriteSerializable,
  deltaReplayDuplicates,
  deltaReplayIdempotent,
  deltaCheckpointDeleted,
  flinkSmallChain,
  flinkHeavyEnrichment,
  flinkEnrichment20,
  flinkEnrichment24,
  flinkBiggerBuffers,
  flinkEnrichmentBursts,
  flinkSlowSink,
  flinkSkewedSubtask,
  flinkNetworkBound,
  flinkRescaleBottleneck,
  flinkScaleWholeJob,
  flinkMoreTaskManagers,
  flinkAlignedCheckpoints,
  flinkUnalignedCheckpoints,
  flinkBlockingCall,
  flinkAsync100,
  flinkCapacity37,
  flinkServiceSlows,
  flinkServiceSpeedsUp,
  flinkOrderedStragglers,
  flinkUnorderedStragglers,
  flinkRetries,
  flinkTimeoutFailsJob,
  kinesis100RecordsASecond,
  kinesisHotShard,
  kinesisKclDefaults,
  kinesisIdle50Is200,
  kinesisSlowProcessor,
  kinesisTwoPollingApplications,
  kinesisEnhancedFanOut,
  eventHubs20UnitsOneReader,
  eventHubsThreeReaders20Units,
  eventHubsThreeReaders30Units,
  eventHubsSmallEvents,
  eventHubsSmallEventsPacked,
  eventHubsSpikeAutoInflate,
  eventHubsApplicationGroup,
  demandSettles,
  unboundedDemand,
  stopAndWait,
  aWindowOverTheLink,
  latestPrice,
  concatMapGrows,
  writeReturnsFalse,
  waitingForDrain,
  notWaitingForReady,
  waitingForReady,
  fivePlaces,
  fivePlacesWithoutChance,
  server70PercentBusy,
  server90PercentBusy,
  unboundedQueueSlowSink,
  bufferOf10000,
  overflowBlock,
  overflowDropNewest,
  overflowDropOldest,
  overflowReplaceYoungest,
  overflowDropBuffer,
  overflowFail,
  retryStorm,
  retryBudget,
  circuitBreaker,
  herdWithoutJitter,
  herdWithJitter,
  batching20050Ms,
  batchedLookups,
  featureStore,
  poisonToDeadLetters,
  hotKey60Percent,
  hotKeyOwnLog,
  saltedTenWays,
  saltedWithCollision,
  saltedWithoutSecondStage,
  mapSideCombine,
  runsOverlap,
  runsQueue,
  runsCoalesce,
  runsProportional,
  slaThrottle,
  endOfDayLoad,
  staleSuccess,
  retriesMultiply,
  retriesBlocked,
  gateWithoutAnswer,
  gameDay,
  cpuTrap,
  kedaDefaultThreshold,
  kedaTimeLag,
  standingError,
  flapping,
  spikeKeda,
  autoscaleOrThrottle,
  noBacklog10H,
  backlog30H,
  doubled10H,
  catchUp36M,
];
