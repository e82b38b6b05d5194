// The engine's contract, and Node's numbers, in WebKit; skipped where there is none.
import { ensureWebKit } from '../../scripts/browser.mjs';
import { exerciseIds } from '../../scripts/exercise-files.ts';
import { embeddedContract } from './contract/embedded.ts';
import { startWebKit } from './contract/webkit.ts';

const webKit = await ensureWebKit();
embeddedContract('WebKit', webKit, startWebKit, { memory: ['blocked', 'out-of-memory'] }, exerciseIds());
