// What every law shares: its shape, and the words for times and numbers.

import type { Trace } from '../../lab/trace/trace.ts';
import type { Finding } from '../verdict.ts';

/** A law reads a trace and says whether it holds; it changes nothing and knows no exercise. */
export type Law<Options> = (trace: Trace, options: Options) => Finding;

/** `mm:ss.s` of the run. */
export function clock(ms: number): string {
  const tenths = Math.round(ms / 100);
  const minutes = Math.floor(tenths / 600);
  const seconds = (tenths % 600) / 10;
  return `${String(minutes).padStart(2, '0')}:${seconds.toFixed(1).padStart(4, '0')}`;
}

/** A whole number with thousands set apart by a comma. */
export function whole(value: number): string {
  const digits = String(Math.round(Math.abs(value)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ',');
  return Math.round(value) < 0 ? `−${grouped}` : grouped;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A finding that holds. `isThin`: it holds with little to spare. */
export function met(measured: number, atMs: number | null, isThin = false): Finding {
  return { state: isThin ? 'thin' : 'met', measured, atMs, cause: null, lever: null };
}

export function notYet(measured: number | null, atMs: number | null, cause: string, lever: string): Finding {
  return { state: 'not-yet', measured, atMs, cause, lever };
}

/** The run ended before there was anything to measure. */
export function notTested(cause: string): Finding {
  return { state: 'not-tested', measured: null, atMs: null, cause, lever: null };
}
