// Arguments that are not what they should be, in the words of Node.js. readable-stream's own need its util, which
// needs the events, which need these.

import { codes } from 'readable-stream/lib/ours/errors.js';

const { ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE } = codes;

export function validateAbortSignal(value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null || !('aborted' in value)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'AbortSignal', value);
  }
}

export function validateBoolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw new ERR_INVALID_ARG_TYPE(name, 'boolean', value);
}

export function validateFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw new ERR_INVALID_ARG_TYPE(name, 'Function', value);
}

export function validateObject(value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ERR_INVALID_ARG_TYPE(name, 'Object', value);
  }
}

export function validateNumber(value: unknown, name: string, min?: number): void {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (min !== undefined && !(value >= min)) throw new ERR_OUT_OF_RANGE(name, `>= ${min}`, value);
}

export function validateInteger(value: unknown, name: string, min: number): void {
  if (typeof value !== 'number') throw new ERR_INVALID_ARG_TYPE(name, 'number', value);
  if (!Number.isInteger(value)) throw new ERR_OUT_OF_RANGE(name, 'an integer', value);
  if (value < min) throw new ERR_OUT_OF_RANGE(name, `>= ${min} && <= ${Number.MAX_SAFE_INTEGER}`, value);
}
