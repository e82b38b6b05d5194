// The engine's contract in Chromium; verdicts.test.ts compares its numbers with Node's.
import { ensureChromium } from '../../scripts/browser.mjs';
import { startChromium } from './contract/chromium.ts';
import { embeddedContract } from './contract/embedded.ts';

const chromium = { found: await ensureChromium(), reason: null };
// A loop that fills memory is noticed by its silence, before memory runs out or after.
embeddedContract('Chromium', chromium, (path) => startChromium(path), { memory: ['blocked', 'out-of-memory'] }, []);
