// Numbers of a run as people read them: with their unit, three or four telling digits, and thousands set apart.

import type { Unit } from './run-trace.ts';

/** A whole number with its thousands set apart by a comma. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number with at most four telling digits and no trailing zeros: 1,234,567; 1,666.7; 0.0021. */
export function numberInWords(value: number): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 1000 && Number.isInteger(Math.round(size * 10) / 10)) return sign + grouped(Math.round(size));
  let decimals = size >= 1000 ? 1 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  if (size > 0 && size < 0.1) decimals = size < 0.001 ? 6 : 4;
  const [digits = '0', rest = ''] = size.toFixed(decimals).split('.');
  const fraction = rest.replace(/0+$/, '');
  return sign + grouped(Number(digits)) + (fraction === '' ? '' : `.${fraction}`);
}

const parts = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** A duration in its two largest units: 2 h 5 min, 3 min 20 s, 1.5 s, 40 ms. */
export function durationInWords(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (size < 1_000) return `${sign}${numberInWords(size)} ms`;
  if (size < 60_000) return `${sign}${numberInWords(Math.round(size / 10) / 100)} s`;
  const whole = Math.round(size / 1_000) * 1_000;
  // Hours count up to three days, as retention and deadlines do.
  const at = parts.findIndex(([unit, each]) => whole >= (unit === 'd' ? 3 * each : each));
  const [unit, each] = parts[at] ?? ['s', 1_000];
  const [nextUnit, nextEach] = parts[at + 1] ?? ['s', 1_000];
  const rest = Math.floor((whole % each) / nextEach);
  const first = `${sign}${grouped(Math.floor(whole / each))} ${unit}`;
  return rest === 0 || unit === 's' ? first : `${first} ${rest} ${nextUnit}`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes by powers of 1024 (M0.1). */
export function bytesInWords(bytes: number): string {
  let value = bytes;
  let at = 0;
  while (Math.abs(value) >= 1024 && at < byteUnits.length - 1) {
    value /= 1024;
    at++;
  }
  return `${numberInWords(Math.round(value * 100) / 100)} ${byteUnits[at] ?? 'B'}`;
}

/** A value with its unit; an en dash for what was not measured. */
export function inWords(value: number | string | boolean | null, unit: Unit): string {
  if (value === null) return '–';
  if (typeof value !== 'number') return String(value);
  switch (unit) {
    case 'ms':
      return durationInWords(value);
    case 'bytes':
      return bytesInWords(value);
    case 'bytes/s':
      return `${bytesInWords(value)}/s`;
    case 'share':
      return `${numberInWords(Math.round(value * 10_000) / 100)} %`;
    case 'USD':
      return `$${numberInWords(value)}`;
    case 'records/s':
    case 'rows/s':
    case 'calls/s':
      return `${numberInWords(value)}/s`;
    case 'ms/s':
    case 'h':
      return `${numberInWords(value)} ${unit}`;
    case 'flag':
      return value === 0 ? 'no' : 'yes';
    case 'records':
    case 'rows':
    case 'calls':
      return numberInWords(Math.abs(value) >= 10 ? Math.round(value) : Math.round(value * 100) / 100);
    case 'count':
    case 'text':
      return numberInWords(value);
    default:
      return unit satisfies never;
  }
}

/** A sentence without the ids of facts and models that it cites, as a reader wants it: `(K3, K40)` and `(M0.5)` go. */
export function withoutIds(text: string): string {
  return text.replace(/\s*\((?:[A-Z]{1,3}\d+[a-z]?(?:\.\d+)?(?:[,;–-]\s*|\s+and\s+)?)+\)/g, '');
}
