// The verdict: a sentence, the items in the order of cause, the plots beside them, the console below.

import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Exercise } from '#graders/exercise.ts';
import type { Failure, Verdict } from '#graders/verdict.ts';
import { checklistOf, type Checklist, type ChecklistItem } from '#src/stores/attempt/checklist.ts';
import { failureHeadline, headline, scenarioWord } from '#src/stores/attempt/words.ts';
import type { ShownRun } from '#src/stores/attempt/attempt.ts';
import type { LiveRun } from '#src/stores/attempt/live.ts';
import type { Bench } from '#src/stores/bench.ts';
import { exerciseStanding } from '#src/stores/progress/folds.ts';
import type { HintLadders } from '../content/hints.ts';
import type { CheckUnits } from '../content/units.ts';
import { Separator } from '../Separator.tsx';
import { CheckItem } from './CheckItem.tsx';
import { Console } from './Console.tsx';
import { FailureReport } from './FailureReport.tsx';
import { Plots } from './Plots.tsx';
import { StateMark } from './StateMark.tsx';

export interface VerdictPaneProps {
  readonly bench: Bench;
  readonly hints: HintLadders;
  readonly units: CheckUnits;
  readonly next: { readonly href: string; readonly title: string };
  readonly onPlace: (file: string, line: number, column: number) => void;
  /** An item that should be opened and brought into view; `nonce` tells two wishes for one item apart. */
  readonly wanted: { readonly check: string; readonly nonce: number } | null;
}

export function VerdictPane({ bench, hints, units, next, onPlace, wanted }: VerdictPaneProps) {
  const { exercise, attempt, verdicts, $cursor } = bench;
  const live = useStore(attempt.$live);
  const shown = useStore(attempt.$shown);
  const wasStopped = useStore(attempt.$wasStopped);
  const refusal = useStore(attempt.$refusal);
  const previous = useStore(verdicts.$previous);
  const cursor = useStore($cursor);
  const verdict = shown?.verdict ?? null;
  const failure = verdict?.failure ?? null;
  const results = shown?.results ?? [];
  const isOver = verdict !== null;
  const checklist = useMemo(() => checklistOf(exercise, results, isOver), [exercise, results, isOver]);
  const items = useStableOrder(checklist, isOver);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());

  // A new verdict opens its first item that is not yet met, and puts the cursor where it turned.
  const seen = useRef<Verdict | null>(null);
  useEffect(() => {
    if (verdict === null || verdict === seen.current) return;
    seen.current = verdict;
    const [first] = checklist.inReadingOrder;
    if (first?.state !== 'not-yet' || first.shown === null) {
      setOpen(new Set());
      return;
    }
    setOpen(new Set([first.id]));
    $cursor.set({ scenario: first.shown.scenario, atMs: first.shown.atMs });
  }, [verdict, checklist, $cursor]);

  useEffect(() => {
    if (wanted === null) return;
    setOpen((known) => new Set([...known, wanted.check]));
    const item = document.getElementById(`check-${wanted.check}`);
    item?.scrollIntoView({ block: 'nearest' });
    requestAnimationFrame(() => {
      const button = item?.querySelector<HTMLElement>('.hints-next') ?? item?.querySelector<HTMLElement>('button');
      button?.focus();
    });
  }, [wanted]);

  // A new verdict is read from its beginning, wherever the last one was left.
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    if (verdict !== null && list.current !== null) list.current.scrollTop = 0;
  }, [verdict]);

  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  const showMoment = (scenario: string, atMs: number): void => {
    $cursor.set({ scenario, atMs });
    document.querySelector('.instruments')?.scrollIntoView({ block: 'nearest' });
  };

  const plots = shown?.plots ?? [];
  // While no scenario is chosen the one that came first stays, wherever it stands among those that come after it.
  const drawn = useRef<string | null>(null);
  const run =
    plots.find(({ scenario }) => scenario === cursor.scenario) ??
    plots.find(({ scenario }) => scenario === drawn.current) ??
    plots[0];
  drawn.current = run?.scenario ?? null;
  const before = previous?.plots.find(({ scenario }) => scenario === run?.scenario) ?? null;

  return (
    <div class="verdict" data-stale={shown?.isStale || undefined} data-live={live !== null || undefined}>
      <section class="verdict-list" aria-labelledby="verdict-title" ref={list}>
        <VerdictHead {...{ bench, live, shown, checklist, wasStopped, refusal, next }} />
        {refusal !== null && (
          <FailureReport failure={refusal} line={null} hasResults={shown !== null} onPlace={onPlace} />
        )}
        {refusal === null && failure !== null && (
          <FailureReport
            failure={failure}
            line={shown?.failureLine ?? null}
            hasResults={results.length > 0}
            onPlace={onPlace}
          />
        )}
        <ol class="items">
          {items.map((item) => (
            <CheckItem
              key={item.id}
              bench={bench}
              item={item}
              unit={units[item.id] ?? noUnit}
              rungs={hints[item.id] ?? []}
              plots={plots}
              isOpen={open.has(item.id)}
              onToggle={() => toggle(item.id)}
              onMoment={showMoment}
            />
          ))}
        </ol>
      </section>
      <Separator
        name="plotsPercent"
        settings={bench.settings}
        label="Height of the plots"
        controls="instruments"
        orientation="horizontal"
      />
      <section class="instruments" id="instruments" aria-labelledby="plots-title">
        <h2 id="plots-title" class="visually-hidden">
          Plots
        </h2>
        <ScenarioTabs
          exercise={exercise}
          checklist={checklist}
          chosen={run?.scenario ?? cursor.scenario ?? exercise.scenarios[0]?.name ?? ''}
          hasRun={shown !== null}
          onChoose={(scenario) => $cursor.set({ scenario, atMs: cursor.scenario === scenario ? cursor.atMs : null })}
        />
        <div class="plots" role="tabpanel" id="plots-panel" aria-label="Plots of the scenario" tabIndex={-1}>
          {run === undefined ? (
            <p class="plots-empty">{emptyWords(exercise, live !== null, failure !== null)}</p>
          ) : (
            <Plots bench={bench} run={run} before={before} results={results} />
          )}
        </div>
        <Console lines={shown?.console ?? []} scenario={run?.scenario ?? null} />
      </section>
      <Announcement bench={bench} checklist={checklist} verdict={verdict} live={live} />
      <p class="visually-hidden" role="status">
        {refusal === null ? '' : refusal.message}
      </p>
    </div>
  );
}

