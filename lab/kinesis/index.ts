// What a KCL application may import.

export type {
  InitializationInput,
  KinesisClientRecord,
  KinesisContext,
  KinesisSink,
  KinesisWorker,
  PollingConfig,
  ProcessRecordsInput,
  RecordProcessorCheckpointer,
  ShardRecordProcessor,
  ShardRecordProcessorFactory,
} from './api.ts';
export { IllegalArgumentException, ShutdownException } from './errors.ts';
export { SinkError } from '../sink/errors.ts';
export type { SinkErrorCode } from '../sink/api.ts';
