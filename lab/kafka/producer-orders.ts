// Orders that happen whether or not anybody is there to send them: what a producer program is put between.

import { eventClass, type Kernel } from '../clock/kernel.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { Profile } from '../traffic/profile.ts';
import type { OrderSource, ProducerRecord } from './producer-api.ts';

/** An order as a record to send; which one it is lies in a private field. */
export class OrderRecord implements ProducerRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly #index: number;
  constructor(topic: string, index: number) {
    this.topic = topic;
    this.key = `customer-${(Math.imul(index, 0x9e3779b1) >>> 0) % 5000}`;
    this.value = `{"order":${index},"customer":"${this.key}"}`;
    this.#index = index;
    Object.freeze(this);
  }
  /** The number of the order that a record carries, as it was given or in a record of the program's own; null without one. */
  static indexOf(record: ProducerRecord): number | null {
    return #index in record ? record.#index : orderIn(record.value);
  }
}

Object.defineProperty(OrderRecord.prototype, 'constructor', { value: Object });
Object.freeze(OrderRecord.prototype);

/** The `order` in a record's JSON: what it is about, whatever else the program has put beside it. */
function orderIn(value: string): number | null {
  try {
    const { order } = (JSON.parse(value) ?? {}) as { order?: unknown };
    return typeof order === 'number' && Number.isSafeInteger(order) && order >= 0 ? order : null;
  } catch {
    return null;
  }
}

/**
 * Law: each order is untaken, or in the program's hands, or on its way, or in Kafka, or lost.
 */
export class Orders {
  readonly #kernel: Kernel;
  readonly #topic: string;
  readonly #profile: Profile;
  readonly #untilMs: number;
  /** 1 for an order that is in Kafka; it stays there whatever happens to later copies. */
  readonly #isIn: Uint8Array;
  /** Sends of each order that have not come to an end. */
  readonly #underWay: Uint16Array;
  #taken = 0;
  #inKafka = 0;
  #duplicates = 0;

  constructor(kernel: Kernel, topic: string, profile: Profile, untilMs: number) {
    this.#kernel = kernel;
    this.#topic = topic;
    this.#profile = profile;
    this.#untilMs = untilMs;
    this.#isIn = new Uint8Array(profile.arrivedBy(untilMs));
    this.#underWay = new Uint16Array(this.#isIn.length);
  }

  get taken(): number {
    return this.#taken;
  }
  get inKafka(): number {
    return this.#inKafka;
  }
  get duplicates(): number {
    return this.#duplicates;
  }
  happenedBy(ms: number): number {
    return this.#profile.arrivedBy(Math.min(ms, this.#untilMs));
  }
  /** Orders that were taken and are neither in Kafka nor on their way. */
  get lost(): number {
    let lost = 0;
    for (let i = 0; i < this.#taken; i++) if (this.#isIn[i] === 0 && this.#underWay[i] === 0) lost++;
    return lost;
  }

  /** The order behind a record; one that nobody has taken is none. */
  #orderOf(record: ProducerRecord): number | null {
    const index = OrderRecord.indexOf(record);
    return index !== null && index < this.#taken ? index : null;
  }

  sending(record: ProducerRecord): void {
    const index = this.#orderOf(record);
    if (index !== null) this.#underWay[index] = (this.#underWay[index] ?? 0) + 1;
  }
  settled(record: ProducerRecord, isInKafka: boolean): void {
    const index = this.#orderOf(record);
    if (index === null) return;
    this.#underWay[index] = Math.max(0, (this.#underWay[index] ?? 0) - 1);
    if (!isInKafka) return;
    if (this.#isIn[index] === 1) this.#duplicates++;
    else {
      this.#isIn[index] = 1;
      this.#inKafka++;
    }
  }
  /** The process has died, and what was on its way with it. */
  cutOff(): void {
    this.#underWay.fill(0);
  }

  open(process: ProgramProcess): OrderSource {
    const kernel = this.#kernel;
    return Object.freeze({
      take: (mostRecords: number): Promise<readonly ProducerRecord[]> => {
        if (!Number.isInteger(mostRecords) || mostRecords < 1)
          throw new RangeError(`orders.take() takes a whole number of 1 or more, not ${String(mostRecords)}.`);
        return process.promise((resolve) => {
          const wait = (): void => {
            const atMs = Math.min(this.#profile.arrivalTimeOf(this.#taken), this.#untilMs);
            kernel.at(atMs, eventClass.arrival, give);
          };
          const give = (): void => {
            if (!process.isAlive) return;
            const from = this.#taken;
            const count = Math.min(mostRecords, this.happenedBy(kernel.nowMs) - from);
            if (count === 0 && kernel.nowMs < this.#untilMs) return wait();
            this.#taken += count;
            resolve(Object.freeze(Array.from({ length: count }, (_, i) => new OrderRecord(this.#topic, from + i))));
            process.checkHeap();
          };
          wait();
        });
      },
    });
  }
}