const noUnit = { unit: '', comparison: '≤' } as const;

function emptyWords({ plots }: Exercise, isRunning: boolean, hasFailed: boolean): string {
  if (isRunning) return 'The first plots come with the first scenario that ends.';
  if (hasFailed) return 'No scenario was run to its end, so there is nothing to draw.';
  const names = plots.map(({ title }) => title.charAt(0).toLowerCase() + title.slice(1));
  return `After a run this shows ${names.slice(0, -1).join(', ')} and ${names.at(-1)}, with one cursor for all.`;
}

/** While a run goes on the items stay where they are; they are put into the order of cause when it is over. */
function useStableOrder(checklist: Checklist, isOver: boolean): readonly ChecklistItem[] {
  const order = useRef<readonly string[]>(checklist.items.map(({ id }) => id));
  if (isOver) order.current = checklist.inReadingOrder.map(({ id }) => id);
  return checklist.items.toSorted((a, b) => order.current.indexOf(a.id) - order.current.indexOf(b.id));
}

interface HeadProps {
  readonly bench: Bench;
  readonly live: LiveRun | null;
  readonly shown: ShownRun | null;
  readonly checklist: Checklist;
  readonly wasStopped: boolean;
  readonly refusal: Failure | null;
  readonly next: VerdictPaneProps['next'];
}

