// Monaco, loaded when the page has settled: types of the lab, our colours, and the text field's work taken over.

import { editor, KeyCode, MarkerSeverity, Selection, Uri } from 'monaco-editor/editor';
import 'monaco-editor/features/anchorSelect/register';
import 'monaco-editor/features/bracketMatching/register';
import 'monaco-editor/features/caretOperations/register';
import 'monaco-editor/features/clipboard/register';
import 'monaco-editor/features/codeAction/register';
import 'monaco-editor/features/codeEditor/register';
import 'monaco-editor/features/codicon/register';
import 'monaco-editor/features/comment/register';
import 'monaco-editor/features/contextmenu/register';
import 'monaco-editor/features/cursorUndo/register';
import 'monaco-editor/features/find/register';
import 'monaco-editor/features/format/register';
import 'monaco-editor/features/gotoError/register';
import 'monaco-editor/editor/contrib/gotoSymbol/browser/goToCommands';
import 'monaco-editor/features/gotoSymbol/register';
import 'monaco-editor/features/hover/register';
import 'monaco-editor/features/indentation/register';
import 'monaco-editor/features/lineSelection/register';
import 'monaco-editor/features/linesOperations/register';
import 'monaco-editor/features/multicursor/register';
import 'monaco-editor/features/parameterHints/register';
import 'monaco-editor/features/rename/register';
import 'monaco-editor/features/smartSelect/register';
import 'monaco-editor/features/snippet/register';
// The package's own suggest/register brings inline completions only; the list of suggestions is the controller's.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController';
import 'monaco-editor/features/suggest/register';
import 'monaco-editor/features/toggleTabFocusMode/register';
import 'monaco-editor/features/wordHighlighter/register';
import 'monaco-editor/features/wordOperations/register';
import 'monaco-editor/features/wordPartOperations/register';
import 'monaco-editor/languages/definitions/typescript/register';
import { getTypeScriptWorker, typescriptDefaults } from 'monaco-editor/languages/features/typescript/register';
// Its styles as one file: those that its modules import are dropped from an Astro build, being no page's own.
import stylesUrl from '../../../../node_modules/monaco-editor/min/vs/editor/editor.main.css?url';
import { loadStyles } from '#src/components/ui/load-styles.ts';
import { currentTheme, onThemeChange } from '#src/components/ui/theme.ts';
import {
  changeBetween,
  lineHeightPx,
  type CodeEditor,
  type EditorEvents,
  type EditorManner,
  type HandOver,
  type TextState,
  type TypeReport,
} from './code-editor.ts';
import { declarationsOf, packagesIn } from './packages.ts';
import { themeOf } from './theme.ts';

export interface MonacoEditor extends CodeEditor {
  setManner(manner: EditorManner): void;
}

export interface MonacoOptions {
  readonly host: HTMLElement;
  /** Resolves when no character is being composed in the text field. */
  atRest(): Promise<void>;
  /** Asked for at the last moment, in the same turn in which Monaco is shown: nothing typed in between is lost. */
  takeOver(): HandOver;
  /** Shows the host and hides the text field. */
  reveal(): void;
  readonly manner: EditorManner;
  readonly events: EditorEvents;
  onTypes(report: TypeReport): void;
  /** Programs may import what the editor has no types of: then it takes any. */
  readonly mayImportPackages: boolean;
}

/** Declarations of the lab and of the globals that a program finds. */
async function loadTypes(): Promise<string> {
  const answer = await fetch('/exercises/lab-types.txt');
  if (!answer.ok) throw new Error(`The types of the lab did not load (${answer.status}).`);
  return answer.text();
}

/** TypeScript as the exercises are written in; the numbers are TypeScript's own, which Monaco's names do not all have. */
const compilerOptions = {
  target: 99, // ESNext
  module: 99, // ESNext
  moduleResolution: 100, // Bundler
  lib: ['es2023'],
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  moduleDetection: 3, // Force
  allowNonTsExtensions: true,
};

const uriOf = (file: string): Uri => Uri.parse(`file:///${file}`);
const fileOf = (uri: Uri): string => uri.path.slice(1);

function makeWorker(_: string, label: string): Worker {
  return label === 'typescript'
    ? new Worker(new URL('monaco-editor/languages/features/typescript/ts.worker.js', import.meta.url), {
        type: 'module',
        name: label,
      })
    : new Worker(new URL('monaco-editor/editor/editor.worker.js', import.meta.url), { type: 'module', name: label });
}

