// A keyed stage with a hot key as a scenario: schema, words, and the trace that the count engine leaves.

import { z } from 'zod';
import { choice, duration, flag, group, quantity, share, trafficField, whole } from '../scenario/fields.ts';
import { defineSystem, scenarioFields } from '../scenario/system.ts';
import { samplingOf, type RunEvent, type RunTrace } from '../trace/run-trace.ts';
import { wholeCounts } from '../trace/whole-counts.ts';
import { numberInWords } from '../trace/words.ts';
import { tasksOfSalts } from './salts.ts';
import { runTaskFlow, type TaskFlow } from './task-flow.ts';

const schema = z
  .strictObject({
    ...scenarioFields('hot-keys'),
    traffic: trafficField({ label: 'Traffic', about: 'Records of all keys together.' }),
    hotShare: share({ label: 'Hot key', about: 'The part of all records that have one key.' }),
    tasks: whole({
      label: 'Tasks',
      about: 'Parallel tasks of the keyed stage. The keys that are not hot are spread evenly over them.',
      least: 1,
      most: 500,
    }),
    taskCapacityPerSecond: quantity({
      label: 'Capacity of a task',
      unit: 'rows/s',
      isLogarithmic: true,
      least: 1,
      most: 1_000_000,
    }),
    salts: whole({
      label: 'Salts',
      about: 'Keys that the hot key is split into, by hash(event id) mod salts; 1 leaves it as it is (M5).',
      least: 1,
      most: 200,
    }).default(1),
    spread: choice(['ideal', 'hash'], {
      label: 'Salts go to',
      about: 'Where the salts fall. A hash may send two of them to one task.',
      names: { ideal: 'One task after another', hash: 'The task of their hash' },
    }).default('ideal'),
    hotUser: whole({
      label: 'Hot user',
      about: 'The user id in the hot key. With a hash it decides which tasks the salts fall on.',
      most: 9_999,
    }).default(42),
    isCombined: flag({
      label: 'Second stage',
      about: 'A second aggregation takes the salt off and adds the partial counts up (SS30).',
    }).default(true),
    windowMs: duration({
      label: 'Window',
      about: 'How often the stage gives out its counts, and a map side what it has combined.',
      least: 100,
      most: 3_600_000,
    }).default(10_000),
    otherKeys: whole({
      label: 'Other keys',
      about: 'How many keys there are besides the hot one.',
      isLogarithmic: true,
      least: 1,
      most: 100_000_000,
    }).default(100_000),
    mapSideCombine: group(
      {
        enabled: flag({
          label: 'Map-side combine',
          about: 'Spark’s default for count, sum, avg, min and max; never for joins or collect_list (SS30).',
        }),
        inputPartitions: whole({
          label: 'Input partitions',
          about: 'Each sends one row for each key and salt that it has, once in a window.',
          least: 1,
          most: 10_000,
        }),
      },
      { label: 'Before the shuffle' },
    ).default({ enabled: false, inputPartitions: 200 }),
    waits: choice(['at the source', 'at the tasks'], {
      label: 'Records wait',
      about:
        'At the source when channels are bounded, as in Flink; at the tasks when each reads a log of its own (K37).',
      names: { 'at the source': 'At the source', 'at the tasks': 'In a log for each task' },
    }).default('at the source'),
  })
  .superRefine(({ mapSideCombine, waits }, context) => {
    if (mapSideCombine.enabled && waits === 'at the tasks')
      context.addIssue({
        code: 'custom',
        path: ['mapSideCombine', 'enabled'],
        message: "needs a shuffle before the tasks; set waits to 'at the source', or enabled to false",
      });
  });

export type HotKeysScenario = z.infer<typeof schema>;

/** The flow of a scenario, in closed form. Nothing in it is left to chance, so there is no seed. */
export function flowOf(scenario: HotKeysScenario): TaskFlow {
  const { tasks, hotShare, salts, spread, mapSideCombine, otherKeys, windowMs } = scenario;
  return runTaskFlow({
    arrivals: scenario.traffic,
    skew: { tasks, hotShare, salts, spread, hotKey: keyOf(scenario) },
    taskCapacityPerSecond: scenario.taskCapacityPerSecond,
    ...(mapSideCombine.enabled && {
      combine: { inputPartitions: mapSideCombine.inputPartitions, otherKeys, everyMs: windowMs },
    }),
    waits: scenario.waits,
    durationMs: scenario.durationMs,
  });
}

function keyOf({ hotUser }: HotKeysScenario): string {
  return `user-${hotUser}`;
}

