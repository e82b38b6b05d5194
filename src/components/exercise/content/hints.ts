// hints.md as ladders: a heading for each check, and under it one numbered line for each rung.

import { inlineHtml } from './markdown.ts';

/** The rungs of each check's ladder as HTML, by check. */
export type HintLadders = Readonly<Record<string, readonly string[]>>;

/** What the rungs are, from first to last. A shorter ladder leaves out the first ones. */
export const rungNames = ['Look', 'Principle', 'Direction', 'Worked step', 'Solution'] as const;

/** Reads hints.md; throws for a ladder without rungs, or for a check that does not exist. */
export function readHints(source: string, checks: readonly string[], file = 'hints.md'): HintLadders {
  const ladders: Record<string, string[]> = {};
  let rungs: string[] | null = null;
  for (const line of source.split('\n')) {
    const heading = /^## +(\S+)\s*$/.exec(line)?.[1];
    if (heading !== undefined) {
      if (!checks.includes(heading))
        throw new Error(`${file}: there is no check ${heading}. The checks are: ${checks.join(', ')}.`);
      if (heading in ladders) throw new Error(`${file}: ${heading} has two ladders. Join them into one.`);
      rungs = ladders[heading] = [];
      continue;
    }
    const rung = /^\d+\. +(.+)$/.exec(line)?.[1];
    if (rung !== undefined && rungs !== null) rungs.push(rung.trim());
    else if (rungs !== null && rungs.length > 0 && /^\s+\S/.test(line)) rungs.push(`${rungs.pop()} ${line.trim()}`);
  }
  return Object.fromEntries(
    Object.entries(ladders).map(([check, texts]) => {
      if (texts.length === 0 || texts.length > rungNames.length)
        throw new Error(`${file}: ${check} has ${texts.length} rungs; a ladder has 1 to ${rungNames.length}.`);
      return [check, texts.map(inlineHtml)];
    }),
  );
}

/** The name of a rung, counted from 0, in a ladder of `rungs`. */
export function rungName(rung: number, rungs: number): string {
  return rungNames[rung + rungNames.length - rungs] ?? 'Hint';
}
