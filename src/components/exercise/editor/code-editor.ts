// What the page asks of an editor, whichever it is: the plain text field that is there at once, or Monaco.

/** A text with its selection, as offsets. */
export interface TextState {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What one editor leaves to the next. */
export interface HandOver {
  /** Each file's states, from the first that can be gone back to up to the present one. */
  readonly histories: ReadonlyMap<string, readonly TextState[]>;
  readonly file: string;
  readonly scrollTop: number;
  readonly scrollLeft: number;
  readonly hasFocus: boolean;
}

export interface CodeEditor {
  readonly kind: 'plain' | 'monaco';
  /** Shows a file of those it was given. */
  show(file: string): void;
  /** Replaces a file's text from outside, as one step that can be undone; null removes the file. */
  setText(file: string, text: string | null): void;
  /** Puts the caret there, both counted from 1, and the focus into the editor. */
  goTo(file: string, line: number, column: number): void;
  focus(): void;
  dispose(): void;
}

/** How an editor behaves; may change while it is used. */
export interface EditorManner {
  readonly fontPx: number;
  readonly tabMovesFocus: boolean;
  readonly screenReader: 'auto' | 'on' | 'off';
}

/** What an editor tells. */
export interface EditorEvents {
  onEdit(file: string, text: string): void;
  /** Escape was pressed: for the next key, Tab leaves the editor. */
  onTabFreed(isFree: boolean): void;
}

/** Type errors of all files, and the first of them. */
export interface TypeReport {
  readonly errors: number;
  readonly first: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
  } | null;
}

/** Lines are this much taller than their letters, in both editors. */
export function lineHeightPx(fontPx: number): number {
  return Math.round(fontPx * 1.65);
}

/** The smallest replacement that makes `after` of `before`. */
export function changeBetween(before: string, after: string): { from: number; to: number; text: string } {
  let from = 0;
  const shortest = Math.min(before.length, after.length);
  while (from < shortest && before[from] === after[from]) from++;
  let kept = 0;
  while (kept < shortest - from && before[before.length - 1 - kept] === after[after.length - 1 - kept]) kept++;
  return { from, to: before.length - kept, text: after.slice(from, after.length - kept) };
}
