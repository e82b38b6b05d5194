// The desk of an exercise: brief, editor and verdict beside each other, or one at a time on a phone.

import { useStore } from '@nanostores/preact';
import { atom } from 'nanostores';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Exercise } from '#graders/exercise.ts';
import type { EngineKind } from '#src/sandbox/engine.ts';
import { checklistOf } from '#src/stores/attempt/checklist.ts';
import type { Bench } from '#src/stores/bench.ts';
import { browserBench, stillBench } from '#src/stores/browser.ts';
import { zipOf } from './code/zip.ts';
import { Comparison } from './code/Comparison.tsx';
import type { HintLadders } from './content/hints.ts';
import type { CheckUnits } from './content/units.ts';
import { EditorPane, type EditorHandle } from './EditorPane.tsx';
import { Overlay } from './Overlay.tsx';
import { RunButton } from './RunButton.tsx';
import { Separator } from './Separator.tsx';
import { SolutionView } from './SolutionView.tsx';
import { VerdictPane } from './verdict/VerdictPane.tsx';
import './code/code.css';
import './desk.css';
import './editor/editor.css';
import './node/terminal.css';
import './verdict/verdict.css';

export interface DeskProps {
  readonly exercise: Exercise;
  readonly starter: Readonly<Record<string, string>>;
  readonly hints: HintLadders;
  readonly units: CheckUnits;
  /** This page is isolated, and Full Node is started on it. */
  readonly isNodePage?: boolean;
  /** Where the course goes on. */
  readonly next: { readonly href: string; readonly title: string };
  /** The brief, as the server rendered it. */
  readonly children?: ComponentChildren;
}

const panes = [
  { id: 'brief', word: 'Brief' },
  { id: 'code', word: 'Code' },
  { id: 'verdict', word: 'Verdict' },
] as const;
/** How long a remark stands. */
const remarkMs = 6_000;
type Pane = (typeof panes)[number]['id'];

export function Desk({ exercise, starter, hints, units, next, isNodePage = false, children }: DeskProps) {
  const [bench] = useState<Bench>(() =>
    typeof document === 'undefined'
      ? stillBench(exercise, starter, isNodePage)
      : browserBench(exercise, starter, isNodePage),
  );
  const { drafts, attempt, settings } = bench;
  const [pane, setPane] = useState<Pane>('brief');
  const [overlay, setOverlay] = useState<'solution' | 'compare' | null>(null);
  const [wanted, setWanted] = useState<{ check: string; nonce: number } | null>(null);
  const [remark, setRemark] = useState('');
  const handle = useRef<EditorHandle | null>(null);
  const isNarrow = useNarrow();

  useEffect(() => {
    void bench.load();
    const idle = setTimeout(() => void bench.boot(), 200);
    return () => clearTimeout(idle);
  }, [bench]);
  useEffect(() => {
    if (remark === '') return;
    const timer = setTimeout(() => setRemark(''), remarkMs);
    return () => clearTimeout(timer);
  }, [remark]);
  useSavedFiles(bench);
  usePaneSizes(bench);

  const run = (): void => {
    setRemark('');
    setPane('verdict');
    void attempt.run();
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      if (event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) run();
    };
    // Before Monaco, which has a use of its own for these keys.
    addEventListener('keydown', onKey, { capture: true });
    return () => removeEventListener('keydown', onKey, { capture: true });
  }, [bench]);

  const goTo: EditorHandle['goTo'] = (...place) => {
    setOverlay(null);
    setPane('code');
    handle.current?.goTo(...place);
  };

  const showHints = (): void => {
    const shown = attempt.$shown.get();
    if (shown === null) {
      setRemark('Hints open after a first run.');
      return;
    }
    const { inReadingOrder } = checklistOf(exercise, shown.results, shown.verdict !== null);
    const [first] = inReadingOrder;
    if (first === undefined || first.state === 'met' || first.state === 'thin') {
      setRemark('Every item is met: there is no hint to give.');
      return;
    }
    setRemark('');
    setPane('verdict');
    setWanted((known) => ({ check: first.id, nonce: (known?.nonce ?? 0) + 1 }));
  };

  const download = (): void => downloadFiles(exercise.id, drafts.$files.get());

  /** Each engine has a page of its own, with the headers that it needs: a full load leads there. */
  const goToEngine = async (engine: EngineKind): Promise<void> => {
    settings.set({ engine });
    if (engine === 'node' && isNodePage) {
      bench.$isEmbeddedForNow.set(false);
      await bench.boot();
      return;
    }
    await drafts.flush();
    location.assign(`${engine === 'node' ? '/node' : ''}/exercises/${exercise.id}/${location.search}`);
  };

  return (
    <div class="desk" data-pane={pane}>
      <div class="tabs desk-tabs" role="tablist" aria-label="Parts of the exercise" onKeyDown={moveTab(pane, setPane)}>
        {panes.map(({ id, word }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`pane-tab-${id}`}
            aria-selected={id === pane}
            aria-controls={`pane-${id}`}
            tabIndex={id === pane ? 0 : -1}
            onClick={() => setPane(id)}
          >
            {word}
          </button>
        ))}
      </div>
      <section class="pane brief" id="pane-brief" tabIndex={0} {...paneRole('brief', isNarrow)}>
        {children}
      </section>
      <Separator
        name="briefPercent"
        settings={settings}
        label="Width of the brief"
        controls="pane-brief"
        orientation="vertical"
        isBefore
      />
      <section class="pane code" id="pane-code" {...paneRole('code', isNarrow)}>
        <EditorPane
          bench={bench}
          handle={handle}
          onRun={run}
          onHints={showHints}
          onSolution={() => setOverlay('solution')}
          onCompare={() => setOverlay('compare')}
          onDownload={download}
          onEngine={(engine) => void goToEngine(engine)}
        />
      </section>
      <Separator
        name="verdictPercent"
        settings={settings}
        label="Width of the verdict"
        controls="pane-verdict"
        orientation="vertical"
      />
      <section class="pane verdict-pane" id="pane-verdict" {...paneRole('verdict', isNarrow)}>
        <VerdictPane bench={bench} hints={hints} units={units} next={next} onPlace={goTo} wanted={wanted} />
      </section>
      <div class="run-bar">
        <RunButton bench={bench} onRun={run} />
      </div>
      <p class="remark" role="status" data-empty={remark === '' || undefined}>
        {remark}
      </p>
      {overlay === 'solution' && <SolutionView bench={bench} onClose={() => setOverlay(null)} />}
      {overlay === 'compare' && <CompareView bench={bench} onClose={() => setOverlay(null)} />}
    </div>
  );
}

