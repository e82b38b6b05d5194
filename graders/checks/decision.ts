// The law of a stated decision: it is held against the scenario's own numbers.

import type { ScalingDecision } from '../../lab/decision.ts';
import { met, notYet, whole, type Law } from './law.ts';

/** The batch that the exercise asks for; it fixes what a connection can carry. */
const batchRows = 200;

function read(decision: unknown): ScalingDecision | string {
  if (typeof decision !== 'object' || decision === null) {
    return 'The program exports no `decision`. Export the object that decision.ts describes.';
  }
  const given = decision as Partial<ScalingDecision>;
  if (given.action !== 'scale-consumers' && given.action !== 'throttle-producers') {
    return "decision.action must be 'scale-consumers' or 'throttle-producers'.";
  }
  if (!['sink', 'partitions', 'consumers'].includes(given.because as string)) {
    return "decision.because must name the limit: 'sink', 'partitions' or 'consumers'.";
  }
  if (!Number.isInteger(given.members) || (given.members as number) < 1)
    return 'decision.members must be a whole number of members, at least 1.';
  if (!((given.producerRecordsPerSecond as number) > 0))
    return 'decision.producerRecordsPerSecond must be a rate above 0.';
  return given as ScalingDecision;
}

/**
 * Holds the decision for "the spike lasts while the sink is slow" against the group's arithmetic
 * (models M1.9): throughput = min(members' reading, the sink). Measured: the records/s by which the lag
 * of the whole group would go on growing; `target` 0. A throttle may leave at most a fifth of the
 * sink unused.
 */
export const decisionHolds: Law<{ target: number }> = (trace, { target }) => {
  const stated = read(trace.decision);
  if (typeof stated === 'string') return notYet(null, null, stated, 'See the last part of the brief.');
  const { sink, group, traffic, process } = trace.given;
  const offered =
    ((traffic.spike?.recordsPerSecond ?? traffic.baseRecordsPerSecond) * group.partitions) / trace.given.partitions;
  const callMs = (sink.callMs + sink.rowMs * batchRows) * (sink.slow?.factor ?? 1);
  const sinkRate = (sink.connections * group.members * batchRows * 1000) / callMs;
  const members = stated.action === 'scale-consumers' ? Math.min(stated.members, group.partitions) : group.members;
  const readRate = (members * 1000) / process.handOverMs;
  const sent = stated.action === 'throttle-producers' ? Math.min(offered, stated.producerRecordsPerSecond) : offered;
  const growth = Math.round(Math.max(0, sent - Math.min(readRate, sinkRate)));
  const limits = `While it is slow a call of ${batchRows} rows takes ${whole(callMs)} ms, so the sink's ${sink.connections * group.members} connections take ${whole(sinkRate)} rows/s; ${whole(offered)} records/s come in.`;
  if (growth > target) {
    const cause =
      stated.action === 'scale-consumers'
        ? `${limits} ${stated.members} members can read more and write no more: the lag goes on growing by ${whole(growth)} records/s.`
        : `${limits} At ${whole(sent)} records/s the lag goes on growing by ${whole(growth)} records/s.`;
    return notYet(growth, null, cause, 'Work out what the slow sink takes, and bring the offered rate under it.');
  }
  if (stated.action === 'throttle-producers' && sent < 0.8 * sinkRate) {
    return notYet(
      Math.round(sinkRate - sent),
      null,
      `${limits} A throttle to ${whole(sent)} turns away ${whole(sinkRate - sent)} records/s that it could take.`,
      'Throttle to just under what the slow sink takes.',
    );
  }
  if (stated.because !== 'sink') {
    return notYet(
      null,
      null,
      `${limits} The decision is right, but not because of the ${stated.because}: ${group.members} members could read ${whole(readRate)} records/s, and there are ${group.partitions} partitions.`,
      'Name the resource that is full.',
    );
  }
  return met(growth, null);
};
