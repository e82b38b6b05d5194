// Numbers as a reader types and slides them: 5 min, 20k, 64 KiB, 30 %.
import type { Field } from '#lab/scenario/form.ts';
import type { Unit } from '#lab/trace/run-trace.ts';
import { inWords } from '#lab/trace/words.ts';

type NumberField = Extract<Field, { kind: 'number' }>;

const durations = { ms: 1, s: 1_000, sec: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizes = { b: 1, kb: 1_000, mb: 1e6, gb: 1e9, kib: 1_024, mib: 1_048_576, gib: 1_073_741_824 };
const counts = { k: 1_000, m: 1e6, million: 1e6, g: 1e9 };

function factorsOf(unit: Unit | null): Readonly<Record<string, number>> {
  if (unit === 'ms') return durations;
  if (unit === 'bytes' || unit === 'bytes/s') return { ...counts, ...sizes };
  if (unit === 'share') return { '%': 0.01 };
  return counts;
}

/**
 * What was typed, as a number in the field's own unit; null when it is none, or could be two: 20,5 and 20.000 mean
 * different things to different readers. A bare number has the unit of `shown`, what the field reads now.
 */
export function parseQuantity(text: string, unit: Unit | null, shown = ''): number | null {
  let rest = text.trim().toLowerCase().replaceAll('−', '-').replace(/^\$/, '').replace(/\/s$/, '');
  let total = 0;
  let parts = 0;
  const factors = factorsOf(unit);
  while (rest !== '') {
    const match = /^(-?[\d.][\d.,_\u0020\u00a0\u202f]*(?:e\d+)?)\s*([a-zµ%]*)\s*/.exec(rest);
    const value = match === null ? null : readDigits((match[1] ?? '').trim());
    if (match === null || value === null) return null;
    const word = match[2] ?? '';
    const factor = word === '' ? (parts === 0 ? bareFactor(unit, shown, value) : undefined) : factors[word];
    if (factor === undefined) return null;
    total += value * factor;
    parts++;
    rest = rest.slice(match[0].length);
  }
  // Only durations come in several parts, as in 2 h 5 min.
  if (parts === 0 || (parts > 1 && unit !== 'ms') || !Number.isFinite(total)) return null;
  return Number(total.toPrecision(12));
}

/** Digits with thousands set apart by commas, spaces or underscores; null when they could be read in two ways. */
function readDigits(digits: string): number | null {
  if (/^-?\d{1,3}([,_\u0020\u00a0\u202f]\d{3})+(\.\d+)?$/.test(digits)) return Number(digits.replace(/[^\d.-]/g, ''));
  if (/^-?[1-9]\d{0,2}\.000$/.test(digits)) return null;
  return /^-?(\d+\.?\d*|\.\d+)(e\d{1,2})?$/.test(digits) ? Number(digits) : null;
}

/** What a number without a unit is multiplied by: that of the duration that is shown; a percentage above one. */
function bareFactor(unit: Unit | null, shown: string, value: number): number {
  if (unit === 'share') return value > 1 ? 0.01 : 1;
  if (unit !== 'ms') return 1;
  const word = /^[\d.,−-]+ ([a-z]+)$/.exec(shown)?.[1];
  return (word === undefined ? undefined : durations[word as keyof typeof durations]) ?? 1;
}

export function quantityInWords(value: number, unit: Unit | null): string {
  return inWords(value, unit ?? 'count');
}

/** The last place of a slider, which begins at 0: each place another value, and few enough for the arrow keys. */
export function placesOf(field: NumberField): number {
  const { least, most, isWhole, isLogarithmic } = field;
  // A tenth more at each place: the least that shows in two digits.
  if (isLogarithmic) return Math.max(2, Math.floor(Math.log(most / floorOf(field)) / Math.log(1.11)));
  return isWhole ? Math.min(500, most - least) : 200;
}

/** The lowest value above zero that a slider by factors reaches. */
function floorOf({ least, most, isWhole }: NumberField): number {
  return least > 0 ? least : isWhole ? 1 : Math.min(1, most / 1e4);
}

export function toSlider(field: NumberField, value: number): number {
  const { least, most, isLogarithmic } = field;
  const places = placesOf(field);
  if (!isLogarithmic) return Math.round(((value - least) / (most - least)) * places);
  if (value <= least) return 0;
  const floor = floorOf(field);
  const place = Math.log(Math.max(value, floor) / floor) / Math.log(most / floor);
  return Math.max(least > 0 ? 0 : 1, Math.round(place * places));
}

/** The value at a place, at two telling digits or the field's own step. */
export function fromSlider(field: NumberField, place: number): number {
  const { least, most, step, isWhole, isLogarithmic } = field;
  const places = placesOf(field);
  if (place <= 0) return least;
  if (place >= places) return most;
  let value = least + ((most - least) * place) / places;
  if (isLogarithmic) {
    const floor = floorOf(field);
    value = Number((floor * (most / floor) ** (place / places)).toPrecision(2));
  } else if (step !== null) value = Number((Math.round(value / step) * step).toPrecision(12));
  else if (!isWhole) value = Number(value.toPrecision(3));
  if (isWhole) value = Math.round(value);
  return Math.min(most, Math.max(least, value));
}