function paneRole(pane: Pane, isNarrow: boolean) {
  const name = { brief: 'Brief', code: 'Code', verdict: 'Verdict' }[pane];
  return isNarrow
    ? ({ role: 'tabpanel', 'aria-labelledby': `pane-tab-${pane}` } as const)
    : ({ 'aria-label': name } as const);
}

function moveTab(pane: Pane, setPane: (pane: Pane) => void): (event: KeyboardEvent) => void {
  return (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = panes.findIndex(({ id }) => id === pane);
    const next = panes[(at + step + panes.length) % panes.length];
    if (next === undefined) return;
    setPane(next.id);
    document.getElementById(`pane-tab-${next.id}`)?.focus();
  };
}

/** Whether the panes show one at a time. */
function useNarrow(): boolean {
  const [isNarrow, setIsNarrow] = useState(false);
  useEffect(() => {
    const query = matchMedia('(width < 900px)');
    const update = (): void => setIsNarrow(query.matches);
    update();
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return isNarrow;
}

/** What is typed is saved before the page can go away, and what another tab did meanwhile is seen on coming back. */
function useSavedFiles({ drafts, $node }: Bench): void {
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const onVisibility = (): void => {
      if (document.visibilityState === 'hidden') void drafts.flush();
      else {
        void drafts.check();
        void $node.get()?.look();
      }
    };
    document.addEventListener('visibilitychange', onVisibility, { signal });
    addEventListener('pagehide', () => drafts.leave(), { signal });
    addEventListener('pageshow', (event) => event.persisted && void drafts.check(), { signal });
    return () => abort.abort();
  }, [drafts, $node]);
}

/** The sizes stand on the document, where a script sets them before the first paint. */
function usePaneSizes({ settings }: Bench): void {
  const { briefPercent, verdictPercent, plotsPercent, terminalPercent } = useStore(settings.$settings);
  useEffect(() => {
    const { style } = document.documentElement;
    style.setProperty('--brief-share', String(briefPercent));
    style.setProperty('--verdict-share', String(verdictPercent));
    style.setProperty('--plots-share', String(plotsPercent));
    style.setProperty('--terminal-share', String(terminalPercent));
  }, [briefPercent, verdictPercent, plotsPercent, terminalPercent]);
}

function downloadFiles(id: string, files: Readonly<Record<string, string>>): void {
  const url = URL.createObjectURL(new Blob([zipOf(files, new Date())], { type: 'application/zip' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${id}.zip`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

const noConflict = atom(null);

/** The learner's files beside what they may choose instead: the new starter, another tab's text, or the terminal's. */
function CompareView({ bench, onClose }: { readonly bench: Bench; readonly onClose: () => void }) {
  const { drafts, starter } = bench;
  const files = useStore(drafts.$files);
  const older = useStore(drafts.$older);
  const conflict = useStore(drafts.$conflict);
  const node = useStore(bench.$node);
  const twoSides = useStore(node?.sync.$conflict ?? noConflict);
  const [file, setFile] = useState<string | null>(null);
  if (conflict !== null) {
    return (
      <Overlay title={conflict.file} back="Back to your code" onClose={onClose}>
        <Comparison
          left={{ title: 'This tab', text: files[conflict.file] ?? null }}
          right={{ title: 'The other tab', text: conflict.text }}
        />
      </Overlay>
    );
  }
  if (twoSides !== null) {
    return (
      <Overlay title={twoSides.file} back="Back to your code" onClose={onClose}>
        <Comparison
          left={{ title: 'In the editor', text: twoSides.editorText }}
          right={{ title: 'In the terminal', text: twoSides.terminalText }}
        />
      </Overlay>
    );
  }
  const names = [...new Set([...Object.keys(older?.files ?? {}), ...Object.keys(starter)])];
  const name = file ?? names[0] ?? '';
  return (
    <Overlay title="Yours and the new files" back="Back to your code" onClose={onClose}>
      <div class="overlay-choices">
        <label class="field">
          <span>File</span>
          <select value={name} onChange={(event) => setFile(event.currentTarget.value)}>
            {names.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Comparison
        left={{ title: older === null ? 'Yours' : `Yours, version ${older.version}`, text: files[name] ?? null }}
        right={{ title: 'New', text: starter[name] ?? null }}
      />
    </Overlay>
  );
}
