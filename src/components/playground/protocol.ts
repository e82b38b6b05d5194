// What the playground's page and its worker say to each other.
import type { Field } from '#lab/scenario/form.ts';
import type { Problem } from '#lab/scenario/simulate.ts';
import type { Plot } from '#lab/scenario/system.ts';
import type { Reading, RunTrace } from '#lab/trace/run-trace.ts';

/** Settings of a scenario as plain data, before any check. */
export type Draft = Readonly<Record<string, unknown>>;

/** A system in words, and its form. */
export interface SystemView {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly form: Readonly<Record<string, Field>>;
  readonly series: Readonly<Record<string, Reading>>;
  readonly totals: Readonly<Record<string, Reading>>;
  readonly plots: readonly Plot[];
}

/** A run as the page shows it. */
export interface RunView {
  readonly trace: RunTrace;
  /** The events that are worth a line, in words. */
  readonly events: readonly { readonly atMs: number; readonly words: string }[];
  /** How long the run took, in ms of the reader's time. */
  readonly tookMs: number;
}

export type Request =
  | { readonly kind: 'open'; readonly name: string }
  | { readonly kind: 'run'; readonly run: number; readonly draft: Draft; readonly seed: number };

export type Answer =
  | { readonly kind: 'opened'; readonly name: string; readonly system: SystemView; readonly scenario: Draft }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'ran'; readonly run: number; readonly view: RunView }
  | { readonly kind: 'refused'; readonly run: number; readonly problems: readonly Problem[] }
  | { readonly kind: 'threw'; readonly run: number; readonly message: string };
