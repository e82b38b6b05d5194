// Guards for numbers handed to the lab: each returns the value, or throws an error that names it and says what to pass.

function numberOf(value: number, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${typeof value}; pass a number.`);
  return value;
}

/** A finite number above zero. */
export function positive(value: number, name: string): number {
  if (numberOf(value, name) > 0 && value < Infinity) return value;
  throw new RangeError(`${name} is ${value}; pass a finite number above 0.`);
}

/** A finite number that is zero or more. */
export function nonNegative(value: number, name: string): number {
  if (numberOf(value, name) >= 0 && value < Infinity) return value;
  throw new RangeError(`${name} is ${value}; pass a finite number of 0 or more.`);
}

/** A whole number of 1 or more, small enough to be exact. */
export function positiveInteger(value: number, name: string): number {
  if (Number.isSafeInteger(numberOf(value, name)) && value >= 1) return value;
  throw new RangeError(`${name} is ${value}; pass a whole number of 1 or more.`);
}

/** A whole number of 0 or more, small enough to be exact. */
export function nonNegativeInteger(value: number, name: string): number {
  if (Number.isSafeInteger(numberOf(value, name)) && value >= 0) return value;
  throw new RangeError(`${name} is ${value}; pass a whole number of 0 or more.`);
}

/** A part of a whole: 0, 1 or anything between. */
export function shareOfOne(value: number, name: string): number {
  if (numberOf(value, name) >= 0 && value <= 1) return value;
  throw new RangeError(`${name} is ${value}; pass a share between 0 and 1, such as 0.1 for 10 %.`);
}
