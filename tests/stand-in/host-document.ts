// What the host keeps of a document that answers /headless: its instance, and the events that wait to be taken.
import type { Instance } from './instance.ts';
import type { HostEvent } from './messages.ts';

/** The output that waits at most, so that a flood does not pile up in Node. */
const mostBytesWaiting = 4 * 1024 * 1024;

export class HostDocument {
  instance: Instance | null = null;
  #isDead = false;
  #isOver = false;
  #events: HostEvent[] = [];
  #bytesWaiting = 0;
  #changed = Promise.withResolvers<void>();

  /** Whether it hears nothing any more and is not told so. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Whether it is gone, or the stand-in is. */
  get isOver(): boolean {
    return this.#isOver;
  }

  send(event: HostEvent): void {
    if (this.#isDead || this.#isOver) return;
    this.#events.push(event);
    if (event.kind === 'output') this.#bytesWaiting += event.bytes?.length ?? 0;
    this.#change();
  }

  /** The events that wait, once there are any; null when there will be none. */
  async take(): Promise<HostEvent[] | null> {
    await this.#until(() => this.#events.length > 0 && !this.#isDead);
    if (this.#isOver) return null;
    const events = this.#events;
    this.#events = [];
    this.#bytesWaiting = 0;
    this.#change();
    return events;
  }

  /** Waits while too much output waits. */
  room(): Promise<void> {
    return this.#until(() => this.#isDead || this.#bytesWaiting <= mostBytesWaiting);
  }

  /** Waits until every event has been taken. */
  taken(): Promise<void> {
    return this.#until(() => this.#isDead || this.#events.length === 0);
  }

  die(): void {
    this.#isDead = true;
    this.#change();
  }

  end(): void {
    this.#isOver = true;
    this.#change();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!this.#isOver && !holds()) await this.#changed.promise;
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
