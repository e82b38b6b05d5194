// Settings by their path, and what of them differs from the scenario as it was written.
import type { Field } from '#lab/scenario/form.ts';
import type { Draft } from './protocol.ts';

export type Path = readonly (string | number)[];

export function valueAt(draft: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined,
    draft,
  );
}

/** A copy with one value changed; `undefined` takes it away. */
export function withValue<T>(data: T, path: Path, value: unknown): T {
  const [first, ...rest] = path;
  if (first === undefined) return value as T;
  if (Array.isArray(data)) {
    const copy: unknown[] = [...(data as unknown[])];
    copy[Number(first)] = withValue(copy[Number(first)], rest, value);
    return copy as T;
  }
  const copy: Record<string, unknown> = { ...(data as Record<string, unknown>) };
  const next = withValue(copy[first], rest, value);
  if (next === undefined) delete copy[first];
  else copy[first] = next;
  return copy as T;
}

/** A setting that is not as it was written. */
export interface Change {
  readonly path: Path;
  /** undefined: it was taken away. */
  readonly value: unknown;
}

/** The changes that turn `from` into `to`: single values where the shape is the same, whole lists where it is not. */
export function changesOf(from: unknown, to: unknown, path: Path = []): Change[] {
  if (Object.is(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to) && from.length === to.length)
    return to.flatMap((value, i) => changesOf(from[i], value, [...path, i]));
  if (isObject(from) && isObject(to)) {
    const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
    return names.flatMap((name) => changesOf(from[name], to[name], [...path, name]));
  }
  return [{ path, value: to }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function applied(draft: Draft, changes: readonly Change[]): Draft {
  return changes.reduce((result, { path, value }) => withValue(result, path, value), draft);
}

/** The setting at a path: its words from the outside in, and itself where the path ends at one. */
export function settingAt(
  form: Readonly<Record<string, Field>>,
  path: Path,
  draft: Draft,
): { words: string; field: Field | null } {
  const words: string[] = [];
  let field: Field | undefined;
  for (const [i, part] of path.entries()) {
    if (field?.kind === 'variant') {
      if (part === field.by) {
        words.push('Kind');
        return { words: words.filter(Boolean).join(' '), field: null };
      }
      field = field.variants[String(valueAt(draft, [...path.slice(0, i), field.by]))];
    }
    if (typeof part === 'number') {
      words.push(String(part + 1));
      field = field?.kind === 'list' ? field.item : undefined;
    } else {
      field = fieldsOf(field, form)[part];
      words.push(field?.label ?? part);
    }
  }
  return { words: words.filter(Boolean).join(' '), field: field ?? null };
}

function fieldsOf(field: Field | undefined, form: Readonly<Record<string, Field>>): Readonly<Record<string, Field>> {
  if (field === undefined) return form;
  return field.kind === 'group' ? field.fields : {};
}
