// What the lab costs: each named scenario as a figure re-runs it, and how the cost of a run grows with its size.

import { runRecords } from '#lab/flink/record-engine.ts';
import { readScenario } from '#lab/scenario/simulate.ts';
import { scenarios, type NamedScenario } from '#lab/scenarios/index.ts';
import { figure, type Figure } from './statistics.ts';

const hop = (): Promise<void> => new Promise((resume) => setImmediate(resume));

/** Times in ms of `runs` runs, after some that warm up. */
async function timesOf(given: unknown, runs: number, warmUps = 3): Promise<number[]> {
  const { system, scenario } = readScenario(given);
  const times: number[] = [];
  for (let i = 0; i < runs + warmUps; i++) {
    const started = performance.now();
    await system.run(scenario, 0, hop);
    if (i >= warmUps) times.push(performance.now() - started);
  }
  return times;
}

/** Systems that simulate record by record; all others count, and a figure re-runs them while a slider moves. */
const byRecord: ReadonlySet<string> = new Set(['kafka-consumer']);

function isCounted(given: NamedScenario): boolean {
  return !byRecord.has(given.system) && (given as { engine?: unknown }).engine !== 'record';
}

function named(name: string): NamedScenario {
  const given = scenarios.find((scenario) => scenario.name === name);
  if (given === undefined) throw new Error(`There is no scenario '${name}' to measure.`);
  return given;
}

export async function measureLab(runs: number): Promise<Figure[]> {
  const figures: { name: string; ms: number[] }[] = [];
  for (const given of scenarios.filter(isCounted)) figures.push({ name: given.name, ms: await timesOf(given, runs) });
  const medianOf = (ms: readonly number[]) => ms.toSorted((a, b) => a - b)[Math.floor(ms.length / 2)] ?? 0;
  const slowest = figures.toSorted((a, b) => medianOf(b.ms) - medianOf(a.ms)).slice(0, 3);
  return [
    figure(
      'scenarios-counted',
      `all ${figures.length} named scenarios of the count engines: median of each`,
      'ms',
      figures.map(({ ms }) => medianOf(ms)),
    ),
    ...slowest.map(({ name, ms }, i) => figure(`scenario-slowest-${i + 1}`, `  slowest, ${i + 1}: ${name}`, 'ms', ms)),
    ...(await growth(runs)),
  ];
}

/** Ten minutes of a job of five operators, record by record. */
function tenMinutesOfFlink(recordsPerSecond: number) {
  return runRecords({
    source: { parallelism: 4, serviceMs: 0.01 },
    operators: [
      { name: 'parse', parallelism: 4, serviceMs: 0.1, bufferRecords: 100 },
      { name: 'enrich', parallelism: 8, serviceMs: 1.5, bufferRecords: 100 },
      { name: 'aggregate', parallelism: 4, serviceMs: 0.2, bufferRecords: 100, input: 'hash' },
      { name: 'sink', parallelism: 2, serviceMs: 0.05, bufferRecords: 100 },
    ],
    traffic: [{ fromMs: 0, recordsPerSecond }],
    service: 'exponential',
    seed: 1,
    durationMs: 600_000,
    sampleMs: 1_000,
  });
}

/** The same incident at 1, 10 and 100 times its size: records where each is simulated, time where batches or events are. */
async function growth(runs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  const measure = async (id: string, what: string, given: unknown) =>
    void figures.push(figure(id, what, 'ms', await timesOf(given, runs, 2)));
  const spike = named('spike-20k-120k') as unknown as {
    traffic: { fromMs: number; recordsPerSecond: number }[];
  } & object;
  for (const times of [1, 10, 100]) {
    const traffic = spike.traffic.map((each) => ({ ...each, recordsPerSecond: (each.recordsPerSecond / 12) * times }));
    await measure(`group-${times}x`, `consumer group, count engine, ${times} × 5.5 M records`, {
      ...spike,
      traffic,
      memberCapacityPerSecond: (5_000 / 12) * times,
    });
  }
  const query = named('capped-and-saturated') as unknown as { durationMs: number };
  for (const times of [1, 10, 100]) {
    const durationMs = 600_000 * times;
    await measure(`spark-${times}x`, `Spark query, count engine, ${20 * times} batches`, { ...query, durationMs });
  }
  for (const times of [1, 10, 100]) {
    const recordsPerSecond = 20 * times;
    const ms: number[] = [];
    for (let i = 0; i < Math.min(runs, 7) + 1; i++) {
      const started = performance.now();
      tenMinutesOfFlink(recordsPerSecond);
      if (i > 0) ms.push(performance.now() - started);
    }
    const records = (recordsPerSecond * 600).toLocaleString('en-US');
    figures.push(
      figure(`flink-${times}x`, `ten-minute Flink job, five operators, record engine, ${records} records`, 'ms', ms),
    );
  }
  return figures;
}
