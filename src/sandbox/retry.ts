// Which troubles a reload may mend; apart from their words, so that a page can ask without loading those.

import type { EngineTrouble } from '#graders/verdict.ts';

const lasting: readonly EngineTrouble[] = ['unsupported-browser', 'key-refused'];

/** Loading the page anew may mend it, at once or after what there is to do. */
export const mayMendByReload = (trouble: EngineTrouble): boolean => !lasting.includes(trouble);
