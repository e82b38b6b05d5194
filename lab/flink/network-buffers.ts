// Flink's network buffers: how many a task has, what they hold when they are full, and what that costs in time.

import { nonNegative, positive, positiveInteger } from '../argument.ts';

/** `taskmanager.memory.segment-size`, in bytes. */
export const segmentBytes = 32_768;
/** Buffers that each channel has for itself, and those that all channels of a gate share (F2; fixed since 2.0, F3). */
const exclusivePerChannel = 2;
const floatingPerGate = 8;

/** What the buffers of one gate hold at most, in bytes: (channels × 2 + 8) × 32 KiB (M3.5, F2). */
export function gateBytes(channels: number): number {
  return (positiveInteger(channels, 'channels') * exclusivePerChannel + floatingPerGate) * segmentBytes;
}

/** How long bytes in flight take to be consumed, in ms: the delay that a full gate adds to records and aligned barriers. */
export function consumptionMs(given: { bytes: number; bytesPerSecond: number }): number {
  return (nonNegative(given.bytes, 'bytes') / positive(given.bytesPerSecond, 'bytesPerSecond')) * 1000;
}

/** Bytes in flight that debloating aims for: throughput × target (F4, M3.5). The target is 1 s unless given. */
export function debloatedBytes(given: { bytesPerSecond: number; targetMs?: number }): number {
  return (nonNegative(given.bytesPerSecond, 'bytesPerSecond') * positive(given.targetMs ?? 1000, 'targetMs')) / 1000;
}

/**
 * The size that debloating gives to each of `buffers`, in bytes: the target split evenly, between
 * `taskmanager.memory.min-segment-size` (256) and the segment size. A change of less than
 * `…buffer-debloat.threshold-percentages` (25) is not worth the trouble and keeps `nowBytes` (F4).
 */
export function debloatedBufferBytes(given: {
  bytesPerSecond: number;
  buffers: number;
  nowBytes: number;
  targetMs?: number;
}): number {
  const nowBytes = positive(given.nowBytes, 'nowBytes');
  const wanted = Math.floor(debloatedBytes(given) / positiveInteger(given.buffers, 'buffers'));
  const size = Math.max(256, Math.min(segmentBytes, wanted));
  const isLimit = size === 256 || size === segmentBytes;
  return !isLimit && Math.abs(size - nowBytes) < 0.25 * nowBytes ? nowBytes : size;
}

/**
 * Buffers that keep a link busy (F5, M3.5): throughput × round trip / buffer size, rounded up. More than that adds delay
 * and nothing else.
 */
export function buffersNeeded(given: { bytesPerSecond: number; roundTripMs: number; bufferBytes?: number }): number {
  const inFlightBytes =
    (nonNegative(given.bytesPerSecond, 'bytesPerSecond') * nonNegative(given.roundTripMs, 'roundTripMs')) / 1000;
  return Math.ceil(inFlightBytes / positive(given.bufferBytes ?? segmentBytes, 'bufferBytes'));
}
