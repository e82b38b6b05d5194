// Files, editor and status line. The text field is there from the start; Monaco takes its place when it has loaded.

import { useStore } from '@nanostores/preact';
import { atom } from 'nanostores';
import { useEffect, useRef, useState, type MutableRef } from 'preact/hooks';
import type { EngineKind } from '#src/sandbox/engine.ts';
import type { ContainerStatus } from '#src/sandbox/webcontainer/container.ts';
import type { Bench } from '#src/stores/bench.ts';
import type { Files } from '#src/stores/drafts/drafts.ts';
import type { Settings } from '#src/stores/settings.ts';
import type { CodeEditor, EditorManner, TypeReport } from './editor/code-editor.ts';
import { createPlainEditor, type PlainEditor } from './editor/plain.ts';
import { FileMenu } from './FileMenu.tsx';
import { Notices } from './Notices.tsx';
import { RunButton } from './RunButton.tsx';
import { ScenarioSheet } from './ScenarioSheet.tsx';
import { Separator } from './Separator.tsx';
import { StatusLine } from './StatusLine.tsx';
import { useNodeParts } from './node/use-parts.ts';

/** What the rest of the page asks of the editor. */
export interface EditorHandle {
  goTo(file: string, line: number, column: number): void;
}

export interface EditorPaneProps {
  readonly bench: Bench;
  readonly handle: MutableRef<EditorHandle | null>;
  readonly onRun: () => void;
  readonly onHints: () => void;
  readonly onSolution: () => void;
  readonly onCompare: () => void;
  readonly onDownload: () => void;
  readonly onEngine: (engine: EngineKind) => void;
}

const scenarioTab = 'scenario';
const noContainer = atom<ContainerStatus>({ state: 'idle' });

/** Kept out of the build of the static pages: their styles would replace those that Monaco brings along. */
const importMonaco = import.meta.env.SSR ? null : () => import('./editor/monaco.ts');

