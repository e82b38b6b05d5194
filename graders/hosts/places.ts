// From a stack trace to lines of the learner's own files.

import type { Place } from './session.ts';

/** Compiled files carry this prefix as their source name, so that a stack tells them from ours. */
export const sourceScheme = 'program:///';

// Files that give a program provided modules have a colon in their path: those are not the learner's, and do not match.
const frame = /program:\/\/\/([^\s):]+):(\d+)(?::(\d+))?/g;

/**
 * The learner's lines in an error's stack, nearest first. `rename` maps other names of the files
 * (blob addresses, in engines that ignore sourceURL) to `program:///` names.
 */
export function placesIn(error: unknown, rename: (stack: string) => string = (stack) => stack): Place[] {
  return [...rename(stackOf(error)).matchAll(frame)].map(([, file, line, column]) => ({
    file: file as string,
    line: Number(line),
    column: Number(column ?? 1),
  }));
}

/** The stack of something thrown, or nothing: it is the program's, so even to look at it may throw. */
function stackOf(error: unknown): string {
  try {
    const stack = typeof error === 'object' && error !== null ? (error as { stack?: unknown }).stack : undefined;
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}