/** Puts Monaco into `host`; rejects when a part of it cannot be loaded, and the page goes on without it. */
export async function createMonacoEditor(options: MonacoOptions): Promise<MonacoEditor> {
  const { host, events, onTypes } = options;
  globalThis.MonacoEnvironment = { getWorker: makeWorker };
  const font = getComputedStyle(host).getPropertyValue('--mono').trim();
  const [types] = await Promise.all([
    loadTypes(),
    loadStyles(stylesUrl, 'editor'),
    document.fonts.load(`${options.manner.fontPx}px ${font.split(',')[0]}`).catch(() => []),
  ]);
  typescriptDefaults.setCompilerOptions(compilerOptions);
  typescriptDefaults.setEagerModelSync(true);
  let declared: string | null = null;
  function declarePackages(): void {
    const models = options.mayImportPackages ? editor.getModels() : [];
    const content = declarationsOf(packagesIn(models.map((model) => model.getValue())));
    if (content === declared) return;
    declared = content;
    typescriptDefaults.setExtraLibs([
      { content: types, filePath: 'file:///lab.d.ts' },
      { content, filePath: 'file:///packages.d.ts' },
    ]);
  }
  declarePackages();

  const cleanUp: (() => void)[] = [];
  const applyTheme = (): void => {
    const theme = currentTheme();
    editor.defineTheme(`spillway-${theme}`, themeOf(theme === 'dark'));
    editor.setTheme(`spillway-${theme}`);
  };
  applyTheme();
  cleanUp.push(onThemeChange(applyTheme));

  let manner = options.manner;
  const mannerOptions = (): editor.IEditorOptions => ({
    fontSize: manner.fontPx,
    lineHeight: lineHeightPx(manner.fontPx),
    tabFocusMode: manner.tabMovesFocus,
    accessibilitySupport: manner.screenReader,
  });
  const view = editor.create(host, {
    model: null,
    ...mannerOptions(),
    ariaLabel: 'Code editor. Escape and then Tab leaves it. Control and Enter, or Command and Enter, runs the program.',
    automaticLayout: true,
    contextmenu: true,
    fixedOverflowWidgets: true,
    folding: false,
    fontFamily: font,
    fontLigatures: false,
    glyphMargin: false,
    guides: { indentation: false, bracketPairs: false },
    hideCursorInOverviewRuler: true,
    lineDecorationsWidth: 16,
    lineNumbersMinChars: 3,
    minimap: { enabled: false },
    overviewRulerBorder: false,
    padding: { top: 12, bottom: 12 },
    renderFinalNewline: 'on',
    renderLineHighlight: 'none',
    scrollBeyondLastLine: false,
    scrollbar: { horizontalScrollbarSize: 10, verticalScrollbarSize: 10, alwaysConsumeMouseWheel: false },
    stickyScroll: { enabled: false },
    unicodeHighlight: { ambiguousCharacters: false },
  });
  cleanUp.push(() => view.dispose());

  const views = new Map<string, editor.ICodeEditorViewState | null>();
  let shown = '';
  let isQuiet = false;
  const modelOf = (file: string): editor.ITextModel | null => editor.getModel(uriOf(file));

  function addModel(file: string, states: readonly TextState[]): editor.ITextModel {
    const [first, ...later] = states as [TextState, ...TextState[]];
    const model = editor.createModel(first.text, 'typescript', uriOf(file));
    model.updateOptions({
      tabSize: 2,
      insertSpaces: true,
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    });
    let before = first;
    for (const state of later) {
      replace(model, before, state);
      before = state;
    }
    cleanUp.push(() => model.dispose());
    model.onDidChangeContent(() => {
      if (!isQuiet) events.onEdit(file, model.getValue());
      declarePackages();
    });
    return model;
  }

  /** One step that can be undone, with the selections before and after it. */
  function replace(model: editor.ITextModel, before: TextState, after: TextState): void {
    const { from, to, text } = changeBetween(before.text, after.text);
    const range = rangeOf(model, from, to);
    model.pushStackElement();
    model.pushEditOperations([selectionOf(model, before)], [{ range, text }], () => [selectionOf(model, after)]);
    model.pushStackElement();
  }

  function show(file: string): void {
    if (file === shown) return;
    views.set(shown, view.saveViewState());
    shown = file;
    view.setModel(modelOf(file));
    const state = views.get(file);
    if (state) view.restoreViewState(state);
  }

  // Escape frees the next Tab, unless it closes one of Monaco's own boxes.
  let isTabFree = false;
  function freeTab(isFree: boolean): void {
    if (isFree === isTabFree) return;
    isTabFree = isFree;
    view.updateOptions({ tabFocusMode: isFree || manner.tabMovesFocus });
    events.onTabFreed(isFree);
  }
  view.onKeyDown(({ keyCode }) => {
    if (keyCode === KeyCode.Escape) {
      const isBoxOpen = host.ownerDocument.querySelector(
        '.monaco-editor .suggest-widget.visible, .monaco-editor .parameter-hints-widget.visible, .monaco-editor .find-widget.visible, .monaco-editor .rename-box',
      );
      if (isBoxOpen === null) freeTab(true);
    } else if (keyCode !== KeyCode.Tab && keyCode !== KeyCode.Shift) freeTab(false);
  });
  view.onDidBlurEditorWidget(() => freeTab(false));

  function reportTypes(): void {
    const errors = editor
      .getModelMarkers({})
      .filter(({ severity, resource }) => severity === MarkerSeverity.Error && modelOf(fileOf(resource)) !== null);
    const [first] = errors;
    onTypes({
      errors: errors.length,
      first:
        first === undefined
          ? null
          : {
              file: fileOf(first.resource),
              line: first.startLineNumber,
              column: first.startColumn,
              message: first.message,
            },
    });
  }
  const markers = editor.onDidChangeMarkers(reportTypes);
  cleanUp.push(() => markers.dispose());

  await options.atRest();
  // From here to the end nothing waits: what was typed until now is here, what is typed next goes to Monaco.
  const { histories, file, scrollTop, scrollLeft, hasFocus } = options.takeOver();
  for (const [name, states] of histories) addModel(name, states);
  declarePackages();
  show(file);
  options.reveal();
  view.layout();
  const present = histories.get(file)?.at(-1);
  const model = modelOf(file);
  if (present !== undefined && model !== null) view.setSelection(selectionOf(model, present));
  view.setScrollPosition({ scrollTop, scrollLeft });
  if (hasFocus) view.focus();
  // Files without a fault make no marker: ask once whether they have been looked at.
  void checkedOnce([...histories.keys()].map(uriOf)).then(reportTypes, () => {});

  return {
    kind: 'monaco',
    show,
    setText(name, text) {
      const known = modelOf(name);
      if (text === null) {
        known?.dispose();
        views.delete(name);
        return;
      }
      if (known === null) {
        addModel(name, [{ text, start: 0, end: 0 }]);
        return;
      }
      if (known.getValue() === text) return;
      isQuiet = true;
      const before = known.getValue();
      replace(known, { text: before, start: 0, end: 0 }, { text, start: 0, end: 0 });
      isQuiet = false;
    },
    goTo(name, line, column) {
      show(name);
      view.setPosition({ lineNumber: line, column });
      view.revealPositionInCenterIfOutsideViewport({ lineNumber: line, column });
      view.focus();
    },
    focus: () => view.focus(),
    setManner(next) {
      manner = next;
      view.updateOptions(mannerOptions());
    },
    dispose() {
      for (const each of cleanUp.splice(0).toReversed()) each();
    },
  };
}

/** Resolves when TypeScript has looked at the files. Monaco rejects as long as its own set-up goes on. */
async function checkedOnce(files: readonly Uri[]): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const worker = await (await getTypeScriptWorker())(...files);
      for (const file of files) await worker.getSemanticDiagnostics(file.toString());
      return;
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

function rangeOf(model: editor.ITextModel, from: number, to: number) {
  const { lineNumber, column } = model.getPositionAt(from);
  const end = model.getPositionAt(to);
  return { startLineNumber: lineNumber, startColumn: column, endLineNumber: end.lineNumber, endColumn: end.column };
}

function selectionOf(model: editor.ITextModel, { start, end }: TextState): Selection {
  const range = rangeOf(model, start, end);
  return new Selection(range.startLineNumber, range.startColumn, range.endLineNumber, range.endColumn);
}
