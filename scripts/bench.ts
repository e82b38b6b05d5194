// `npm run bench`: the figures that we publish, as medians and ratios. `--json` prints them as data, `--runs N` changes how many.

import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { measureFullNode } from './bench/full-node.ts';
import { measureInBrowser } from './bench/in-browser.ts';
import { measureInNode, measureVitest } from './bench/in-node.ts';
import { measureLab } from './bench/lab.ts';
import { tableOf, type Figure } from './bench/statistics.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, runs: { type: 'string', default: '7' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
  process.stderr.write(`--runs takes a whole number from 1 to 100, not '${values.runs}'.\n`);
  process.exit(2);
}
const say = (text: string) => process.stderr.write(`${text}\n`);

say('In Node …');
const figures: Figure[] = await measureInNode(runs);
say('The lab’s scenarios …');
figures.push(...(await measureLab(runs)));
say('In Chromium …');
figures.push(...(await measureInBrowser(runs)));
say('Full Node …');
figures.push(...(await measureFullNode(runs)));
say('vitest run …');
figures.push(measureVitest(Math.min(runs, 5)));

const medianOf = (id: string) => figures.find((figure) => figure.id === id)?.median ?? Number.NaN;
const ratios = [
  {
    id: 'vitest-to-first-verdict',
    what: 'vitest run / click to the first verdict, warm',
    ratio: Math.round((medianOf('vitest-run') / medianOf('click-warm-first')) * 10) / 10,
  },
];

if (values.json)
  process.stdout.write(`${JSON.stringify({ node: process.version, cpus: cpus().length, figures, ratios })}\n`);
else {
  console.log(`Node ${process.version}, ${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}\n`);
  console.log(tableOf(figures));
  for (const { what, ratio } of ratios) console.log(`\n${what}: ${ratio} ×`);
}
