// One item of the checklist: a row that says how it stands, and what is behind it when it is open.

import { useState } from 'preact/hooks';
import { clock } from '#graders/checks/law.ts';
import type { LawName } from '#graders/checks/index.ts';
import type { Plot } from '#graders/exercise.ts';
import type { TracePlots } from '#graders/plots.ts';
import type { CheckResult } from '#graders/verdict.ts';
import type { ChecklistItem, ScenarioStanding } from '#src/stores/attempt/checklist.ts';
import { aim, amount, measure, quantity, scenarioWord, stateWord } from '#src/stores/attempt/words.ts';
import type { Bench } from '#src/stores/bench.ts';
import type { CheckUnit } from '../content/units.ts';
import { HintLadder } from './HintLadder.tsx';
import { Sparkline } from './Sparkline.tsx';
import { StateMark } from './StateMark.tsx';

export interface CheckItemProps {
  readonly bench: Bench;
  readonly item: ChecklistItem;
  readonly unit: CheckUnit;
  readonly rungs: readonly string[];
  readonly plots: readonly TracePlots[];
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  /** Shows a moment of a scenario on the plots. */
  readonly onMoment: (scenario: string, atMs: number) => void;
}

/** The series in which a law's violation is seen, where there is one. */
const seriesOf: Partial<Record<LawName, Plot['series']>> = {
  'lag-flattens': 'lag',
  'lag-drains': 'lag',
  'sink-p95': 'p95',
  'heap-bounded': 'heap',
  'no-flapping': 'queue',
};

export function CheckItem(props: CheckItemProps) {
  const { bench, item, unit, rungs, plots, isOpen, onToggle, onMoment } = props;
  const { exercise } = bench;
  const { id, state, shown, standings } = item;
  const bodyId = `item-${id}`;
  const [hasAll, setHasAll] = useState(false);
  return (
    <li class="item" data-state={state} data-open={isOpen || undefined} id={`check-${id}`}>
      <h3>
        <button type="button" class="item-row" aria-expanded={isOpen} aria-controls={bodyId} onClick={onToggle}>
          <StateMark state={state} />
          <span class="item-label">{item.label}</span>
          <span class="item-line">
            {state !== 'open' && <span class="item-state">{stateWord(state)}. </span>}
            {lineOf(item, unit)}
            {standings.length > 1 && (
              <span class="item-marks" aria-hidden="true">
                {standings.map((standing) => (
                  <StateMark key={standing.scenario} state={standing.state} size={11} />
                ))}
              </span>
            )}
          </span>
          {spark(exercise.checks.find((check) => check.id === id)?.law, exercise.plots, plots, item)}
        </button>
      </h3>
      <div id={bodyId} class="item-body" hidden={!isOpen}>
        {isOpen && (
          <>
            {shown !== null && shown.cause !== null && (
              <p>
                {shown.cause}
                {isOfHiddenSeed(bench, shown) && ' This was seen in the repeat with other times.'}
              </p>
            )}
            {shown !== null && shown.lever !== null && <p class="item-lever">{shown.lever}</p>}
            {state === 'not-yet' && shown !== null && (
              <HintLadder
                bench={bench}
                check={id}
                rungs={rungs}
                before={shown.atMs !== null && <ShowButton result={shown} onMoment={onMoment} />}
                after={
                  standings.length > 1 && (
                    <button
                      type="button"
                      class="button button-quiet button-small"
                      aria-expanded={hasAll}
                      onClick={() => setHasAll(!hasAll)}
                    >
                      {standings.length} scenarios
                    </button>
                  )
                }
              />
            )}
            {(hasAll || state !== 'not-yet') && <Scenarios item={item} unit={unit} onMoment={onMoment} />}
          </>
        )}
      </div>
    </li>
  );
}

/** The number against its target, and where. */
function lineOf({ state, shown, standings }: ChecklistItem, { unit, comparison }: CheckUnit): string {
  if (shown === null) {
    return aim(
      standings.map(({ target }) => target),
      unit,
      comparison,
    );
  }
  const { measured, target, scenario } = shown;
  const where = standings.length > 1 ? `, ${scenarioWord(scenario)}` : '';
  if (comparison === '≤' || measured === null) return `${measure(measured, target, unit, shown.state)}${where}`;
  return state === 'met' ? quantity(measured, unit) : `${quantity(measured, unit)}, target ${amount(target)}${where}`;
}

function isOfHiddenSeed({ exercise }: Bench, { seed }: CheckResult): boolean {
  return seed !== exercise.seeds[0];
}

function spark(
  law: LawName | undefined,
  specs: readonly Plot[],
  plots: readonly TracePlots[],
  { id, state, shown, standings }: ChecklistItem,
) {
  const series = law && seriesOf[law];
  const scenario = shown?.scenario ?? standings[0]?.scenario;
  const run = plots.find((each) => each.scenario === scenario);
  if (series === undefined || run === undefined) return null;
  const hasTarget = specs.some((plot) => plot.series === series && plot.check === id);
  return (
    <Sparkline
      values={run.series[series]}
      sampleMs={run.sampleMs}
      durationMs={run.durationMs}
      target={hasTarget ? (shown?.target ?? null) : null}
      atMs={state === 'not-yet' ? (shown?.atMs ?? null) : null}
      isOver={state === 'not-yet'}
    />
  );
}

interface MomentProps {
  readonly result: CheckResult;
  readonly onMoment: CheckItemProps['onMoment'];
}

function ShowButton({ result: { atMs, scenario }, onMoment }: MomentProps) {
  if (atMs === null) return null;
  return (
    <button type="button" class="button button-small figures" onClick={() => onMoment(scenario, atMs)}>
      Show {clock(atMs)}
    </button>
  );
}

function MomentLink({ result: { atMs, scenario }, onMoment }: MomentProps) {
  if (atMs === null) return null;
  return (
    <button type="button" class="link figures" onClick={() => onMoment(scenario, atMs)}>
      <span class="visually-hidden">Show </span>
      {clock(atMs)}
    </button>
  );
}

function Scenarios(props: {
  readonly item: ChecklistItem;
  readonly unit: CheckUnit;
  readonly onMoment: CheckItemProps['onMoment'];
}) {
  const { item, unit, onMoment } = props;
  return (
    <table class="item-scenarios figures">
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Scenario</th>
          <th scope="col">State</th>
          <th scope="col">Measured against target</th>
          <th scope="col">Moment</th>
        </tr>
      </thead>
      <tbody>
        {item.standings.map((standing) => (
          <tr key={standing.scenario}>
            <th scope="row">{standing.title}</th>
            <td>
              <StateMark state={standing.state} size={13} isSpoken />
            </td>
            <td>{numbersOf(standing, unit)}</td>
            <td>{standing.result !== null && <MomentLink result={standing.result} onMoment={onMoment} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function numbersOf({ result, target }: ScenarioStanding, { unit, comparison }: CheckUnit): string {
  if (result === null) return aim([target], unit, comparison);
  if (comparison === '=' && result.measured !== null) return quantity(result.measured, unit);
  return measure(result.measured, target, unit, result.state);
}
