// A stated decision about capacity: what a program's author would change first, as data that can be checked.

/** What to do while more comes in than goes out. */
export interface ScalingDecision {
  /** The one thing to change first. */
  readonly action: 'scale-consumers' | 'throttle-producers';
  /** Members that the group should have; read when the action is to scale. */
  readonly members: number;
  /** Records/s that all producers together may send; read when the action is to throttle. */
  readonly producerRecordsPerSecond: number;
  /** The resource that is full: the sink behind all members, the topic's partitions, or the members' own reading. */
  readonly because: 'sink' | 'partitions' | 'consumers';
}