function run(scenario: HotKeysScenario, seed: number): RunTrace {
  const { durationMs, taskCapacityPerSecond: capacity, hotShare, salts, isCombined, windowMs } = scenario;
  const flow = flowOf(scenario);
  const { sampleMs, samples } = samplingOf(durationMs);
  const readings = flow.readAt(Array.from({ length: samples }, (_, i) => i * sampleMs));
  const end = flow.readAt([durationMs])[0] as (typeof readings)[number];
  const peak = Math.max(
    ...flow.readAt(flow.stretches.map(({ fromMs }) => fromMs)).map((reading) => waiting(flow, reading)),
    waiting(flow, end),
  );
  const hotRecords = end.taken * hotShare;
  const hotRows = hotShare === 0 ? 0 : isCombined ? 1 : salts;
  const all = (byClass: readonly number[]) =>
    byClass.reduce((sum, value, c) => sum + value * (flow.classes[c]?.tasks ?? 0), 0);
  const hottest = (byClass: readonly number[]) => Math.max(...byClass);
  const source = wholeCounts({ taken: end.taken, left: end.sourceBacklogRecords });
  const stage = wholeCounts({ served: all(end.servedRows), left: all(end.backlogRows) });
  return {
    scenario,
    seed,
    endedMs: durationMs,
    sampleMs,
    series: {
      backlogRecords: readings.map((reading) => waiting(flow, reading)),
      hottestBusyShare: readings.map(({ stretch }) => hottest(stretch.servedPerSecond) / capacity),
      meanBusyShare: readings.map(({ stretch }) => all(stretch.servedPerSecond) / capacity / scenario.tasks),
      arrivedPerSecond: readings.map(({ stretch }) => stretch.arrivedPerSecond),
      takenPerSecond: readings.map(({ stretch }) => stretch.takenPerSecond),
      hottestRowsPerSecond: readings.map(({ stretch }) => hottest(stretch.rowsPerSecond)),
      shuffleRowsPerSecond: readings.map(({ stretch }) => all(stretch.rowsPerSecond)),
    },
    events: scenario.traffic
      .slice(1)
      .filter(({ fromMs }) => fromMs <= durationMs)
      .map(({ fromMs, recordsPerSecond }): TrafficEvent => ({ atMs: fromMs, kind: 'traffic', to: recordsPerSecond })),
    totals: {
      boundPerSecond: flow.boundPerSecond === Infinity ? null : flow.boundPerSecond,
      capacityPerSecond: capacity * scenario.tasks,
      hottestSalts: hottest(flow.classes.map((each) => each.salts)),
      arrived: Math.round(end.arrived),
      taken: source.taken,
      shuffleRows: Math.round(all(end.rows)),
      servedRows: stage.served,
      peakBacklogRecords: Math.round(peak),
      finalSourceBacklogRecords: source.left,
      finalTaskBacklogRows: stage.left,
      hotRecords: Math.round(hotRecords),
      hotResultRows: hotRows,
      hotCountShown: hotRows === 0 ? 0 : Math.round(hotRecords / hotRows),
      secondStageRowsPerSecond: isCombined && salts > 1 ? (partialsOfWindow(scenario, end.taken) * 1000) / windowMs : 0,
    },
    tables: [tasksTable(scenario, flow, end)],
  };
}

/** Partial counts of one window of an average rate: of each salt and each other key at most one, and none without a record. */
function partialsOfWindow(scenario: HotKeysScenario, taken: number): number {
  const records = (taken * scenario.windowMs) / scenario.durationMs;
  const { hotShare, salts, otherKeys } = scenario;
  return Math.min(salts, records * hotShare) + Math.min(otherKeys, records * (1 - hotShare));
}

/** All that waits, wherever it does. */
function waiting(
  flow: TaskFlow,
  reading: { readonly sourceBacklogRecords: number; readonly backlogRows: readonly number[] },
): number {
  return reading.backlogRows.reduce(
    (sum, backlog, c) => sum + backlog * (flow.classes[c]?.tasks ?? 0),
    reading.sourceBacklogRecords,
  );
}

function tasksTable(
  scenario: HotKeysScenario,
  flow: TaskFlow,
  end: ReturnType<TaskFlow['readAt']>[number],
): NonNullable<RunTrace['tables']>[number] {
  const { tasks, salts, spread, taskCapacityPerSecond } = scenario;
  const saltsOf = Array.from({ length: tasks }, () => 0);
  for (const task of tasksOfSalts({ key: keyOf(scenario), salts, tasks, spread }))
    saltsOf[task] = (saltsOf[task] ?? 0) + 1;
  return {
    id: 'tasks',
    title: 'Tasks at the end',
    columns: [
      { id: 'task', label: 'Task', unit: 'count' },
      { id: 'salts', label: salts === 1 ? 'Hot key' : 'Salts of the hot key', unit: 'count' },
      { id: 'rowsPerSecond', label: 'Arrives', unit: 'rows/s' },
      { id: 'servedPerSecond', label: 'Takes', unit: 'rows/s' },
      { id: 'busyShare', label: 'Busy', unit: 'share' },
      { id: 'backlogRows', label: 'Own backlog', unit: 'rows' },
    ],
    rows: saltsOf.map((count, task) => {
      const c = flow.classes.findIndex((each) => each.salts === count);
      const served = end.stretch.servedPerSecond[c] ?? 0;
      return [
        task,
        count,
        end.stretch.rowsPerSecond[c] ?? 0,
        served,
        served / taskCapacityPerSecond,
        end.backlogRows[c] ?? 0,
      ];
    }),
  };
}

