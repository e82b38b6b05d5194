// One member of a consumer group: poll, prefetch, pause and resume, commit, and the poll deadline.

import { eventClass, type Kernel, type Scheduled } from '../clock/kernel.ts';
import type { ProgramProcess } from '../process/process.ts';
import type { ConsumerRecord, KafkaConsumer, OffsetCommit, RebalanceListener, TopicPartition } from './api.ts';
import type { ResolvedConfig } from './config.ts';
import { CommitFailedException, ConcurrentModificationException } from './errors.ts';
import type { Group, GroupMember } from './group.ts';
import type { LeftBehind, PartitionLog } from './log.ts';
import { LoggedRecord } from './record.ts';

/** Round trips and sizes of the broker side. */
export interface BrokerTiming {
  /** Fetch request to answer when data is there, in ms. */
  fetchRttMs: number;
  commitRttMs: number;
  recordBytes: number;
  /** Time the client needs to hand one record to the program, in ms, before GC takes its share. */
  handOverMs: number;
}

/** What happens to a consumer that graders and figures want to know. */
export type ConsumerEvent =
  | { kind: 'poll'; records: number; sinceLastMs: number }
  | { kind: 'pause'; partitions: readonly number[] }
  | { kind: 'resume'; partitions: readonly number[] }
  | ({ kind: 'commit'; offsets: number } & LeftBehind)
  | { kind: 'commit-failed' }
  | { kind: 'evicted'; sinceLastMs: number }
  | { kind: 'assigned'; partitions: number };

interface Owned {
  readonly log: PartitionLog;
  readonly tp: TopicPartition;
  position: number;
  isPaused: boolean;
  /** Fetched and not yet handed over: offsets position … bufferedTo − 1. */
  bufferedTo: number;
  /** Set while a fetch is under way; a fetch that comes back with another token is dropped. */
  fetch: object | null;
}

/** How the rest of the lab looks into a consumer. */
export interface ConsumerProbe {
  readonly bufferedRecords: number;
  readonly pausedPartitions: number;
  readonly isMember: boolean;
  positionOf(log: PartitionLog): number | null;
  /** The process is gone: the group learns of it, the client forgets everything. */
  die(): void;
}

/** A poll that finds nothing takes at least this long: one turn of the client's network loop. */
const emptyPollMs = 1;

/**
 * Creates a member of `group` for one process. Laws (facts K4–K9, models M1.3, M1.6):
 * at most one completed fetch per partition is buffered; a paused partition keeps its buffer and gets
 * no fetch; a gap between polls above `max.poll.interval.ms` evicts; a commit counts only in the
 * generation that it was assigned in.
 */
