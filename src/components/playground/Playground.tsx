// The lab, open: choose a scenario, change what you like, run it, compare two runs, hand on the address.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '#lab/scenario/simulate.ts';
import { applied, changesOf, settingAt, valueAt, withValue, type Change, type Path } from './draft.ts';
import { createPlaygroundEngine, type PlaygroundEngine } from './engine.ts';
import { Fields } from './Fields.tsx';
import { hashOf, readHash, type LabLink, type RunLink } from './link.ts';
import './playground.css';
import type { Draft, RunView, SystemView } from './protocol.ts';
import { parseQuantity, quantityInWords } from './quantities.ts';
import { headlineOf, Results } from './Results.tsx';

/** A scenario in the list: what the page knows of it before the lab is loaded. */
export interface Listed {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

export interface PlaygroundProps {
  readonly groups: readonly { readonly title: string; readonly scenarios: readonly Listed[] }[];
  readonly first: string;
}

interface Opened {
  readonly system: SystemView;
  readonly name: string;
  /** The scenario as it was written. */
  readonly written: Draft;
}

interface Kept {
  readonly link: RunLink;
  readonly system: string;
  readonly view: RunView;
}

const linkPauseMs = 300;

export function Playground({ groups, first }: PlaygroundProps) {
  const engine = useRef<PlaygroundEngine | null>(null);
  const wanted = useRef<LabLink | null>(null);
  const settings = useRef<HTMLFormElement>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const [draft, setDraft] = useState<Draft>({});
  const [seed, setSeed] = useState(0);
  const [view, setView] = useState<RunView | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const [kept, setKept] = useState<Kept | null>(null);
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    const created = createPlaygroundEngine((answer) => {
      switch (answer.kind) {
        case 'opened': {
          const link = wanted.current;
          const next = applied(answer.scenario, link?.name === answer.name ? link.changes : []);
          settings.current?.scrollTo(0, 0);
          setOpened({ system: answer.system, name: answer.name, written: answer.scenario });
          setDraft(next);
          setView(null);
          created.run(next, link?.seed ?? 0);
          return;
        }
        case 'unknown':
          wanted.current = null;
          created.open(first);
          return setFault(`There is no scenario “${answer.name}”. Here is another; the list has all of them.`);
        case 'ran':
          setView(answer.view);
          return setProblems([]);
        case 'refused':
          setFault(null);
          return setProblems(answer.problems);
        case 'threw':
          return setFault(answer.message);
        default:
          return answer satisfies never;
      }
    });
    engine.current = created;
    const follow = () => {
      const link = readHash(location.hash) ?? { name: first, seed: 0, changes: [], kept: null, unread: [] };
      wanted.current = link;
      setSeed(link.seed);
      setFault(
        link.unread.length === 0
          ? null
          : `A part of the link could not be read and was left out: ${link.unread.join(', ')}.`,
      );
      setProblems([]);
      created.open(link.name);
      if (link.kept !== null) recall(link.kept, setKept);
    };
    // A click on a scenario of the list below; a change of our own replaces the address without this event.
    const onHash = () => {
      follow();
      document.getElementById('lab')?.scrollIntoView();
    };
    follow();
    addEventListener('hashchange', onHash);
    return () => {
      removeEventListener('hashchange', onHash);
      created.dispose();
    };
  }, [first]);

  const changes = opened === null ? [] : changesOf(opened.written, draft);
  const own: RunLink | null = opened === null ? null : { name: opened.name, seed, changes };
  const comparable = kept !== null && kept.system === opened?.system.name ? kept : null;
  const hash = own === null ? null : hashOf({ ...own, kept: comparable?.link ?? null });

  useEffect(() => {
    if (hash === null) return;
    const timer = setTimeout(() => history.replaceState(null, '', hash), linkPauseMs);
    return () => clearTimeout(timer);
  }, [hash]);

  function change(next: Draft, nextSeed = seed): void {
    setDraft(next);
    setSeed(nextSeed);
    setCopied(false);
    setFault(null);
    engine.current?.run(next, nextSeed);
  }
  function choose(name: string): void {
    wanted.current = { name, seed: 0, changes: [], kept: null, unread: [] };
    setSeed(0);
    setProblems([]);
    setFault(null);
    engine.current?.open(name);
  }
  async function copy(): Promise<void> {
    if (hash === null) return;
    history.replaceState(null, '', hash);
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
    } catch {
      setFault('The browser did not let the page copy. The address above is the link: copy it from there.');
    }
  }

  const listed = groups.flatMap(({ scenarios }) => scenarios).find(({ name }) => name === opened?.name);
  const elsewhere = problems.filter(({ path }) => path.length === 0 || path[0] === 'system');

  return (
    <div class="lab">
      <div class="lab-choice">
        <label for="lab-scenario">Scenario</label>
        <select
          id="lab-scenario"
          autocomplete="off"
          value={opened?.name ?? first}
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {groups.map((group) => (
            <optgroup key={group.title} label={group.title}>
              {group.scenarios.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </div>
      <div class="lab-run">
        <header class="lab-head">
          <h2>{listed?.title ?? 'Opening the lab …'}</h2>
          {listed !== undefined && (
            <p>
              {listed.summary}
              {opened !== null && (changes.length > 0 || seed !== 0) && (
                <>
                  {' '}
                  <span class="lab-changed">{wordsOf(changes, opened, seed)}</span>
                </>
              )}
            </p>
          )}
          <div class="lab-acts">
            <button
              type="button"
              class="button"
              disabled={view === null}
              onClick={() =>
                own !== null &&
                opened !== null &&
                view !== null &&
                setKept({ link: own, system: opened.system.name, view })
              }
            >
              {comparable === null ? 'Keep this run to compare' : 'Keep this one instead'}
            </button>
            {comparable !== null && (
              <button type="button" class="button button-quiet" onClick={() => setKept(null)}>
                Drop the kept run
              </button>
            )}
            <button type="button" class="button button-quiet" onClick={() => void copy()}>
              {isCopied ? 'Link copied' : 'Copy a link to this run'}
            </button>
            <span class="lab-took" role="status">
              {view !== null && opened !== null && (
                <>
                  <span class="visually-hidden">{headlineOf(opened.system, view)}, </span>
                  ran in {view.tookMs < 10 ? view.tookMs.toFixed(1) : Math.round(view.tookMs)} ms
                </>
              )}
            </span>
          </div>
          {comparable !== null && opened !== null && (
            <p class="lab-kept">Dotted, the kept run: {keptWords(comparable, groups, opened)}</p>
          )}
          {fault !== null && (
            <p class="lab-fault" role="alert">
              {fault}
            </p>
          )}
          {problems.length > 0 && (
            <p class="lab-fault" role="alert">
              These settings cannot run as they are
              {elsewhere.length > 0
                ? `: ${elsewhere.map(({ says }) => says.replace(/\.$/, '')).join('; ')}.`
                : '; the form says what to change.'}
              {view !== null && ' What is shown is the last run that could.'}
            </p>
          )}
        </header>
        {opened !== null && view !== null && (
          <Results key={opened.name} system={opened.system} view={view} kept={comparable?.view ?? null} />
        )}
      </div>
      <form
        ref={settings}
        id="settings"
        class="lab-settings"
        aria-label="Settings"
        onSubmit={(event) => event.preventDefault()}
      >
        {opened !== null && view !== null && (
          <p class="lab-strip" aria-hidden="true">
            {headlineOf(opened.system, view)}
            {comparable !== null && ` · kept: ${headlineOf(opened.system, comparable.view).replace(/^.*peak /, '')}`}
          </p>
        )}
        <div class="lab-settings-head">
          <h3>Settings</h3>
          {(changes.length > 0 || seed !== 0) && opened !== null && (
            <button type="button" class="button button-quiet setting-small" onClick={() => change(opened.written, 0)}>
              Back to as written
            </button>
          )}
        </div>
        {opened !== null && (
          <>
            <p class="setting-about">{opened.system.summary}</p>
            <SeedField seed={seed} onSet={(next) => change(draft, next)} />
            <Fields
              key={opened.name}
              fields={opened.system.form}
              path={[]}
              draft={draft}
              written={opened.written}
              problems={problems}
              onSet={(path: Path, value) => change(withValue(draft, path, value))}
            />
          </>
        )}
      </form>
    </div>
  );
}

const mostChanges = 4;

/** What differs from the scenario as written, in a sentence. */
function wordsOf(changes: readonly Change[], { system, written }: Opened, seed: number): string {
  const words = changes.slice(0, mostChanges).map(({ path, value }) => {
    const before = valueAt(written, path);
    const { words: name, field } = settingAt(system.form, path, withValue(written, path, value ?? before));
    const unit = field?.kind === 'number' ? field.unit : null;
    const said = (each: unknown) => {
      if (each === undefined) return 'not set';
      if (typeof each === 'number') return quantityInWords(each, unit);
      if (typeof each === 'boolean') return each ? 'on' : 'off';
      return typeof each === 'string' ? each : null;
    };
    const [now, was] = [said(value), said(before)];
    return now === null || was === null ? name : `${name} ${now}, was ${was}`;
  });
  if (changes.length > words.length) words.push(`and ${changes.length - words.length} more`);
  if (seed !== 0) words.push(`seed ${seed}`);
  return `Changed: ${words.join('; ')}.`;
}

/** Which run was kept: its scenario, and what was changed in it. */
function keptWords({ link }: Kept, groups: PlaygroundProps['groups'], opened: Opened): string {
  const title = groups.flatMap(({ scenarios }) => scenarios).find(({ name }) => name === link.name)?.title ?? link.name;
  const isChanged = link.changes.length > 0 || link.seed !== 0;
  if (!isChanged) return `${title}, as written.`;
  return link.name === opened.name
    ? `${title}. ${wordsOf(link.changes, opened, link.seed)}`
    : `${title}, with changes.`;
}

function SeedField({ seed, onSet }: { seed: number; onSet: (seed: number) => void }) {
  const [isOdd, setOdd] = useState(false);
  return (
    <div class="setting" data-changed={seed !== 0 || undefined}>
      <label class="setting-label" for="lab-seed">
        Seed
      </label>
      <span class="setting-value">
        <input
          id="lab-seed"
          type="text"
          inputMode="numeric"
          autocomplete="off"
          value={String(seed)}
          aria-invalid={isOdd || undefined}
          onChange={(event) => {
            const read = parseQuantity(event.currentTarget.value, null);
            const isSeed = read !== null && Number.isInteger(read) && read >= 0 && read <= mostSeed;
            setOdd(!isSeed);
            if (isSeed) onSet(read);
          }}
        />
      </span>
      <p class="setting-about">0 is the scenario as written. Another whole number draws its chances anew.</p>
      {isOdd && (
        <p class="setting-problem" role="alert">
          Write a whole number from 0 to 999,999,999.
        </p>
      )}
    </div>
  );
}

const mostSeed = 999_999_999;

/** Runs a kept run again, in a worker of its own. */
function recall(link: RunLink, onRun: (kept: Kept) => void): void {
  let system = '';
  const engine = createPlaygroundEngine((answer) => {
    if (answer.kind === 'opened') {
      system = answer.system.name;
      return engine.run(applied(answer.scenario, link.changes), link.seed);
    }
    if (answer.kind === 'ran') onRun({ link, system, view: answer.view });
    engine.dispose();
  });
  engine.open(link.name);
}
