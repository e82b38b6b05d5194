// `npm run simulate -- <scenario>`: runs a scenario of any system; a summary to read, or its series for other tools.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { formOf, type Field } from '#lab/scenario/form.ts';
import { readScenario, ScenarioError } from '#lab/scenario/simulate.ts';
import type { Plot, ScenarioBase, System } from '#lab/scenario/system.ts';
import { systems } from '#lab/scenario/systems.ts';
import { scenarios } from '#lab/scenarios/index.ts';
import { seriesCsv, tableCsv } from '#lab/trace/csv.ts';
import type { RunTrace } from '#lab/trace/run-trace.ts';
import { durationInWords, inWords, numberInWords } from '#lab/trace/words.ts';
import { plotLines } from './simulate/plot.ts';

const usage = `Usage: npm run simulate -- <scenario> [--seed N] [--json | --csv | --table ID]
  <scenario>   a file (.json, .yaml), or the name of one of the course's; without it, their list
  --seed N     a whole number; 0, the default, runs the scenario as it is written
  --json       the whole trace as one object
  --csv        the series, one line for each sample
  --table ID   a table of the run as CSV, such as 'batches'
       npm run simulate -- --describe SYSTEM    every setting of a system, with its bounds
       npm run simulate -- --schema SYSTEM      the same as JSON Schema, for an editor
Exit codes: 0 ran, 2 could not run.`;

class UsageError extends Error {}

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        seed: { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
        csv: { type: 'boolean', default: false },
        table: { type: 'string' },
        describe: { type: 'string' },
        schema: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (positionals.length > 1) throw new Error(`There is one scenario at a time; got ${positionals.join(', ')}.`);
    if (!/^\d{1,9}$/.test(values.seed)) throw new Error(`--seed takes a whole number from 0, not '${values.seed}'.`);
    return { ...values, seed: Number(values.seed), name: positionals[0] };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n${usage}`, { cause: error });
  }
}

/** The data of a named scenario or a file. */
function load(name: string): unknown {
  const named = scenarios.find((scenario) => scenario.name === name);
  if (named !== undefined) return named;
  const path = resolve(process.env['INIT_CWD'] ?? process.cwd(), name);
  if (!existsSync(path) || !statSync(path).isFile()) {
    const near = scenarios.filter((scenario) => scenario.name.includes(name) || scenario.system.includes(name));
    const hint = near.length > 0 ? ` Did you mean ${near.map((each) => each.name).join(', ')}?` : '';
    throw new UsageError(
      `There is no scenario '${name}', nor a file of that name.${hint}\nThe list: npm run simulate\nA file: npm run simulate -- path/to/scenario.yaml`,
    );
  }
  try {
    return parseYaml(readFileSync(path, 'utf8'), { prettyErrors: true });
  } catch (error) {
    throw new UsageError(
      `${name} is neither JSON nor YAML: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

const isColoured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text);
const [bold, dim] = [paint(1), paint(2)];

function list(): void {
  for (const system of systems) {
    console.log(bold(`${system.title} (${system.name})`));
    for (const { name, title } of scenarios.filter((scenario) => scenario.system === system.name))
      console.log(`  ${name.padEnd(34)} ${dim(title)}`);
  }
  console.log(`\n${usage}`);
}

function tableOf(trace: RunTrace, id: string): string {
  const table = trace.tables?.find((each) => each.id === id);
  const ids = (trace.tables ?? []).map((each) => each.id).join(', ');
  if (table === undefined) throw new UsageError(`This run has no table '${id}'. It has: ${ids === '' ? 'none' : ids}.`);
  return tableCsv(table);
}

function systemOf(name: string): System {
  const system = systems.find((each) => each.name === name);
  if (system !== undefined) return system;
  throw new UsageError(`There is no system '${name}'. There are: ${systems.map((each) => each.name).join(', ')}.`);
}

