// A row of the Kafka source: its columns as plain values, and the record that it stands for, which nobody can forge.

import { LoggedRecord } from '../kafka/record.ts';
import type { KafkaRow } from './api.ts';
import type { TopicLog } from './topic.ts';

/** Law: which record a row stands for lies in a private field that only the source sets; a copy of a row has none. */
export class SourceRow implements KafkaRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly timestamp: number;
  readonly #record: LoggedRecord;

  constructor(log: TopicLog, offset: number) {
    this.topic = log.topic;
    this.partition = log.partition;
    this.offset = offset;
    this.key = log.keyOf(offset);
    this.value = log.valueOf(offset);
    this.timestamp = log.timestampOf(offset);
    this.#record = new LoggedRecord(log, offset);
    Object.freeze(this);
  }

  /** The record of a row of a source; null for anything else. */
  static recordOf(row: object): LoggedRecord | null {
    return #record in row ? row.#record : null;
  }
}

// A row must not lead a program to the class behind it, which knows the log.
Object.defineProperty(SourceRow.prototype, 'constructor', { value: Object });
Object.freeze(SourceRow.prototype);
