// The lab in a thread of its own: a long run never holds up the page, and schemas weigh nothing until the lab is opened.
import { formOf } from '#lab/scenario/form.ts';
import { readScenario, ScenarioError } from '#lab/scenario/simulate.ts';
import { scenarios } from '#lab/scenarios/index.ts';
import type { Answer, Draft, Request } from './protocol.ts';

const { port1, port2 } = new MessageChannel();
let resume: (() => void) | null = null;
port1.onmessage = () => resume?.();
const hop = (): Promise<void> =>
  new Promise((resolve) => {
    resume = resolve;
    port2.postMessage(0);
  });

/** The system's scenarios, from which added settings take their first values. */
function examplesOf(system: string): unknown[] {
  return scenarios.filter((given) => given.system === system).map((given) => readScenario(given).scenario);
}

function open(name: string): Answer {
  const given = scenarios.find((scenario) => scenario.name === name);
  if (given === undefined) return { kind: 'unknown', name };
  const { system, scenario } = readScenario(given);
  const { title, summary, schema, series, totals, plots } = system;
  const view = {
    name: system.name,
    title,
    summary,
    form: formOf(schema, [scenario, ...examplesOf(system.name)]),
    series,
    totals,
    plots,
  };
  return { kind: 'opened', name, system: view, scenario: scenario as unknown as Draft };
}

async function run({ run: id, draft, seed }: Request & { kind: 'run' }): Promise<Answer> {
  try {
    const startMs = performance.now();
    const { system, scenario } = readScenario(draft);
    const trace = await system.run(scenario, seed, hop);
    const tookMs = performance.now() - startMs;
    const events = trace.events.flatMap((event) => {
      const words = system.describe(event);
      return words === null ? [] : [{ atMs: event.atMs, words }];
    });
    return { kind: 'ran', run: id, view: { trace, events, tookMs } };
  } catch (error) {
    if (error instanceof ScenarioError) return { kind: 'refused', run: id, problems: error.problems };
    return { kind: 'threw', run: id, message: error instanceof Error ? error.message : String(error) };
  }
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  if (data.kind === 'open') postMessage(open(data.name));
  else void run(data).then((answer) => postMessage(answer));
});