/** Every setting, indented by its depth: name, bounds, and what it does. */
function describe(system: System): void {
  console.log(`${bold(`${system.title} (${system.name})`)}\n${system.summary}\n`);
  const visit = (name: string, field: Field, depth: number): void => {
    const mark = field.isOptional ? ' (may be left out)' : '';
    console.log(`${'  '.repeat(depth)}${bold(name)}: ${kindOf(field)}${mark}`);
    const words = [field.label === name ? null : field.label, field.about].filter(
      (each) => each !== null && each !== '',
    );
    if (words.length > 0) console.log(dim(`${'  '.repeat(depth + 1)}${words.join('. ')}`));
    if (field.kind === 'group') for (const [part, child] of Object.entries(field.fields)) visit(part, child, depth + 1);
    if (field.kind === 'list') visit('each', field.item, depth + 1);
    if (field.kind === 'variant')
      for (const [word, child] of Object.entries(field.variants)) visit(`${field.by}: ${word}`, child, depth + 1);
  };
  for (const [name, field] of Object.entries(formOf(system.schema))) visit(name, field, 0);
}

function kindOf(field: Field): string {
  switch (field.kind) {
    case 'number':
      return `${field.isWhole ? 'a whole number' : 'a number'} from ${numberInWords(field.least)} to ${numberInWords(field.most)}${field.unit === null || field.unit === 'count' ? '' : ` (${field.unit})`}`;
    case 'choice':
      return field.values.join(' | ');
    case 'flag':
      return 'true | false';
    case 'list':
      return `a list of ${field.least} to ${field.most}`;
    case 'variant':
      return `one of ${Object.keys(field.variants).length} kinds`;
    case 'group':
    case 'text':
      return field.kind;
    default:
      return field satisfies never;
  }
}

const mostEvents = 12;

function print(system: System, scenario: ScenarioBase, trace: RunTrace): void {
  console.log(
    `\n${bold(scenario.title)}  ${dim(`${system.title}, ${durationInWords(scenario.durationMs)}, seed ${trace.seed}`)}`,
  );
  console.log(`${scenario.summary}\n`);
  const width = Math.max(...Object.values(system.totals).map(({ label }) => label.length));
  for (const [name, { label, unit }] of Object.entries(system.totals))
    console.log(`  ${label.padEnd(width)}  ${inWords(trace.totals[name] ?? null, unit)}`);
  for (const plot of system.plots) printPlot(system, plot, trace);
  const events = trace.events.flatMap((event) => {
    const words = system.describe(event);
    return words === null ? [] : [`  ${durationInWords(event.atMs).padStart(12)}  ${words}`];
  });
  if (events.length > 0) console.log(`\n${events.slice(0, mostEvents).join('\n')}`);
  if (events.length > mostEvents) console.log(dim(`  … and ${events.length - mostEvents} more (--json)`));
  for (const table of trace.tables ?? [])
    console.log(dim(`\n${table.title}: ${table.rows.length} rows (--table ${table.id})`));
}

function printPlot(system: System, { title, series }: Plot, trace: RunTrace): void {
  const [first = ''] = series;
  const reading = system.series[first];
  if (reading === undefined) return;
  console.log(`\n  ${bold(title)}${title === reading.label ? '' : dim(`: ${reading.label}`)}`);
  for (const line of plotLines(trace.series[first] ?? [], (value) => inWords(value, reading.unit)))
    console.log(`  ${line}`);
  console.log(dim(`  0 … ${durationInWords(trace.endedMs)}`));
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.describe !== undefined) return describe(systemOf(options.describe));
  if (options.schema !== undefined) {
    const schema = z.toJSONSchema(systemOf(options.schema).schema, { io: 'input', unrepresentable: 'any' });
    return void process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
  }
  if (options.help || options.name === undefined) return list();
  const { system, scenario } = readScenario(load(options.name));
  const trace = await system.run(scenario, options.seed, () => new Promise((resume) => setImmediate(resume)));
  if (options.json) process.stdout.write(`${JSON.stringify(trace)}\n`);
  else if (options.csv) process.stdout.write(seriesCsv(trace));
  else if (options.table !== undefined) process.stdout.write(tableOf(trace, options.table));
  else print(system, scenario, trace);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError || error instanceof ScenarioError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