export function createConsumer(options: {
  id: string;
  kernel: Kernel;
  group: Group;
  process: ProgramProcess;
  config: ResolvedConfig;
  timing: BrokerTiming;
  observe(event: ConsumerEvent): void;
}): { consumer: KafkaConsumer; probe: ConsumerProbe } {
  const { kernel, group, process, config, timing, observe } = options;
  const recordsPerFetch = Math.max(1, Math.floor(config['max.partition.fetch.bytes'] / timing.recordBytes));
  const recordsPerAnswer = Math.max(1, Math.floor(config['fetch.max.bytes'] / timing.recordBytes));

  let owned = new Map<number, Owned>();
  /** Partitions with a completed fetch, in the order the answers came. */
  let ready: Owned[] = [];
  let listener: RebalanceListener = {};
  let isSubscribed = false;
  let isClosed = false;
  let isPolling = false;
  let needsJoin = true;
  let isJoining = false;
  /** Until the group assigns again: what the program believes to own is gone. */
  let isEvicted = false;
  let generation = -1;
  let handing = 0;
  let lastPollMs = 0;
  let lastAutoCommitMs = 0;
  let deadline: Scheduled | null = null;
  const news: { kind: 'assigned' | 'lost'; partitions: TopicPartition[] }[] = [];
  /** Called when something a waiting poll could return has come, or when the group has changed. */
  let onNews: (() => void) | null = null;

  const member: GroupMember = {
    id: options.id,
    onRejoinNeeded() {
      needsJoin = true;
      onNews?.();
    },
    onAssigned(logs) {
      isJoining = false;
      isEvicted = false;
      generation = group.generation;
      owned = new Map(
        logs.map((log) => {
          const tp = Object.freeze({ topic: log.topic, partition: log.partition });
          const position = log.committed ?? 0;
          return [log.partition, { log, tp, position, isPaused: false, bufferedTo: position, fetch: null }];
        }),
      );
      ready = [];
      news.push({ kind: 'assigned', partitions: [...owned.values()].map(({ tp }) => tp) });
      observe({ kind: 'assigned', partitions: owned.size });
      onNews?.();
    },
  };

  function lose(): TopicPartition[] {
    const partitions = [...owned.values()].map(({ tp }) => tp);
    owned = new Map();
    ready = [];
    generation = -1;
    return partitions;
  }

  function evict(): void {
    if (!group.has(member)) return;
    observe({ kind: 'evicted', sinceLastMs: kernel.nowMs - lastPollMs });
    news.push({ kind: 'lost', partitions: lose() });
    needsJoin = true;
    isJoining = false;
    isEvicted = true;
    group.leave(member);
  }

  function fetchMissing(): void {
    const wanted: Owned[] = [];
    for (const part of owned.values()) {
      if (!part.isPaused && part.fetch === null && part.bufferedTo === part.position) wanted.push(part);
    }
    if (wanted.length === 0) return;
    const token = {};
    for (const part of wanted) part.fetch = token;
    const half = timing.fetchRttMs / 2;
    const answerMs = brokerAnswersAt(wanted, kernel.nowMs + half);
    kernel.at(answerMs + half, eventClass.completion, () => receive(wanted, token, answerMs));
  }

  /** When the broker has fetch.min.bytes for this fetch, or has waited fetch.max.wait.ms. */
  function brokerAnswersAt(wanted: readonly Owned[], arriveMs: number): number {
    const needed = Math.max(1, Math.ceil(config['fetch.min.bytes'] / timing.recordBytes));
    const available = (ms: number) =>
      wanted.reduce((sum, { log, position }) => sum + Math.max(0, log.endOffsetAt(ms) - position), 0);
    const latestMs = arriveMs + config['fetch.max.wait.ms'];
    if (available(arriveMs) >= needed) return arriveMs;
    if (available(latestMs) < needed) return latestMs;
    // Up to the clock's whole microsecond, so that the record is there when the answer is made.
    if (needed === 1)
      return Math.ceil(Math.min(...wanted.map(({ log, position }) => log.arrivalOf(position))) * 1000) / 1000;
    let [low, high] = [arriveMs, latestMs];
    while (high - low > 0.5) {
      const middle = (low + high) / 2;
      if (available(middle) >= needed) high = middle;
      else low = middle;
    }
    return high;
  }

  function receive(wanted: readonly Owned[], token: object, answerMs: number): void {
    if (!process.isAlive) return;
    let room = recordsPerAnswer;
    for (const part of wanted) {
      if (part.fetch !== token || owned.get(part.log.partition) !== part) continue;
      part.fetch = null;
      const records = Math.min(part.log.endOffsetAt(answerMs) - part.position, recordsPerFetch, room);
      if (records <= 0) continue;
      room -= records;
      part.bufferedTo = part.position + records;
      ready.push(part);
    }
    process.checkHeap();
    if (process.isAlive) onNews?.();
  }

  function canHandOver(): boolean {
    return ready.some((part) => !part.isPaused);
  }

  /** Takes up to max.poll.records from the buffered fetches, in the order they came. */
  function drain(): [Owned, from: number, to: number][] {
    const taken: [Owned, number, number][] = [];
    let room = config['max.poll.records'];
    const rest: Owned[] = [];
    for (const part of ready) {
      const count = part.isPaused ? 0 : Math.min(room, part.bufferedTo - part.position);
      if (count > 0) {
        taken.push([part, part.position, part.position + count]);
        part.position += count;
        room -= count;
      }
      if (part.position < part.bufferedTo) rest.push(part);
    }
    ready = rest;
    return taken;
  }

  /** Tells the listener what the group did, and gives up what a rejoin takes away. */
  async function settleMembership(): Promise<void> {
    for (let item = news.shift(); item !== undefined; item = news.shift()) {
      if (item.partitions.length === 0) continue;
      if (item.kind === 'assigned') await listener.onPartitionsAssigned?.(item.partitions);
      else await listener.onPartitionsLost?.(item.partitions);
    }
    if (!needsJoin || owned.size === 0) return;
    if (config['enable.auto.commit']) commitNow(positions());
    await listener.onPartitionsRevoked?.([...owned.values()].map(({ tp }) => tp));
    lose();
  }

  function joinGroup(): void {
    needsJoin = false;
    isJoining = true;
    group.join(member);
  }

  function positions(): OffsetCommit[] {
    return [...owned.values()].map(({ tp, position }) => ({ ...tp, offset: position }));
  }

  function commitNow(offsets: readonly OffsetCommit[]): void {
    const left = { unsettled: 0, unparked: 0 };
    for (const { partition, offset } of offsets) owned.get(partition)?.log.commit(offset, left);
    observe({ kind: 'commit', offsets: offsets.length, ...left });
  }

  /**
   * One poll, as a chain of events rather than of promises: the clock pays for a resumption of the
   * program only when there is something to tell it.
   */
  function pollFor(
    timeoutMs: number,
    resolve: (records: ConsumerRecord[]) => void,
    reject: (error: unknown) => void,
  ): void {
    const untilMs = kernel.nowMs + Math.max(timeoutMs, emptyPollMs);
    let isOver = false;

    function look(): void {
      if (news.length > 0 || (needsJoin && owned.size > 0)) {
        kernel.wake();
        settleMembership().then(look, reject);
        return;
      }
      if (needsJoin) joinGroup();
      if (
        config['enable.auto.commit'] &&
        owned.size > 0 &&
        kernel.nowMs - lastAutoCommitMs >= config['auto.commit.interval.ms']
      ) {
        lastAutoCommitMs = kernel.nowMs;
        commitNow(positions());
      }
      fetchMissing();
      if (canHandOver()) handOver(resolve);
      else if (isOver) resolve([]);
      else waitForNews();
    }

    function waitForNews(): void {
      const timer = kernel.at(untilMs, eventClass.timer, () => {
        onNews = null;
        isOver = true;
        if (process.isAlive) look();
      });
      onNews = () => {
        onNews = null;
        timer.cancel();
        if (process.isAlive) look();
      };
    }

    look();
  }

  function handOver(resolve: (records: ConsumerRecord[]) => void): void {
    const taken = drain();
    handing = 0;
    for (const [, from, to] of taken) handing += to - from;
    fetchMissing();
    const costMs = (handing * timing.handOverMs) / (1 - process.gcShare());
    kernel.after(costMs, eventClass.completion, () => {
      if (!process.isAlive) return;
      const records: ConsumerRecord[] = [];
      for (const [{ log }, from, to] of taken) {
        for (let offset = from; offset < to; offset++) {
          log.hold(offset);
          records.push(new LoggedRecord(log, offset));
        }
      }
      handing = 0;
      process.checkHeap();
      resolve(records);
    });
  }

  function startPoll(): void {
    if (isClosed) throw new Error('This consumer is closed. Create a new one to read on.');
    if (!isSubscribed) throw new Error("poll() before subscribe(): call consumer.subscribe(['orders']) first.");
    if (isPolling) {
      throw new ConcurrentModificationException(
        'KafkaConsumer is not safe for concurrent use: await the poll() that is under way before you call the consumer again.',
      );
    }
    isPolling = true;
    deadline?.cancel();
    deadline = null;
  }

  function endPoll(records: number): void {
    isPolling = false;
    observe({ kind: 'poll', records, sinceLastMs: kernel.nowMs - lastPollMs });
    lastPollMs = kernel.nowMs;
    deadline = kernel.after(config['max.poll.interval.ms'] + 0.001, eventClass.timer, evict);
  }

  function need(partition: TopicPartition, call: string): Owned {
    const part = typeof partition === 'object' && partition !== null ? owned.get(partition.partition) : undefined;
    if (part === undefined) {
      throw new RangeError(
        `${call}: partition ${String(partition?.partition)} is not assigned to this member. It owns ${[...owned.keys()].join(', ') || 'none'}; ask consumer.assignment().`,
      );
    }
    return part;
  }

  function setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    const call = isPaused ? 'pause()' : 'resume()';
    if (!Array.isArray(partitions))
      throw new TypeError(`${call} takes an array of partitions, such as consumer.assignment().`);
    const changed: number[] = [];
    // Array.from, not map: a method of the program's array may be the program's own.
    for (const part of Array.from(partitions, (partition: TopicPartition) => need(partition, call))) {
      if (part.isPaused === isPaused) continue;
      part.isPaused = isPaused;
      changed.push(part.log.partition);
    }
    if (changed.length > 0) observe({ kind: isPaused ? 'pause' : 'resume', partitions: changed });
  }

  function checkCommit(offsets: unknown): readonly OffsetCommit[] {
    if (offsets === undefined) return positions();
    if (!Array.isArray(offsets)) {
      throw new TypeError(
        'commitSync() takes an array of { topic, partition, offset }, where offset is one past the last settled record.',
      );
    }
    return Array.from(offsets as readonly unknown[], (entry) => {
      const { topic, partition, offset } = (entry ?? {}) as OffsetCommit;
      if (!Number.isInteger(partition) || !Number.isInteger(offset) || offset < 0) {
        throw new TypeError(
          `commitSync(): each entry needs a whole partition and offset, got ${JSON.stringify(entry)}.`,
        );
      }
      const end = owned.get(partition)?.log.endOffsetAt(kernel.nowMs);
      if (end !== undefined && offset > end) {
        throw new RangeError(
          `commitSync(): offset ${offset} of partition ${partition} is past the end of the log (${end}).`,
        );
      }
      return { topic, partition, offset };
    });
  }

  async function commit(given: unknown): Promise<void> {
    const offsets = checkCommit(given);
    const at = generation;
    await process.promise((resolve) => kernel.after(timing.commitRttMs, eventClass.completion, resolve));
    if (offsets.length === 0 && !isEvicted) return;
    const isLost =
      isEvicted || at === -1 || at !== generation || offsets.some(({ partition }) => !owned.has(partition));
    if (isLost) {
      observe({ kind: 'commit-failed' });
      throw new CommitFailedException(
        'The commit was refused: this member does not own the partitions any more. The group has taken them away, ' +
          'as it does when the time between two polls is longer than max.poll.interval.ms; the records since the last commit will be read again.',
      );
    }
    commitNow(offsets);
  }

  const consumer: KafkaConsumer = Object.freeze({
    subscribe(topics: readonly string[], given: RebalanceListener = {}) {
      const known = group.logs[0]?.topic ?? '';
      if (!Array.isArray(topics) || topics.length === 0)
        throw new TypeError(`subscribe() takes an array of topic names, such as ['${known}'].`);
      for (const topic of topics) {
        if (topic !== known) throw new RangeError(`Unknown topic '${String(topic)}'. This scenario has '${known}'.`);
      }
      listener = given;
      isSubscribed = true;
    },
    poll: (timeoutMs: number) =>
      process.promise<ConsumerRecord[]>((resolve, reject) => {
        if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
          throw new TypeError(
            `poll() takes the longest time to wait in ms, such as poll(100); got ${String(timeoutMs)}.`,
          );
        }
        startPoll();
        pollFor(
          timeoutMs,
          (records) => {
            if (!process.isAlive) return;
            endPoll(records.length);
            resolve(records);
          },
          (error) => {
            endPoll(0);
            reject(error);
          },
        );
      }),
    pause: (partitions: readonly TopicPartition[]) => setPaused(partitions, true),
    resume: (partitions: readonly TopicPartition[]) => setPaused(partitions, false),
    paused: () => [...owned.values()].filter((part) => part.isPaused).map(({ tp }) => tp),
    assignment: () => [...owned.values()].map(({ tp }) => tp),
    position: (partition: TopicPartition) => need(partition, 'position()').position,
    seek(partition: TopicPartition, offset: number) {
      const part = need(partition, 'seek()');
      if (!Number.isInteger(offset) || offset < 0)
        throw new TypeError(`seek() takes a whole offset from 0, got ${String(offset)}.`);
      ready = ready.filter((other) => other !== part);
      part.position = offset;
      part.bufferedTo = offset;
      part.fetch = null;
    },
    commitSync: (offsets?: readonly OffsetCommit[]) => commit(offsets),
    committed: (partition: TopicPartition) => need(partition, 'committed()').log.committed,
    currentLag(partition: TopicPartition) {
      const { log, position } = need(partition, 'currentLag()');
      return Math.max(0, log.endOffsetAt(kernel.nowMs) - position);
    },
    async close() {
      if (isClosed) return;
      if (config['enable.auto.commit'] && owned.size > 0) await commit(undefined);
      isClosed = true;
      deadline?.cancel();
      lose();
      group.leave(member);
    },
  });

  const probe: ConsumerProbe = {
    get bufferedRecords() {
      let sum = handing;
      for (const { position, bufferedTo } of owned.values()) sum += bufferedTo - position;
      return sum;
    },
    get pausedPartitions() {
      let count = 0;
      for (const { isPaused } of owned.values()) if (isPaused) count++;
      return count;
    },
    get isMember() {
      return owned.size > 0 || isJoining;
    },
    positionOf: (log) => owned.get(log.partition)?.position ?? null,
    die() {
      deadline?.cancel();
      onNews = null;
      isClosed = true;
      lose();
      group.leave(member);
    },
  };
  return { consumer, probe };
}