interface TrafficEvent extends RunEvent {
  readonly kind: 'traffic';
  readonly to: number;
}

export const hotKeys = defineSystem<HotKeysScenario>({
  name: 'hot-keys',
  title: 'Hot key and salting',
  summary:
    'A keyed stage of which one task gets most of the records: what one key can hold up, and what a salt with a second stage makes of it.',
  schema,
  series: {
    backlogRecords: { label: 'Backlog', unit: 'records', about: 'What waits, at the source or at the tasks.' },
    hottestBusyShare: { label: 'Hottest task', unit: 'share', about: 'Busy part of the busiest task’s time.' },
    meanBusyShare: {
      label: 'All tasks',
      unit: 'share',
      about: 'Busy part of all tasks’ time: the mean hides a hot key.',
    },
    arrivedPerSecond: { label: 'Arrival rate', unit: 'records/s', about: 'Records of all keys.' },
    takenPerSecond: { label: 'Throughput', unit: 'records/s', about: 'Records that the stage takes in.' },
    hottestRowsPerSecond: { label: 'To the hottest task', unit: 'rows/s', about: 'Rows that are shuffled to it.' },
    shuffleRowsPerSecond: { label: 'Shuffled', unit: 'rows/s', about: 'Rows that are shuffled to all tasks.' },
  },
  totals: {
    boundPerSecond: {
      label: 'Bound',
      unit: 'records/s',
      about: 'Capacity of a task ÷ the hottest task’s part of the records (M5); none when no rate fills a task.',
    },
    capacityPerSecond: { label: 'Sum of capacities', unit: 'rows/s', about: 'What all tasks together could take.' },
    hottestSalts: {
      label: 'Hot on one task',
      unit: 'count',
      about: 'Most salts of the hot key on one task; more than even is a collision.',
    },
    arrived: { label: 'Arrived', unit: 'records', about: 'Records of all keys during the run.' },
    taken: { label: 'Taken in', unit: 'records', about: 'Arrived − what waits at the source.' },
    shuffleRows: {
      label: 'Shuffled',
      unit: 'rows',
      about: 'Rows sent to the tasks; fewer than records when combined before.',
    },
    servedRows: { label: 'Processed', unit: 'rows', about: 'Rows that the tasks are done with.' },
    peakBacklogRecords: { label: 'Peak backlog', unit: 'records', about: 'The most that waited at once.' },
    finalSourceBacklogRecords: { label: 'Left at the source', unit: 'records', about: 'Arrived − taken in.' },
    finalTaskBacklogRows: { label: 'Left at the tasks', unit: 'rows', about: 'Shuffled − processed.' },
    hotRecords: { label: 'Hot key’s records', unit: 'records', about: 'What a right count of the hot key says.' },
    hotResultRows: {
      label: 'Hot key’s result rows',
      unit: 'rows',
      about: 'Rows that the result has for the one key: one for each salt without a second stage.',
    },
    hotCountShown: {
      label: 'Count in such a row',
      unit: 'records',
      about: 'What one of these rows says; equal to the hot key’s records only when it is the only row.',
    },
    secondStageRowsPerSecond: {
      label: 'Second stage',
      unit: 'rows/s',
      about: 'Partial counts that it merges: one for each salt and each other key, once in a window.',
    },
  },
  plots: [
    { title: 'What waits', series: ['backlogRecords'] },
    { title: 'Busy part of the time', series: ['hottestBusyShare', 'meanBusyShare'] },
    { title: 'Rates', series: ['takenPerSecond', 'arrivedPerSecond'] },
    { title: 'Rows through the shuffle', series: ['hottestRowsPerSecond', 'shuffleRowsPerSecond'] },
  ],
  describe: (event) => `Traffic goes to ${numberInWords((event as TrafficEvent).to)}/s`,
  run,
  broken({ series, totals }, { taskCapacityPerSecond }) {
    const laws: string[] = [];
    const total = (name: string) => totals[name] ?? 0;
    // Totals are whole records, each sum rounded for itself.
    const slack = 1 + 1e-9 * total('arrived');
    if (Math.abs(total('arrived') - total('taken') - total('finalSourceBacklogRecords')) > slack)
      laws.push(`arrived ${total('arrived')} ≠ taken in ${total('taken')} + left at the source`);
    if (Math.abs(total('shuffleRows') - total('servedRows') - total('finalTaskBacklogRows')) > slack)
      laws.push(`shuffled ${total('shuffleRows')} ≠ processed ${total('servedRows')} + left at the tasks`);
    for (const name of ['backlogRecords', 'takenPerSecond', 'shuffleRowsPerSecond'])
      if (series[name]?.some((value) => value === null || value < 0)) laws.push(`${name} is negative somewhere`);
    if (series['hottestBusyShare']?.some((value) => (value ?? 0) > 1 + 1e-9))
      laws.push(`a task is more than busy; it takes ${taskCapacityPerSecond}/s at most`);
    return laws;
  },
});
