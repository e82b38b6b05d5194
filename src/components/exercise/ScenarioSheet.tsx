// The scenarios in words and numbers: everything that is put before the program.

import { whole } from '#graders/checks/law.ts';
import type { Exercise } from '#graders/exercise.ts';
import { amount } from '#src/stores/attempt/words.ts';

type Scenario = Exercise['scenarios'][number];
type Row = readonly [name: string, value: string];

const mib = 1024 * 1024;

function span({ fromMs, toMs }: { fromMs: number; toMs: number }): string {
  return `from ${amount(fromMs / 1000)} s to ${amount(toMs / 1000)} s`;
}

function size(bytes: number): string {
  return bytes >= mib ? `${amount(bytes / mib)} MiB` : `${amount(bytes / 1024)} KiB`;
}

/** What the scenarios have in common is said once, what differs with each. */
function rowsOf(scenario: Scenario): Row[] {
  const { traffic, broker, sink, group, partitions, maxPollInterval, deadLetterMs } = scenario;
  const { spike } = traffic;
  return [
    ['Length', `${amount(scenario.durationMs / 1000)} s, then ${amount(scenario.graceMs / 1000)} s to stop`],
    ['Traffic', `${whole(traffic.baseRecordsPerSecond)} records/s`],
    ...(spike ? [['Spike', `${whole(spike.recordsPerSecond)} records/s ${span(spike)}`] as const] : []),
    ['Records', `${size(scenario.recordBytes)} each, topic ${scenario.topic}`],
    ['Partitions', `${partitions} of ${group.partitions}; ${group.members} members in the group`],
    ['Heap', `${size(scenario.process.limitBytes)}, of which the program takes ${size(scenario.process.baseBytes)}`],
    ['A record in the heap', size(scenario.process.bytesPerRecord)],
    ['Between two polls', `at most ${whole(maxPollInterval.mostMs)} ms`],
    ['Fetch and commit', `${amount(broker.fetchRttMs)} ms and ${amount(broker.commitRttMs)} ms`],
    ['Rebalance', `${whole(broker.rebalanceMs)} ms`],
    ['Sink, at once', `${sink.connections} calls; ${sink.waiting} more may wait`],
    [
      'Sink, a call',
      `${amount(sink.callMs)} ms and ${amount(sink.rowMs)} ms a row, at most ${whole(sink.maxRowsPerCall)} rows`,
    ],
    ...(sink.slow ? [['Sink, slow', `${amount(sink.slow.factor)} times as long ${span(sink.slow)}`] as const] : []),
    ...(sink.failover ? [['Sink, down', span(sink.failover)] as const] : []),
    ['Dead letters', `${amount(deadLetterMs)} ms a call`],
    ...(scenario.poisonShare > 0
      ? [['Bad records', `${amount(scenario.poisonShare * 1000)} in a thousand`] as const]
      : []),
    ...(scenario.killAtMs === undefined
      ? []
      : [
          [
            'Killed',
            `at ${amount(scenario.killAtMs / 1000)} s, started again ${amount(scenario.process.restartMs / 1000)} s later`,
          ] as const,
        ]),
  ];
}

export function ScenarioSheet({ exercise }: { readonly exercise: Exercise }) {
  const all = exercise.scenarios.map((scenario) => ({ scenario, rows: rowsOf(scenario) }));
  const isShared = ([name, value]: Row): boolean =>
    all.every(({ rows }) => rows.some((row) => row[0] === name && row[1] === value));
  const shared = (all[0]?.rows ?? []).filter(isShared);
  return (
    <div class="sheet">
      <p class="sheet-note">
        Read only. Each scenario is run with {exercise.seeds.length} seeds; another seed moves the incidents a little.
        You see the first.
      </p>
      {all.map(({ scenario, rows }) => (
        <section key={scenario.name}>
          <h3>{scenario.title}</h3>
          <p>{scenario.summary}</p>
          <Rows rows={rows.filter((row) => !isShared(row))} />
        </section>
      ))}
      <section>
        <h3>In every scenario</h3>
        <Rows rows={shared} />
      </section>
    </div>
  );
}

function Rows({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <dl class="sheet-rows figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
