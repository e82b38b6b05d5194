// The engine's contract, and Node's numbers, in Firefox; skipped where there is none.
import { ensureFirefox } from '../../scripts/browser.mjs';
import { exerciseIds } from '../../scripts/exercise-files.ts';
import { embeddedContract } from './contract/embedded.ts';
import { startFirefox } from './contract/firefox.ts';

const firefox = await ensureFirefox();
embeddedContract('Firefox', firefox, startFirefox, { memory: ['blocked', 'out-of-memory'] }, exerciseIds());
