// What was typed into the plain text field, so that Monaco can undo it after it has taken over.

import type { TextState } from './code-editor.ts';

const mostStates = 200;
/** Keys that follow each other this closely are one step. */
const oneStepMs = 400;

export interface History {
  /** The present state; `isStep` begins a new step whatever the time. */
  note(state: TextState, atMs: number, isStep?: boolean): void;
  readonly states: readonly TextState[];
}

export function createHistory(first: TextState): History {
  const states: TextState[] = [first];
  let lastMs = -Infinity;
  return {
    states,
    note(state, atMs, isStep = false) {
      const last = states.at(-1) as TextState;
      if (last.text === state.text) {
        states[states.length - 1] = state;
        return;
      }
      const before = states.at(-2);
      // The text field undid a step: so do we.
      if (before !== undefined && before.text === state.text) states.pop();
      else if (!isStep && states.length > 1 && atMs - lastMs < oneStepMs) states[states.length - 1] = state;
      else states.push(state);
      if (states.length > mostStates) states.shift();
      lastMs = atMs;
    },
  };
}
