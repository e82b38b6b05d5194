// The named scenarios of the course, as they are written. Each is checked and run by ../scenario/systems.test.ts.

import spike20k120k from './kafka-group/spike-20k-120k.json' with { type: 'json' };

/** What a scenario must have before its system has checked it. */
export interface NamedScenario {
  readonly system: string;
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

export const scenarios: readonly NamedScenario[] = [spike20k120k];
