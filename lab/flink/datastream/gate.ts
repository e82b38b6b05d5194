// A subtask's inputs: one channel from each sender, read in turn, and held back one by one while a checkpoint aligns.

import type { Channel } from './channel.ts';
import type { Item } from './element.ts';

interface Input {
  readonly channel: Channel;
  readonly freed: () => void;
  isBlocked: boolean;
  isEnded: boolean;
}

export interface Received {
  readonly item: Item;
  /** Which input it came from. */
  readonly input: number;
}

/** Laws: items of one input keep their order; a blocked input gives nothing until `unblock`. */
export class Gate {
  readonly #inputs: readonly Input[];
  #turn = 0;

  /** `freed` is called when a record's credit has become free again. */
  constructor(channels: readonly { readonly channel: Channel; readonly freed: () => void }[]) {
    this.#inputs = channels.map(({ channel, freed }) => ({ channel, freed, isBlocked: false, isEnded: false }));
  }

  get size(): number {
    return this.#inputs.length;
  }
  get records(): number {
    return this.#inputs.reduce((sum, { channel }) => sum + channel.records, 0);
  }
  /** Whether every input that has not ended has been blocked: its barrier is here. */
  get isAligned(): boolean {
    return this.#inputs.every(({ isBlocked, isEnded }) => isBlocked || isEnded);
  }
  get isEnded(): boolean {
    return this.#inputs.every(({ isEnded }) => isEnded);
  }

  next(): Received | null {
    const inputs = this.#inputs;
    for (let step = 0; step < inputs.length; step++) {
      const at = (this.#turn + step) % inputs.length;
      const input = inputs[at] as Input;
      if (input.isBlocked || input.channel.isEmpty) continue;
      this.#turn = at + 1;
      const item = input.channel.shift() as Item;
      if (item.kind === 'record') input.freed();
      return { item, input: at };
    }
    return null;
  }

  block(input: number): void {
    (this.#inputs[input] as Input).isBlocked = true;
  }
  end(input: number): void {
    (this.#inputs[input] as Input).isEnded = true;
  }
  unblock(): void {
    for (const input of this.#inputs) input.isBlocked = false;
  }
}
