// Times of a run as Spark prints them, ISO 8601 in UTC, without a Date.

const msPerDay = 86_400_000;

/**
 * Milliseconds since 1970-01-01 UTC as '1970-01-01T00:00:30.000Z'; fractions of a millisecond are cut off. From year 0 to
 * 9999; RangeError beyond.
 */
export function isoTimestamp(epochMs: number): string {
  const ms = Math.floor(epochMs);
  const days = Math.floor(ms / msPerDay);
  const ofDay = ms - days * msPerDay;
  const { year, month, day } = civilDate(days);
  if (!(year >= 0 && year <= 9_999)) {
    throw new RangeError(`epochMs is ${epochMs}; pass milliseconds since 1970, within the years 0 to 9999.`);
  }
  const clock = [Math.floor(ofDay / 3_600_000), Math.floor(ofDay / 60_000) % 60, Math.floor(ofDay / 1_000) % 60];
  const time = clock.map((part) => padded(part, 2)).join(':');
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${time}.${padded(ofDay % 1_000, 3)}Z`;
}

/** The date of a day counted from 1970-01-01. Years are counted from March, so that the leap day comes last. */
function civilDate(daysSince1970: number): { year: number; month: number; day: number } {
  const days = daysSince1970 + 719_468;
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
