// What a Structured Streaming program may import.

export type {
  BatchDataFrame,
  DataFrame,
  DataStreamReader,
  DataStreamWriter,
  GroupedData,
  KafkaRow,
  OutputMode,
  RuntimeConfig,
  SparkDeadLetters,
  SparkSession,
  SparkSessionContext,
  SparkSink,
  StreamingQuery,
  TriggerSetting,
  WriteTransaction,
} from './api.ts';
export { AnalysisException, SparkException, StreamingQueryException } from './errors.ts';
export { avg, count, max, min, sum, window } from './functions.ts';
export type { Aggregate, WindowColumn } from './functions.ts';
export type { StreamingQueryProgress } from './progress.ts';
export { SinkError } from '../sink/errors.ts';
export type { SinkErrorCode } from '../sink/api.ts';