function VerdictHead({ bench, live, shown, checklist, wasStopped, refusal, next }: HeadProps) {
  const events = useStore(bench.progress.$events);
  const { exercise } = bench;
  const verdict = shown?.verdict ?? null;
  const { runs, attempts } = exerciseStanding(events, exercise.id, exercise.version);
  const meta =
    live !== null
      ? `${live.done} of ${live.total} runs${shown?.isStale ? ' · below: the run before' : ''}`
      : verdict === null
        ? `${exercise.scenarios.length} scenarios`
        : `Run ${Math.max(attempts, runs, 1)}`;
  return (
    <>
      <header class="verdict-head">
        <h2 id="verdict-title">{refusal === null ? title(live, shown, checklist) : failureHeadline(refusal)}</h2>
        <span class="verdict-meta figures">{meta}</span>
      </header>
      <progress
        class="verdict-progress"
        aria-label="Runs done"
        max={live?.total ?? 1}
        value={live?.done ?? 0}
        data-idle={live === null || undefined}
      />
      {live === null && wasStopped && (
        <p class="verdict-note">
          {shown === null ? 'The run was stopped.' : 'The run was stopped; this is the one before it.'}
        </p>
      )}
      {verdict?.passed && live === null && (
        <p class="verdict-note">
          {shown?.assisted &&
            'With a worked step or a solution opened this counts as practice; done again without, it counts in full. '}
          Next: <a href={next.href}>{next.title}</a>
        </p>
      )}
    </>
  );
}

function title(live: LiveRun | null, shown: ShownRun | null, { met, total }: Checklist): string {
  const verdict = shown?.verdict ?? null;
  if (live !== null) return live.current === null ? 'Getting ready' : 'Running';
  if (verdict === null) return 'What will be looked at';
  return verdict.failure === null ? headline(met, total) : failureHeadline(verdict.failure);
}

/** Said once when a run is over. */
function Announcement(props: {
  readonly bench: Bench;
  readonly checklist: Checklist;
  readonly verdict: Verdict | null;
  readonly live: LiveRun | null;
}) {
  const { checklist, verdict, live } = props;
  const [said, setSaid] = useState({ words: '', runs: 0 });
  const wasLive = useRef(false);
  useEffect(() => {
    if (live !== null) {
      wasLive.current = true;
      return;
    }
    if (!wasLive.current) return;
    wasLive.current = false;
    const words = verdict === null ? 'The run was stopped.' : announcementOf(verdict, checklist);
    setSaid(({ runs }) => ({ words, runs: runs + 1 }));
  }, [live, verdict, checklist]);
  return (
    <p class="visually-hidden" role="status" data-announcement data-runs={said.runs}>
      {/* A new element each time, so that the same words are said again. */}
      <span key={said.runs}>{said.words}</span>
    </p>
  );
}

function announcementOf({ failure }: Verdict, { met, total, inReadingOrder }: Checklist): string {
  if (failure !== null) return `${failureHeadline(failure)}. ${failure.message}`;
  const first = inReadingOrder.find(({ state }) => state === 'not-yet');
  return `${headline(met, total)}.${first === undefined ? '' : ` Not yet: ${first.label}.`}`;
}

interface ScenarioTabsProps {
  readonly exercise: Exercise;
  readonly checklist: Checklist;
  readonly chosen: string;
  readonly hasRun: boolean;
  readonly onChoose: (scenario: string) => void;
}

/** The scenarios by their short names, each with the worst of its results. */
function ScenarioTabs({ exercise, checklist, chosen, hasRun, onChoose }: ScenarioTabsProps) {
  const names = exercise.scenarios.map(({ name }) => name);
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = names.indexOf(chosen);
    const next =
      step !== undefined
        ? names[(at + step + names.length) % names.length]
        : event.key === 'Home'
          ? names[0]
          : event.key === 'End'
            ? names.at(-1)
            : undefined;
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-scenario="${next}"]`)?.focus();
  };
  return (
    <div class="tabs scenario-tabs" role="tablist" aria-label="Scenario" onKeyDown={move}>
      {exercise.scenarios.map(({ name, title: full }) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-scenario={name}
          aria-selected={name === chosen}
          aria-controls="plots-panel"
          tabIndex={name === chosen ? 0 : -1}
          title={full}
          onClick={() => onChoose(name)}
        >
          {scenarioWord(name)}
          {hasRun && <StateMark state={worstIn(checklist, name)} size={12} isSpoken />}
        </button>
      ))}
    </div>
  );
}

function worstIn({ items }: Checklist, scenario: string): ChecklistItem['state'] {
  const states = items.flatMap(({ standings }) =>
    standings.flatMap((each) => (each.scenario === scenario ? [each.state] : [])),
  );
  return (['not-yet', 'open', 'not-tested', 'thin'] as const).find((state) => states.includes(state)) ?? 'met';
}
