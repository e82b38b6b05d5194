// What a learner's program calls: the consumer follows the names and rules of Kafka's Java client.

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A position to commit: the offset of the **next** record to read, one past the last settled one. */
export interface OffsetCommit extends TopicPartition {
  readonly offset: number;
}

/** A record as `poll()` hands it over. Pass the same object on to the sink or the dead-letter queue. */
export interface ConsumerRecord extends TopicPartition {
  /** Position in its partition, counted from 0. */
  readonly offset: number;
  /** Message key; records of one key share a partition and keep their order there. */
  readonly key: string;
  /** The payload: one JSON document as text. A bad record is one that does not parse. */
  readonly value: string;
  /** When the producer sent it, in ms since the epoch, on the same clock as `Date.now()`. */
  readonly timestamp: number;
}

/** Called from inside `poll()` when the group moves partitions. */
export interface RebalanceListener {
  /** The partitions are about to go in good order: commit what is settled. */
  onPartitionsRevoked?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** The partitions are here. Pause flags do not survive a rebalance. */
  onPartitionsAssigned?(partitions: readonly TopicPartition[]): void | Promise<void>;
  /** The partitions are gone already (the member was evicted): a commit would fail. */
  onPartitionsLost?(partitions: readonly TopicPartition[]): void | Promise<void>;
}

/**
 * The settings that your program may export as `config`, with the names and defaults of
 * Kafka's `ConsumerConfig`.
 */
export interface ConsumerConfig {
  /** Most records one `poll()` returns. Default 500. It limits neither fetching nor memory. */
  'max.poll.records'?: number;
  /** Longest time between two polls before the member is put out of its group, in ms. Default 300,000 unless the scenario says otherwise. */
  'max.poll.interval.ms'?: number;
  /** Bytes that one fetch may bring for one partition. Default 1,048,576 (1 MiB). */
  'max.partition.fetch.bytes'?: number;
  /** Bytes that one fetch may bring in all. Default 52,428,800 (50 MiB). */
  'fetch.max.bytes'?: number;
  /** The broker answers a fetch when it has this many bytes … Default 1. */
  'fetch.min.bytes'?: number;
  /** … or after this many ms. Default 500. */
  'fetch.max.wait.ms'?: number;
  /** Commit the position of the last poll every `auto.commit.interval.ms`, settled or not. Default true, as in Kafka. */
  'enable.auto.commit'?: boolean;
  /** Default 5,000 ms. */
  'auto.commit.interval.ms'?: number;
}

/**
 * A member of a consumer group, after Kafka's Java `KafkaConsumer`. Calls that go to a broker return
 * promises; the others answer at once. One `poll()` at a time.
 */
export interface KafkaConsumer {
  /** Joins the group for these topics; partitions arrive with the first `poll()`. */
  subscribe(topics: readonly string[], listener?: RebalanceListener): void;
  /**
   * Returns what the client has buffered, at most `max.poll.records`; waits up to `timeoutMs` when
   * there is nothing. Polling is also the proof of life: when more than `max.poll.interval.ms` pass
   * between two polls the member is put out of its group. Paused partitions return nothing, but the
   * call counts: **keep polling while you are paused**.
   */
  poll(timeoutMs: number): Promise<ConsumerRecord[]>;
  /** Later polls return nothing from these partitions; what is fetched already is kept. */
  pause(partitions: readonly TopicPartition[]): void;
  /** Undoes `pause`; kept records come first, without a new fetch. */
  resume(partitions: readonly TopicPartition[]): void;
  /** The partitions that are paused now. */
  paused(): readonly TopicPartition[];
  /** The partitions that this member owns now. */
  assignment(): readonly TopicPartition[];
  /** The offset of the next record that `poll()` will return. */
  position(partition: TopicPartition): number;
  /** Moves the position; the next poll reads from there. */
  seek(partition: TopicPartition, offset: number): void;
  /**
   * Commits these offsets, or without an argument the positions of all owned partitions (everything
   * handed over, settled or not). Rejects with CommitFailedException when the member has lost them.
   */
  commitSync(offsets?: readonly OffsetCommit[]): Promise<void>;
  /** The last committed offset, or null when there is none. */
  committed(partition: TopicPartition): number | null;
  /** Records between the position and the end of the log, as the client knows it. */
  currentLag(partition: TopicPartition): number;
  /** Leaves the group; commits first when auto-commit is on. */
  close(): Promise<void>;
}
