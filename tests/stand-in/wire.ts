// How values cross between the document and the host: JSON, and behind it the bytes that are in the values.

/** A place in the bytes behind the JSON, where a Uint8Array was. */
interface Bytes {
  readonly $bytes: readonly [at: number, length: number];
}

const isBytes = (value: unknown): value is Bytes => typeof value === 'object' && value !== null && '$bytes' in value;

export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const text = JSON.stringify(value ?? null, (_key, part: unknown) => {
    if (!(part instanceof Uint8Array)) return part;
    const place: Bytes = { $bytes: [size, part.length] };
    parts.push(part);
    size += part.length;
    return place;
  });
  const head = new TextEncoder().encode(text);
  const all = new Uint8Array(4 + head.length + size);
  new DataView(all.buffer).setUint32(0, head.length);
  all.set(head, 4);
  let at = 4 + head.length;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Each Uint8Array that comes out has a buffer of its own, so that it can be transferred. */
export function decode<Value>(all: Uint8Array): Value {
  const length = new DataView(all.buffer, all.byteOffset, all.byteLength).getUint32(0);
  const behind = 4 + length;
  return JSON.parse(new TextDecoder().decode(all.subarray(4, behind)), (_key, part: unknown) => {
    if (!isBytes(part)) return part;
    const [at, size] = part.$bytes;
    return new Uint8Array(all.subarray(behind + at, behind + at + size));
  });
}
