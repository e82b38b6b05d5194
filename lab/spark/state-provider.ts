// Where the state of a query lives: on the executors' heaps, or beside them in RocksDB.

/** The default keeps every row on the heap; RocksDB, since Spark 3.2, keeps them on local disk behind a cache (SS17). */
export type StateProvider = 'hdfs-backed' | 'rocksdb';

const packageName = 'org.apache.spark.sql.execution.streaming.state';

/** The classes that spark.sql.streaming.stateStore.providerClass names. */
export const providerClasses: Readonly<Record<string, StateProvider>> = {
  [`${packageName}.HDFSBackedStateStoreProvider`]: 'hdfs-backed',
  [`${packageName}.RocksDBStateStoreProvider`]: 'rocksdb',
};

/** RocksDB's block cache, for each state partition: spark.sql.streaming.stateStore.rocksdb.blockCacheSizeMB = 8. */
const cacheBytes = 8 * 1_024 * 1_024;

export interface StateMemory {
  /** What the executors' heaps carry, all together; this is what garbage collection walks through. */
  readonly heapBytes: number;
  /** What the progress reports as `memoryUsedBytes`. */
  readonly memoryUsedBytes: number;
}

/** Memory that `rows` of `rowBytes` in `partitions` take with a provider (SS17). */
export function stateMemory(provider: StateProvider, rows: number, rowBytes: number, partitions: number): StateMemory {
  const bytes = rows * rowBytes;
  if (provider === 'hdfs-backed') return { heapBytes: bytes, memoryUsedBytes: bytes };
  return { heapBytes: 0, memoryUsedBytes: Math.min(bytes, cacheBytes * partitions) };
}
