// Your decision for the whole group, should the spike last while the sink is slow. The brief has the numbers.
import type { ScalingDecision } from '@spillway/lab';

export const decision: ScalingDecision = {
  action: 'scale-consumers',
  members: 16,
  producerRecordsPerSecond: 120_000,
  because: 'consumers',
};
