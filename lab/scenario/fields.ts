// The parts that scenario schemas are made of. A field says what it is, in which unit, within which bounds and why it
// matters; the check of a file, the form in the playground and the published JSON Schema all read the same words.

import { z } from 'zod';
import type { Unit } from '../trace/run-trace.ts';

// Pages forbid code made from text. Said here, before any schema is made, so that zod does not try it.
z.config({ jitless: true });

/** What a field tells its reader. */
export interface FieldMeta {
  /** Two to four words, as the form shows them. A real configuration key stands here as it is written at work. */
  readonly label: string;
  /** One sentence: what it does, and its default in the real system when there is one. */
  readonly about?: string;
  readonly unit?: Unit;
  /** The slider's step, when whole numbers are too fine or too coarse. */
  readonly step?: number;
  /** The slider moves by factors rather than by steps: for sizes and rates over several powers of ten. */
  readonly isLogarithmic?: boolean;
  /** The words for the values of a choice, in their order. */
  readonly names?: Readonly<Record<string, string>>;
}

declare module 'zod' {
  interface GlobalMeta {
    label?: string;
    about?: string;
    unit?: Unit;
    step?: number;
    isLogarithmic?: boolean;
    names?: Readonly<Record<string, string>>;
  }
}

interface Bounds {
  readonly least?: number;
  readonly most: number;
}

/** A number with a unit and bounds; `least` is 0 unless given. */
export function quantity({ least = 0, most, ...meta }: FieldMeta & Bounds): z.ZodNumber {
  return z.number().min(least).max(most).meta(meta);
}

/** A whole number with bounds; `least` is 0 unless given. */
export function whole({ least = 0, most, ...meta }: FieldMeta & Bounds): z.ZodNumber {
  return z.int().min(least).max(most).meta(meta);
}

/** A part of a whole, 0 … 1. */
export function share(meta: FieldMeta): z.ZodNumber {
  return z
    .number()
    .min(0)
    .max(1)
    .meta({ unit: 'share', step: 0.01, ...meta });
}

/** Whole milliseconds, up to `most` (a year unless given). */
export function duration({
  least = 0,
  most = 31_536_000_000,
  ...meta
}: FieldMeta & { least?: number; most?: number }): z.ZodNumber {
  return z
    .int()
    .min(least)
    .max(most)
    .meta({ unit: 'ms', isLogarithmic: true, ...meta });
}

/** One of several words. */
export function choice<const T extends readonly [string, ...string[]]>(values: T, meta: FieldMeta) {
  return z.enum(values).meta({ ...meta });
}

export function flag(meta: FieldMeta): z.ZodBoolean {
  return z.boolean().meta({ ...meta });
}

/** A list with at least `least` (1 unless given) and at most `most` items. */
export function listOf<T extends z.ZodType>(
  item: T,
  { least = 1, most, ...meta }: FieldMeta & { least?: number; most: number },
): z.ZodArray<T> {
  return z.array(item).min(least).max(most).meta(meta);
}

/** A group of fields under one heading; unknown names are refused. */
export function group<T extends z.core.$ZodLooseShape>(shape: T, meta: FieldMeta) {
  return z.strictObject(shape).meta({ ...meta });
}

/**
 * A rate over time: each segment holds from its `fromMs` until the next begins, the last to the end of the run. What
 * `createProfile` of traffic/profile.ts takes.
 */
export function trafficField(meta: FieldMeta & { mostPerSecond?: number; mostSegments?: number }) {
  const { mostPerSecond = 1_000_000, mostSegments = 24, ...rest } = meta;
  return listOf(
    z.strictObject({
      fromMs: duration({ label: 'From' }),
      recordsPerSecond: quantity({ label: 'Rate', unit: 'records/s', most: mostPerSecond, isLogarithmic: true }),
    }),
    { most: mostSegments, ...rest },
  ).superRefine((segments, context) => {
    for (const [i, { fromMs }] of segments.entries()) {
      const say = (message: string) => context.addIssue({ code: 'custom', message, path: [i, 'fromMs'] });
      if (i === 0 && fromMs !== 0) say('the first segment begins at 0');
      if (i > 0 && fromMs <= (segments[i - 1]?.fromMs ?? 0)) say('a segment begins after the one before it');
    }
  });
}
