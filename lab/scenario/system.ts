// A simulated system as the rest of the platform sees it: a schema in, a trace out, and words for both.

import { z } from 'zod';
import type { Hop } from '../clock/kernel.ts';
import type { Reading, RunEvent, RunTrace } from '../trace/run-trace.ts';
import { duration } from './fields.ts';

/** What the scenarios of all systems have in common. */
export interface ScenarioBase {
  readonly system: string;
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly covers: readonly string[];
  readonly durationMs: number;
}

/** A plot worth drawing: series of one unit, the most telling first. */
export interface Plot {
  readonly title: string;
  readonly series: readonly string[];
}

export interface System<S extends ScenarioBase = ScenarioBase> {
  /** A slug, the scenario's `system`. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what is simulated, and the question that it answers. */
  readonly summary: string;
  /** Strict: an unknown name, a value out of bounds or a part that contradicts another is refused with its path. */
  readonly schema: z.ZodType<S>;
  /** What each series of the trace means, by name. */
  readonly series: Readonly<Record<string, Reading>>;
  /** What each total of the trace means, by name, in the order in which to show them. */
  readonly totals: Readonly<Record<string, Reading>>;
  readonly plots: readonly Plot[];
  /** An event in a few words; null for one that is not worth a line. */
  describe(event: RunEvent): string | null;
  /**
   * Runs a checked scenario. Laws: the same scenario and seed give the same bytes; seed 0 is the scenario as written.
   * A promise where a program is run in virtual time, which needs the host's hop.
   */
  run(scenario: S, seed: number, hop: Hop): RunTrace | Promise<RunTrace>;
  /** The laws of this system that the trace breaks, in words; none for a right trace. Conservation first of all. */
  broken(trace: RunTrace, scenario: S): readonly string[];
}

/** The name of a scenario or system: lower case, digits and hyphens. */
const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case words joined by hyphens');

/** The fields that every scenario has, for `z.strictObject({ ...scenarioFields('flink-job'), … })`. */
export function scenarioFields<const N extends string>(system: N, { mostMs = 31_536_000_000 } = {}) {
  return {
    system: z.literal(system).meta({ label: 'System' }),
    name: slug.max(60).meta({ label: 'Name' }),
    title: z.string().min(1).max(80).meta({ label: 'Title' }),
    summary: z.string().min(1).max(400).meta({ label: 'What happens' }),
    /** Ids of the course's items that it shows, such as S2.2. */
    covers: z
      .array(z.string().regex(/^(S[0-4]|B)\.?\d+$/))
      .max(40)
      .default([])
      .meta({ label: 'Covers' }),
    durationMs: duration({ label: 'Duration', about: 'Length of the run, in virtual time.', least: 1, most: mostMs }),
  };
}

/** Keeps a system's own types while it stands in the list of all. */
export function defineSystem<S extends ScenarioBase>(system: System<S>): System {
  return system as unknown as System;
}
