// What one tab tells the others.

/** Messages of one kind between the tabs of this site; the sender does not hear itself. */
export interface Channel<T> {
  send(message: T): void;
  /** Returns what stops it. */
  listen(hear: (message: T) => void): () => void;
}

/** A channel by name; silent in browsers without BroadcastChannel. */
export function createChannel<T>(name: string): Channel<T> {
  const hearers = new Set<(message: T) => void>();
  let channel: BroadcastChannel | null = null;

  function open(): BroadcastChannel | null {
    if (channel !== null || typeof BroadcastChannel === 'undefined') return channel;
    try {
      channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }: MessageEvent<T>) => {
        for (const hear of hearers) hear(data);
      };
    } catch {
      // A browser that refuses storage may refuse channels as well: then tabs do not know of each other.
    }
    return channel;
  }

  return {
    send(message) {
      open()?.postMessage(message);
    },
    listen(hear) {
      open();
      hearers.add(hear);
      return () => {
        hearers.delete(hear);
        if (hearers.size > 0) return;
        channel?.close();
        channel = null;
      };
    },
  };
}
