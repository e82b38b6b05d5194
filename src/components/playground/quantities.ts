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

/** What was typed, as a number in the field's own unit; null when it is none. */
export function parseQuantity(text: string, unit: Unit | null): number | null {
  let rest = text.trim().toLowerCase().replaceAll('−', '-').replace(/^\$/, '').replace(/\/s$/, '');
  let total = 0;
  let parts = 0;
  const factors = factorsOf(unit);
  while (rest !== '') {
    const match = /^(-?\d[\d,\u00a0\u202f]*(?:\.\d+)?|-?\.\d+)\s*([a-z%]*)\s*/.exec(rest);
    if (match === null) return null;
    const [all, digits = '', word = ''] = match;
    const factor = word === '' ? 1 : factors[word];
    if (factor === undefined) return null;
    total += Number(digits.replace(/[^\d.-]/g, '')) * factor;
    parts++;
    rest = rest.slice(all.length);
  }
  // Only durations come in several parts, as in 2 h 5 min.
  if (parts === 0 || (parts > 1 && unit !== 'ms') || !Number.isFinite(total)) return null;
  return Number(total.toPrecision(12));
}

export function quantityInWords(value: number, unit: Unit | null): string {
  return inWords(value, unit ?? 'count');
}

/** Places on a slider, 0 … 1000. */
export const sliderTop = 1_000;

/** The lowest value above zero that a slider by factors reaches. */
function floorOf({ least, most, isWhole }: NumberField): number {
  return least > 0 ? least : isWhole ? 1 : Math.min(1, most / 1e4);
}

export function toSlider(field: NumberField, value: number): number {
  const { least, most, isLogarithmic } = field;
  if (!isLogarithmic) return Math.round(((value - least) / (most - least)) * sliderTop);
  if (value <= least) return 0;
  const floor = floorOf(field);
  const place = Math.log(Math.max(value, floor) / floor) / Math.log(most / floor);
  return Math.max(least > 0 ? 0 : 1, Math.round(place * sliderTop));
}

/** The value at a place, at two telling digits or the field's own step. */
export function fromSlider(field: NumberField, place: number): number {
  const { least, most, step, isWhole, isLogarithmic } = field;
  if (place <= 0) return least;
  if (place >= sliderTop) return most;
  let value = least + ((most - least) * place) / sliderTop;
  if (isLogarithmic) {
    const floor = floorOf(field);
    value = Number((floor * (most / floor) ** (place / sliderTop)).toPrecision(2));
  } else if (step !== null) value = Number((Math.round(value / step) * step).toPrecision(12));
  else if (!isWhole) value = Number(value.toPrecision(3));
  if (isWhole) value = Math.round(value);
  return Math.min(most, Math.max(least, value));
}
