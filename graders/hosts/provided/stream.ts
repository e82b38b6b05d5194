// The module node:stream: readable-stream with what Node.js 24 does otherwise than the version that it was taken from.

import streams from 'readable-stream/lib/stream.js';
import { duplexPair } from './duplex-pair.ts';

streams.setDefaultHighWaterMark(false, 64 * 1024);

export default Object.assign(streams, { duplexPair });
