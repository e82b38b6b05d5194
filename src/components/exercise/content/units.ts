// The unit of each check, for the page: the laws themselves are not needed there.

import { laws } from '#graders/checks/index.ts';
import type { Exercise } from '#graders/exercise.ts';

export interface CheckUnit {
  readonly unit: string;
  readonly comparison: '≤' | '=';
}

/** Units by check. */
export type CheckUnits = Readonly<Record<string, CheckUnit>>;

export function unitsOf({ checks }: Exercise): CheckUnits {
  return Object.fromEntries(
    checks.map(({ id, law }) => {
      const { unit, comparison } = laws[law];
      return [id, { unit, comparison }];
    }),
  );
}
