// The module node:events: the emitter, with the functions of the module on it.

import * as emitter from './emitter.ts';
import * as waiting from './waiting.ts';

export { EventEmitter } from './emitter.ts';
/** readable-stream looks for it here. */
export { addAbortListener } from './waiting.ts';

const { EventEmitter, errorMonitor, captureRejectionSymbol, init } = emitter;
const { getEventListeners, getMaxListeners, listenerCount, setMaxListeners } = emitter;
const { addAbortListener, on, once } = waiting;

export default Object.assign(EventEmitter, {
  EventEmitter,
  addAbortListener,
  captureRejectionSymbol,
  errorMonitor,
  getEventListeners,
  getMaxListeners,
  init,
  listenerCount,
  on,
  once,
  setMaxListeners,
  usingDomains: false,
});
