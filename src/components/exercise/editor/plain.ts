// The plain text field: there from the first moment, on touch screens for good, and when Monaco cannot be loaded.

import {
  lineHeightPx,
  type CodeEditor,
  type EditorEvents,
  type EditorManner,
  type HandOver,
  type TextState,
} from './code-editor.ts';
import { createHistory, type History } from './history.ts';

export interface PlainEditor extends CodeEditor {
  setManner(manner: EditorManner): void;
  /** Resolves when no composition of a character is under way. */
  atRest(): Promise<void>;
  handOver(): HandOver;
}

export interface PlainEditorOptions {
  readonly field: HTMLTextAreaElement;
  /** Where the line numbers stand. */
  readonly gutter: HTMLElement;
  readonly files: Readonly<Record<string, string>>;
  readonly file: string;
  readonly manner: EditorManner;
  readonly events: EditorEvents;
}

interface OpenFile {
  history: History;
  scrollTop: number;
  scrollLeft: number;
}

/** Makes the text field an editor of several files: indentation with Tab, line numbers, undo that can be handed on. */
export function createPlainEditor(options: PlainEditorOptions): PlainEditor {
  const { field, gutter, events } = options;
  const abort = new AbortController();
  const { signal } = abort;
  let { file, manner } = options;
  let isComposing = false;
  let isTabFree = false;
  const open = new Map<string, OpenFile>();
  for (const [name, text] of Object.entries(options.files)) add(name, text);

  function add(name: string, text: string): OpenFile {
    const opened = { history: createHistory({ text, start: 0, end: 0 }), scrollTop: 0, scrollLeft: 0 };
    open.set(name, opened);
    return opened;
  }
  const stateOf = (): TextState => ({ text: field.value, start: field.selectionStart, end: field.selectionEnd });
  const current = (): OpenFile => open.get(file) ?? add(file, '');
  const textOf = (name: string): string | undefined => open.get(name)?.history.states.at(-1)?.text;

  function number(): void {
    const lines = field.value.split('\n').length;
    if (gutter.childElementCount === 0 && Number(gutter.dataset['lines']) === lines) return;
    gutter.dataset['lines'] = String(lines);
    gutter.textContent = Array.from({ length: lines }, (_, i) => i + 1).join('\n');
  }
  function follow(): void {
    gutter.style.transform = `translateY(${-field.scrollTop}px)`;
  }

  function remember(): void {
    const opened = open.get(file);
    if (opened === undefined) return;
    opened.history.note(stateOf(), performance.now());
    opened.scrollTop = field.scrollTop;
    opened.scrollLeft = field.scrollLeft;
  }

  function present(): void {
    const { history, scrollTop, scrollLeft } = current();
    const { text, start, end } = history.states.at(-1) as TextState;
    if (field.value !== text) field.value = text;
    field.setSelectionRange(start, end);
    field.scrollTop = scrollTop;
    field.scrollLeft = scrollLeft;
    number();
    follow();
  }

  function freeTab(isFree: boolean): void {
    if (isTabFree === isFree) return;
    isTabFree = isFree;
    events.onTabFreed(isFree);
  }

  /** Types as the learner would, so that the field can undo it. */
  function type(text: string): void {
    if (!document.execCommand('insertText', false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }
  }

  function indent(isBack: boolean): void {
    const { value, selectionStart, selectionEnd } = field;
    if (selectionStart === selectionEnd && !isBack) return type('  ');
    const from = value.lastIndexOf('\n', selectionStart - 1) + 1;
    const lines = value.slice(from, selectionEnd).split('\n');
    const changed = lines.map((line) => (isBack ? line.replace(/^ {1,2}/, '') : `  ${line}`));
    if (changed.join('\n') === lines.join('\n')) return;
    const first = (changed[0] as string).length - (lines[0] as string).length;
    const all = changed.join('\n').length - lines.join('\n').length;
    field.setSelectionRange(from, selectionEnd);
    type(changed.join('\n'));
    field.setSelectionRange(Math.max(from, selectionStart + first), selectionEnd + all);
  }

  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const { key } = event;
    if (key === 'Escape') return freeTab(true);
    if (key === 'Tab') {
      const leaves = isTabFree || manner.tabMovesFocus || field.readOnly;
      freeTab(false);
      if (leaves) return;
      event.preventDefault();
      indent(event.shiftKey);
    } else if (key === 'Enter' && !event.shiftKey) {
      const lineStart = field.value.lastIndexOf('\n', field.selectionStart - 1) + 1;
      const before = field.value.slice(lineStart, field.selectionStart);
      const depth = (/^ */.exec(before)?.[0] ?? '') + (/[{([]\s*$/.test(before) ? '  ' : '');
      freeTab(false);
      if (depth === '') return;
      event.preventDefault();
      type(`\n${depth}`);
    } else if (key !== 'Shift') freeTab(false);
  }

  field.addEventListener(
    'input',
    () => {
      current().history.note(stateOf(), performance.now());
      number();
      events.onEdit(file, field.value);
    },
    { signal },
  );
  field.addEventListener('keydown', onKey, { signal });
  field.addEventListener('scroll', follow, { signal, passive: true });
  field.addEventListener('blur', () => freeTab(false), { signal });
  field.addEventListener('compositionstart', () => (isComposing = true), { signal });
  field.addEventListener('compositionend', () => (isComposing = false), { signal });

  function setManner(next: EditorManner): void {
    manner = next;
    const box = field.parentElement as HTMLElement;
    box.style.setProperty('--code-size', `${next.fontPx}px`);
    box.style.setProperty('--code-line', `${lineHeightPx(next.fontPx)}px`);
    follow();
  }
  setManner(manner);
  present();

  return {
    kind: 'plain',
    show(name) {
      remember();
      file = name;
      present();
    },
    setText(name, text) {
      if (text === null) {
        open.delete(name);
        return;
      }
      if (textOf(name) === text) return;
      const opened = open.get(name) ?? add(name, text);
      opened.history.note({ text, start: 0, end: 0 }, performance.now(), true);
      opened.scrollTop = 0;
      if (name === file) present();
    },
    goTo(name, line, column) {
      if (name !== file) {
        remember();
        file = name;
        present();
      }
      const lines = field.value.split('\n');
      const at =
        lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) +
        Math.min(column - 1, lines[line - 1]?.length ?? 0);
      field.focus();
      field.setSelectionRange(at, at);
      field.scrollTop = Math.max(0, (line - 1) * lineHeightPx(manner.fontPx) - field.clientHeight / 3);
    },
    focus: () => field.focus(),
    setManner,
    async atRest() {
      while (isComposing) {
        await new Promise((resolve) => field.addEventListener('compositionend', resolve, { once: true }));
        // The character arrives with the input event that follows.
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
    handOver() {
      remember();
      return {
        histories: new Map([...open].map(([name, { history }]) => [name, history.states])),
        file,
        scrollTop: field.scrollTop,
        scrollLeft: field.scrollLeft,
        hasFocus: document.activeElement === field,
      };
    },
    dispose: () => abort.abort(),
  };
}
