// The poll loop as a stream of records. It never stops polling; what it does when nobody reads is to pause.
import { Readable } from 'node:stream';
import type { KafkaContext } from '@spillway/lab';
import type { Settled } from './settled.ts';

const highMark = 8_000; // records waiting here: pause
const lowMark = 3_000; // … and resume
const commitEveryMs = 500;

export class Intake extends Readable {
  readonly #context: KafkaContext;
  readonly #settled: Settled;

  constructor(context: KafkaContext, settled: Settled) {
    // In objectMode the marks count records, not bytes.
    super({ objectMode: true, highWaterMark: highMark });
    this.#context = context;
    this.#settled = settled;
    this.#poll().catch((error: Error) => this.destroy(error));
  }

  /** Called when there is room again. Nothing to do: the loop looks for itself, at its next turn. */
  override _read(): void {}

  async #poll(): Promise<void> {
    const { consumer, signal } = this.#context;
    let lastCommit = Date.now();
    consumer.subscribe(['orders']);
    while (!signal.aborted) {
      // push() takes the record in any case; what it returns says whether it was the last one that had room.
      let hasRoom = true;
      for (const record of await consumer.poll(25)) hasRoom = this.push(record);
      if (!hasRoom) consumer.pause(consumer.assignment());
      else if (this.readableLength <= lowMark) consumer.resume(consumer.paused());

      if (Date.now() - lastCommit >= commitEveryMs) {
        await consumer.commitSync(this.#settled.take());
        lastCommit = Date.now();
      }
    }
    this.push(null); // the end of the stream
  }
}
