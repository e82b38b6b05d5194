// The natural logarithm from additions, products and quotients only: ECMAScript lets every engine approximate
// `Math.log` in its own way, and one different last bit would make two browsers leave two traces for the same seed.

const LN2 = 0.6931471805599453;
/** 2·artanh(z) needs odd powers up to here for |z| ≤ 0.172: the next term is below a double's last bit. */
const LAST_POWER = 25;

/**
 * ln(x) for a normal double x > 0, within a few units in the last place of the exact value, and the same bits everywhere.
 * Throws RangeError for zero, negative, infinite and NaN input.
 */
export function naturalLog(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new RangeError(`x is ${x}; pass a finite number above 0.`);
  // Halving and doubling are exact, so mantissa · 2^exponent is x itself.
  let mantissa = x;
  let exponent = 0;
  while (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent -= 1;
  }
  const z = (mantissa - 1) / (mantissa + 1);
  const zz = z * z;
  let sum = 0;
  for (let power = LAST_POWER; power >= 1; power -= 2) sum = sum * zz + 1 / power;
  return exponent * LN2 + 2 * z * sum;
}
