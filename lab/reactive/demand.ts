// The count of what may still be sent: requests add to it, each record takes one.

import { unboundedDemand } from './api.ts';
import { isDemand, RuleViolation } from './rules.ts';

/**
 * Law (M11, R2, R3): outstanding = Σ requested − Σ taken, never below 0. Once it has reached `unboundedDemand` it stays
 * there, whatever is taken.
 */
export class Demand {
  #outstanding = 0;

  get outstandingRecords(): number {
    return this.#outstanding;
  }

  get isUnbounded(): boolean {
    return this.#outstanding === unboundedDemand;
  }

  /** Throws RuleViolation 3.9 for n that is not a whole number above 0. */
  add(n: number): void {
    if (!isDemand(n))
      throw new RuleViolation('3.9', `request(${typeof n === 'string' ? `'${String(n)}'` : String(n)}) was called`);
    this.#outstanding = Math.min(unboundedDemand, this.#outstanding + n);
  }

  /** Takes one, and says whether there was one to take. */
  take(): boolean {
    if (this.#outstanding === 0) return false;
    if (!this.isUnbounded) this.#outstanding -= 1;
    return true;
  }
}
