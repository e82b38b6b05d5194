// A run as an address: the scenario's name, and what differs from it; so a link says what was changed, in words.
import type { Change, Path } from './draft.ts';

/** What is needed to make a run again. */
export interface RunLink {
  readonly name: string;
  readonly seed: number;
  readonly changes: readonly Change[];
}

/** The run that is shown, and the one that it is compared with. */
export interface LabLink extends RunLink {
  readonly kept: RunLink | null;
  /** Parts of the address that could not be read. */
  readonly unread: readonly string[];
}

/** As in #spike-20k-120k?members=16&seed=3, with the kept run in `with`. */
export function hashOf({ kept, ...run }: Omit<LabLink, 'unread'>): string {
  const parameters = parametersOf(run);
  if (kept !== null) parameters.set('with', textOf(kept.name, parametersOf(kept)));
  return `#${textOf(run.name, parameters)}`;
}

function textOf(name: string, parameters: URLSearchParams): string {
  const text = parameters.toString();
  return text === '' ? name : `${name}?${text}`;
}

function parametersOf({ seed, changes }: RunLink): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const { path, value } of changes)
    parameters.set(path.join('.'), value === undefined ? '' : JSON.stringify(value));
  if (seed !== 0) parameters.set('seed', String(seed));
  return parameters;
}

/** Reads an address; null when it names no scenario. Parts that cannot be read are left out, and named. */
export function readHash(hash: string): LabLink | null {
  const run = readText(hash.replace(/^#/, ''));
  if (run === null) return null;
  const { parameters, unread, ...rest } = run;
  const text = parameters.get('with');
  const read = text === null ? null : readText(text);
  const kept = read === null ? null : { name: read.name, seed: read.seed, changes: read.changes };
  return { ...rest, kept, unread: text !== null && read === null ? [...unread, 'with'] : unread };
}

interface ReadLink extends RunLink {
  readonly parameters: URLSearchParams;
  readonly unread: readonly string[];
}

function readText(text: string): ReadLink | null {
  const at = text.indexOf('?');
  const name = at < 0 ? text : text.slice(0, at);
  if (!/^[a-z0-9-]+$/.test(name)) return null;
  const parameters = new URLSearchParams(at < 0 ? '' : text.slice(at + 1));
  const changes: Change[] = [];
  const unread: string[] = [];
  for (const [key, value] of parameters) {
    if (key === 'seed' || key === 'with') continue;
    const path = pathOf(key);
    if (path === null) unread.push(key);
    else if (value === '') changes.push({ path, value: undefined });
    else {
      try {
        changes.push({ path, value: JSON.parse(value) as unknown });
      } catch {
        unread.push(key);
      }
    }
  }
  const seed = Number(parameters.get('seed') ?? 0);
  const isSeed = Number.isSafeInteger(seed) && seed >= 0;
  if (!isSeed) unread.push('seed');
  return { name, seed: isSeed ? seed : 0, changes, parameters, unread };
}

function pathOf(key: string): Path | null {
  const parts = key.split('.');
  const isSafe = parts.every((part) => /^[A-Za-z0-9]+$/.test(part) && !(part in Object.prototype));
  return isSafe ? parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part)) : null;
}