export function EditorPane(props: EditorPaneProps) {
  const { bench, handle, onRun, onHints, onSolution, onCompare, onDownload, onEngine } = props;
  const { drafts, exercise, starter } = bench;
  const files = useStore(drafts.$files);
  const isReady = useStore(drafts.$status) !== 'loading';
  const names = namesOf(files, starter);
  const [tab, setTab] = useState<string>(exercise.entry);
  const [kind, setKind] = useState<'plain' | 'monaco'>('plain');
  const [types, setTypes] = useState<TypeReport | null>(null);
  const [isTabFree, setIsTabFree] = useState(false);
  const node = useStore(bench.$node);
  const parts = useNodeParts(node !== null);
  const [isTerminalOpen, setIsTerminalOpen] = useState(false);
  const container = useStore(node?.$status ?? noContainer);
  // One that was lost is started anew by the shell; one that never came has none to offer.
  const hasContainer = container.state !== 'failed' || container.trouble === 'lost';
  const field = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | null>(null);
  const shown = tab !== scenarioTab && !names.includes(tab) ? exercise.entry : tab;

  // The file that was shown may go away, in the terminal or in another tab.
  useEffect(() => {
    if (shown !== tab) show(shown);
  }, [shown, tab]);

  const show = (name: string): void => {
    setTab(name);
    if (name !== scenarioTab) editor.current?.show(name);
  };

  useEffect(() => {
    if (!isReady || field.current === null || gutter.current === null || host.current === null) return;
    return startEditor({
      bench,
      field: field.current,
      gutter: gutter.current,
      host: host.current,
      onEditor: (next) => {
        editor.current = next;
        setKind(next.kind);
      },
      onTypes: setTypes,
      onTabFreed: setIsTabFree,
    });
  }, [isReady, bench]);

  handle.current = {
    goTo(file, line, column) {
      if (!(file in files)) return;
      setTab(file);
      const go = (): void => editor.current?.goTo(file, line, column);
      // A panel that is hidden has to be drawn before the caret can go there.
      if (panel.current?.offsetParent) go();
      else requestAnimationFrame(go);
    },
  };

  // It takes the focus when it opens: one that comes back by itself must not. What it had goes to the editor.
  useEffect(() => {
    if (hasContainer || !isTerminalOpen) return;
    setIsTerminalOpen(false);
    if (document.activeElement === null || document.activeElement === document.body) editor.current?.focus();
  }, [hasContainer, isTerminalOpen]);

  const toggleTerminal = (): void => {
    setIsTerminalOpen(!isTerminalOpen);
    // It takes the focus when it opens.
    if (isTerminalOpen) editor.current?.focus();
  };
  useEffect(() => {
    if (node === null) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.code !== 'Backquote' || !event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      if (isTerminalOpen) document.querySelector<HTMLElement>('#terminal textarea')?.focus();
      else setIsTerminalOpen(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [node, isTerminalOpen]);

  return (
    <>
      <div class="toolbar-box">
        <div class="toolbar">
          <FileTabs names={names} shown={shown} onShow={show} />
          <div class="toolbar-actions">
            <button type="button" class="button button-quiet" onClick={onHints}>
              Hints
            </button>
            <button type="button" class="button button-quiet" onClick={onSolution}>
              Solution
            </button>
            <FileMenu bench={bench} file={shown} onDownload={onDownload} onShow={show} />
            <RunButton bench={bench} onRun={onRun} />
          </div>
        </div>
      </div>
      <Notices bench={bench} onDownload={onDownload} onCompare={onCompare} onEngine={onEngine} />
      <div
        class="editor-panel"
        ref={panel}
        id="editor-panel"
        role="tabpanel"
        aria-labelledby={`tab-${shown}`}
        data-kind={kind}
        hidden={shown === scenarioTab}
      >
        <div class="plain" hidden={kind === 'monaco'}>
          <div class="plain-gutter" ref={gutter} aria-hidden="true" />
          <textarea
            ref={field}
            class="plain-field"
            aria-label="Code editor. Escape and then Tab leaves it."
            autocapitalize="off"
            autocomplete="off"
            spellcheck={false}
            wrap="off"
            readOnly={!isReady}
            defaultValue={starter[exercise.entry] ?? ''}
          />
        </div>
        <div class="monaco" ref={host} hidden={kind !== 'monaco'} />
      </div>
      {shown === scenarioTab && (
        <div class="sheet-panel" id="scenario-panel" role="tabpanel" aria-labelledby="tab-scenario" tabIndex={0}>
          <ScenarioSheet exercise={exercise} />
        </div>
      )}
      {node !== null && parts !== null && hasContainer && isTerminalOpen && (
        <>
          <Separator
            name="terminalPercent"
            settings={bench.settings}
            label="Height of the terminal"
            controls="terminal"
            orientation="horizontal"
          />
          <parts.TerminalPanel
            node={node}
            settings={bench.settings}
            onClose={toggleTerminal}
            onLeave={() => editor.current?.focus()}
          />
        </>
      )}
      <StatusLine
        bench={bench}
        onEngine={onEngine}
        terminal={node === null || !hasContainer ? null : { isOpen: isTerminalOpen, toggle: toggleTerminal }}
        types={types}
        isTabFree={isTabFree}
        onPlace={(...place) => handle.current?.goTo(...place)}
      />
    </>
  );
}

/** The starter's files in their order, then the learner's own by name. */
function namesOf(files: Files, starter: Files): string[] {
  const own = Object.keys(files).filter((name) => !(name in starter));
  return [...Object.keys(starter).filter((name) => name in files), ...own.toSorted()];
}

interface FileTabsProps {
  readonly names: readonly string[];
  readonly shown: string;
  readonly onShow: (name: string) => void;
}

function FileTabs({ names, shown, onShow }: FileTabsProps) {
  const all = [...names, scenarioTab];
  const move = (event: KeyboardEvent): void => {
    const at = all.indexOf(shown);
    const targets: Record<string, number> = {
      ArrowRight: (at + 1) % all.length,
      ArrowLeft: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    const next = all[targets[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    onShow(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs file-tabs" role="tablist" aria-label="Files" onKeyDown={move}>
      {all.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === shown}
          aria-controls={name === scenarioTab ? 'scenario-panel' : 'editor-panel'}
          tabIndex={name === shown ? 0 : -1}
          onClick={() => onShow(name)}
        >
          {name}
          {name === scenarioTab && (
            <svg class="lock" viewBox="0 0 12 14" width="9" height="11" role="img" aria-label="read only">
              <path d="M2 6h8v6.5H2zM3.8 6V4a2.2 2.2 0 0 1 4.4 0v2" />
            </svg>
          )}
        </button>
      ))}
    </div>
  );
}

function mannerOf({ editorFontPx, tabMovesFocus, screenReader }: Settings): EditorManner {
  return { fontPx: editorFontPx, tabMovesFocus, screenReader };
}

interface EditorStart {
  readonly bench: Bench;
  readonly field: HTMLTextAreaElement;
  readonly gutter: HTMLElement;
  readonly host: HTMLElement;
  readonly onEditor: (editor: CodeEditor) => void;
  readonly onTypes: (report: TypeReport) => void;
  readonly onTabFreed: (isFree: boolean) => void;
}

/** Starts with the text field, goes on with Monaco, and keeps both in step with the drafts. Returns how to end it. */
function startEditor({ bench, field, gutter, host, onEditor, onTypes, onTabFreed }: EditorStart): () => void {
  const { drafts, hints, settings, exercise } = bench;
  const events = {
    onEdit(file: string, text: string) {
      drafts.edit(file, text);
      hints.changed();
    },
    onTabFreed,
  };
  const plain = createPlainEditor({
    field,
    gutter,
    files: drafts.$files.get(),
    file: exercise.entry,
    manner: mannerOf(settings.$settings.get()),
    events,
  });
  let current: PlainEditor | (CodeEditor & { setManner(manner: EditorManner): void }) = plain;
  onEditor(plain);

  let known = drafts.$files.get();
  const cleanUp = [
    drafts.$files.listen((files) => {
      const before = known;
      known = files;
      for (const file of new Set([...Object.keys(before), ...Object.keys(files)])) {
        if (before[file] !== files[file]) current.setText(file, files[file] ?? null);
      }
    }),
    settings.$settings.listen((next) => current.setManner(mannerOf(next))),
    () => current.dispose(),
  ];

  let isOver = false;
  cleanUp.push(() => (isOver = true));
  async function loadMonaco(): Promise<void> {
    try {
      if (importMonaco === null) return;
      const { createMonacoEditor } = await importMonaco();
      if (isOver) return;
      const monaco = await createMonacoEditor({
        host,
        atRest: () => plain.atRest(),
        takeOver: () => plain.handOver(),
        reveal() {
          host.hidden = false;
          (field.parentElement as HTMLElement).hidden = true;
        },
        manner: mannerOf(settings.$settings.get()),
        events,
        onTypes,
        mayImportPackages: bench.isNodePage,
      });
      plain.dispose();
      current = monaco;
      if (isOver) monaco.dispose();
      else onEditor(monaco);
    } catch (error) {
      // The text field stays, and does all that is needed.
      console.warn('The larger editor could not be loaded; the plain one stays.', error);
    }
  }
  if (!isTouch()) {
    const once = new AbortController();
    const begin = (): void => {
      if (once.signal.aborted) return;
      once.abort();
      void loadMonaco();
    };
    field.addEventListener('focus', begin, { signal: once.signal });
    whenIdle(begin, once.signal);
    if (document.activeElement === field) begin();
    cleanUp.push(() => once.abort());
  }
  return () => {
    for (const each of cleanUp) each();
  };
}

/** A screen without a precise pointer: Monaco is no help there. */
function isTouch(): boolean {
  return matchMedia('(pointer: coarse) and (not (any-pointer: fine))').matches;
}

function whenIdle(run: () => void, signal: AbortSignal): void {
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(run, 300);
    signal.addEventListener('abort', () => clearTimeout(timer));
    return;
  }
  const id = requestIdleCallback(run, { timeout: 3_000 });
  signal.addEventListener('abort', () => cancelIdleCallback(id));
}
