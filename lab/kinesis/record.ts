// One record of a shard as the program sees it: a view into the shard's log that cannot be forged or changed.

import type { PartitionLog } from '../kafka/log.ts';
import { LoggedRecord } from '../kafka/record.ts';
import type { KinesisClientRecord } from './api.ts';

/** A sequence number has a place for the shard and one for the record; real ones have 56 digits and say as little. */
export function sequenceNumberOf(shard: number, offset: number): string {
  return `4966${String(shard).padStart(4, '0')}${String(offset).padStart(20, '0')}`;
}

/** The offset behind a sequence number of this shard; null for any other text. */
export function offsetOf(shard: number, sequenceNumber: unknown): number | null {
  if (typeof sequenceNumber !== 'string' || sequenceNumber.length !== 28) return null;
  const offset = Number(sequenceNumber.slice(8));
  return Number.isSafeInteger(offset) && sequenceNumberOf(shard, offset) === sequenceNumber ? offset : null;
}

/** Law: as for LoggedRecord, what the lab believes of a record lies in private fields; payloads are computed when read. */
export class ShardRecord extends LoggedRecord implements KinesisClientRecord {
  constructor(log: PartitionLog, offset: number) {
    super(log, offset);
  }
  get sequenceNumber(): string {
    return sequenceNumberOf(this.partition, this.offset);
  }
  get partitionKey(): string {
    return this.key;
  }
  get data(): string {
    return this.value;
  }
  get approximateArrivalTimestamp(): number {
    return this.timestamp;
  }
  // @ts-expect-error A record of a shard shows other names than one of a partition.
  override toJSON(): KinesisClientRecord {
    const { sequenceNumber, partitionKey, data, approximateArrivalTimestamp } = this;
    return { sequenceNumber, partitionKey, data, approximateArrivalTimestamp };
  }
}

Object.defineProperty(ShardRecord.prototype, 'constructor', { value: Object });
Object.freeze(ShardRecord.prototype);
