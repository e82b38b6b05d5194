// What the bundle is made of: the modules of Node.js that every engine has, each as its default export.

import buffer from './buffer.ts';
import events from './events.ts';
// Before its promises: each asks for the other, and these are whole only when streams are asked for first.
import stream from './stream.ts';
import streamPromises from 'readable-stream/lib/stream/promises.js';
import timersPromises from './timers-promises.ts';

export const modules = {
  'node:buffer': buffer,
  'node:events': events,
  'node:stream': stream,
  'node:stream/promises': streamPromises,
  'node:timers/promises': timersPromises,
};
