// What a learner's program calls to send: the producer follows the names and rules of Kafka's Java client.

/** A record to send. Without a key, records fill one partition's batch after the other's. */
export interface ProducerRecord {
  readonly topic: string;
  readonly key?: string | null;
  /** The payload, as text. */
  readonly value: string;
}

/** Where an acknowledged record lies. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** When it was sent, in ms since the epoch. */
  readonly timestamp: number;
}

/** Called when a record is acknowledged or has failed: one of the two is null. */
export type SendCallback = (metadata: RecordMetadata | null, exception: Error | null) => void;

/** Some of the client's metrics, by their names. */
export interface ProducerMetrics {
  readonly 'buffer-available-bytes': number;
  readonly 'buffer-total-bytes': number;
  /** Sends that wait for memory: in Java each would be a blocked thread. */
  readonly 'waiting-threads': number;
  readonly 'requests-in-flight': number;
  /** The longest time that a broker held this producer back for its quota, over the last 30 s, in ms. */
  readonly 'produce-throttle-time-max': number;
}

export interface KafkaProducer {
  /**
   * Puts the record into the buffer and resolves once the brokers have acknowledged it. In Java the call blocks while the
   * buffer is full and returns a future; here the promise is both, and a send that waits for memory is a blocked thread.
   *
   * A failure is told to the promise and the callback, and to nobody else: **a promise that you do not look at loses its
   * record in silence**, as an ignored future does. BufferExhaustedException: no memory within `max.block.ms`.
   * TimeoutException: not acknowledged within `delivery.timeout.ms`.
   */
  send(record: ProducerRecord, callback?: SendCallback): Promise<RecordMetadata>;
  /** Sends what waits without lingering; resolves when every record sent so far is acknowledged or has failed. */
  flush(): Promise<void>;
  metrics(): ProducerMetrics;
  /** Flushes, then takes no more records. */
  close(): Promise<void>;
}

/** Orders as they happen, to be sent: nobody keeps them but you. */
export interface OrderSource {
  /**
   * The oldest orders that nobody has taken, at most `mostRecords`; waits until there is one. Each is a record that can be
   * sent as it is. Empty when the process has been asked to stop and none is left.
   */
  take(mostRecords: number): Promise<readonly ProducerRecord[]>;
}

/** What a producer program is given. */
export interface ProducerContext {
  readonly producer: KafkaProducer;
  readonly orders: OrderSource;
  /** Aborts when the process is asked to stop: send what is left, flush, close, return. */
  readonly signal: AbortSignal;
}

/** The settings that your program may export as `config`, with the names and defaults of Kafka's `ProducerConfig`. */
export interface ProducerConfig {
  /** Bytes for records that are not acknowledged. Default 33,554,432 (32 MiB). */
  'buffer.memory'?: number;
  /** Bytes of a batch for one partition. Default 16,384. */
  'batch.size'?: number;
  /** How long a batch waits to fill, in ms. Default 5 (0 before Kafka 4.0). */
  'linger.ms'?: number;
  /** How long `send()` waits for memory, in ms. Default 60,000. */
  'max.block.ms'?: number;
  /** A record that is not acknowledged this long after it was buffered fails, in ms. Default 120,000. */
  'delivery.timeout.ms'?: number;
  /** How long a request waits for its answer, in ms. Default 30,000. With `linger.ms` not above `delivery.timeout.ms`. */
  'request.timeout.ms'?: number;
  /** Requests without an answer at once. Default 5. */
  'max.in.flight.requests.per.connection'?: number;
}
