// Spans of time as Spark writes them: '10 minutes', '1 hour 30 minutes', '500 milliseconds'.

const unitMs: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/**
 * An interval in ms. Throws RangeError that names `what` for a text that is none, such as '10m', and for months and years,
 * whose length is not fixed.
 */
export function intervalMs(text: string, what: string): number {
  const words = typeof text === 'string' ? text.trim().toLowerCase().split(/\s+/) : [];
  let ms = 0;
  let isGood = words.length > 0 && words.length % 2 === 0;
  for (let i = 0; isGood && i < words.length; i += 2) {
    const [count = '', unit = ''] = [words[i], words[i + 1]];
    const length = Object.hasOwn(unitMs, unit.replace(/s$/, ''))
      ? (unitMs[unit.replace(/s$/, '')] as number)
      : Number.NaN;
    isGood = /^\d+$/.test(count) && Number.isSafeInteger(Number(count) * length);
    ms += Number(count) * length;
  }
  if (isGood) return ms;
  throw new RangeError(
    `${what} is ${JSON.stringify(text)}; write a number and a unit, such as '10 minutes' or '30 seconds'.`,
  );
}
