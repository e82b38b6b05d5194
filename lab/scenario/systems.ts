// Every simulated system, in the order of the course: the one list behind the playground, the command line and the checks.

import { kafkaGroup } from '../kafka/group-scenario.ts';
import type { System } from './system.ts';

export const systems: readonly System[] = [kafkaGroup];
