// Values as a state backend holds them: written down and read back, so that nobody changes them in passing.

const notPlain =
  'state takes plain data: numbers, text, booleans, arrays, Maps, Sets and objects without methods of their own.';

/**
 * A deep copy of plain data, as a serializer would give it (RocksDB's way): what a program does to the object that it got from
 * state changes nothing until it is updated. Throws TypeError for functions, symbols and cycles.
 */
export function copyOf<T>(value: T): T {
  return copy(value, 0) as T;
}

const mostDepth = 64;

function copy(value: unknown, depth: number): unknown {
  if (depth > mostDepth) throw new TypeError(`A value is nested ${mostDepth} deep or holds itself; ${notPlain}`);
  if (typeof value === 'function' || typeof value === 'symbol')
    throw new TypeError(`A ${typeof value} cannot be kept; ${notPlain}`);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
  if (value instanceof Map)
    return new Map(
      [...(value as Map<unknown, unknown>)].map(([key, item]) => [copy(key, depth + 1), copy(item, depth + 1)]),
    );
  if (value instanceof Set) return new Set([...(value as Set<unknown>)].map((item) => copy(item, depth + 1)));
  const result = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  for (const [name, item] of Object.entries(value))
    Object.defineProperty(result, name, {
      value: copy(item, depth + 1),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  return result;
}

/**
 * Bytes that a value takes when it is written down: 8 for a number, 1 for a boolean or nothing, text by its length and a
 * length mark, lists and objects as their parts. Near what Flink's serializers need, and the same on every machine.
 */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return 4 + value.length;
  if (typeof value === 'number' || typeof value === 'bigint') return 8;
  if (typeof value !== 'object' || value === null) return 1;
  let bytes = 4;
  if (value instanceof Map)
    for (const [key, item] of value as Map<unknown, unknown>) bytes += bytesOf(key) + bytesOf(item);
  else for (const item of value instanceof Set ? (value as Set<unknown>) : Object.values(value)) bytes += bytesOf(item);
  return bytes;
}
