// Finds our messages in a process's merged output, and hands on the rest as text.

import { mostOutput } from '#graders/hosts/watch.ts';
import type { InsideMessage } from './job.ts';

export interface OutputHearer {
  message(message: InsideMessage): void;
  /** What else was written, in pieces as they came, with line ends and ANSI codes. */
  text(text: string): void;
  /** A line that is ours and cannot be read: never the program's fault. */
  broken(line: string): void;
  /** More text than the cap came; told once, and the text after it is dropped. */
  overflow(): void;
}

export interface OutputReader {
  push(chunk: string): void;
  /** Nothing more comes: a last line need not have its end. */
  end(): void;
}

/** A message that goes on for longer is none. */
const mostMessage = 32 * 1024 * 1024;

const kinds: readonly unknown[] = ['hello', 'beat', 'session', 'over'] satisfies InsideMessage['kind'][];

/**
 * Reads `nonce{json}` up to the end of its line, wherever chunks are cut, with codes of a terminal around it and with text of a
 * program that ended without a line end before it.
 */
export function readOutput(nonce: string, hearer: OutputHearer, cap = mostOutput): OutputReader {
  /** Of a line that is not over: our message, or what may be the beginning of a nonce. */
  let open = '';
  let isMessage = false;
  let textLength = 0;
  let isOver = false;

  function text(piece: string): void {
    if (piece === '' || isOver) return;
    textLength += piece.length;
    if (textLength <= cap) return hearer.text(piece);
    isOver = true;
    hearer.overflow();
  }

  function message(line: string, mayBeCut: boolean): void {
    const parsed = parse(line.slice(nonce.length));
    if (parsed !== null) hearer.message(parsed);
    else if (!mayBeCut) hearer.broken(line);
  }

  function push(chunk: string): void {
    open += chunk;
    for (;;) {
      if (!isMessage) {
        const start = open.indexOf(nonce);
        if (start === -1) break;
        text(open.slice(0, start));
        open = open.slice(start);
        isMessage = true;
      }
      const end = open.indexOf('\n');
      if (end === -1) {
        if (open.length > mostMessage) {
          hearer.broken(open.slice(0, 200));
          open = '';
          isMessage = false;
        }
        return;
      }
      message(open.slice(0, end), false);
      open = open.slice(end + 1);
      isMessage = false;
    }
    const kept = beginningAtEnd(open, nonce);
    text(open.slice(0, open.length - kept));
    open = open.slice(open.length - kept);
  }

  return {
    push,
    end() {
      if (isMessage) message(open, true);
      else text(open);
      open = '';
      isMessage = false;
    },
  };
}

/** How many characters at the end of `text` are the beginning of `nonce`. */
function beginningAtEnd(text: string, nonce: string): number {
  for (let length = Math.min(text.length, nonce.length - 1); length > 0; length--) {
    if (text.endsWith(nonce.slice(0, length))) return length;
  }
  return 0;
}

function parse(json: string): InsideMessage | null {
  try {
    const value: unknown = JSON.parse(withoutCodes(json));
    return isInsideMessage(value) ? value : null;
  } catch {
    return null;
  }
}

function isInsideMessage(value: unknown): value is InsideMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !kinds.includes(value.kind)) return false;
  if (value.kind === 'session') return 'event' in value && typeof value.event === 'object' && value.event !== null;
  if (value.kind === 'over') return 'failure' in value && typeof value.failure === 'object';
  return true;
}

/** Codes that colour text, move the cursor or set a title, and single ones; JSON holds none of them. */
const codes = new RegExp(
  [
    '\u001B\\[[0-?]*[ -/]*[@-~]',
    '\u001B\\][^\u0007\u001B]*(?:\u0007|\u001B\\\\)',
    '\u001B[ -/]*[0-Z\\\\^-~]',
    '[\u0000-\u0008\u000B-\u001F\u007F]',
  ].join('|'),
  'g',
);

export function withoutCodes(text: string): string {
  return text.replace(codes, '');
}
