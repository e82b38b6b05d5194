// The form of a system, made from its schema: every setting with its words, unit and bounds.
import { Fragment } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Field } from '#lab/scenario/form.ts';
import type { Problem } from '#lab/scenario/simulate.ts';
import { changesOf, valueAt, type Path } from './draft.ts';
import type { Draft } from './protocol.ts';
import { fromSlider, parseQuantity, placesOf, quantityInWords, toSlider } from './quantities.ts';

interface FormProps {
  readonly draft: Draft;
  /** The scenario as it was written: what differs from it is marked. */
  readonly written: Draft;
  readonly problems: readonly Problem[];
  readonly onSet: (path: Path, value: unknown) => void;
}

interface FieldProps<F extends Field = Field> extends FormProps {
  readonly field: F;
  readonly path: Path;
}

export function Fields({ fields, path, ...form }: FormProps & { fields: Readonly<Record<string, Field>>; path: Path }) {
  return (
    <>
      {Object.entries(fields).map(([name, field]) => (
        <Setting key={name} {...form} field={field} path={[...path, name]} />
      ))}
    </>
  );
}

function Setting(props: FieldProps) {
  const { field, path, draft, onSet } = props;
  const value = valueAt(draft, path);
  if (value === undefined && field.isOptional) {
    return (
      <div class="setting setting-unset">
        <span class="setting-label">
          <Breakable text={field.label} />
        </span>
        <button type="button" class="button button-quiet setting-small" onClick={() => onSet(path, field.initial)}>
          Set<span class="visually-hidden"> {field.label}</span>
        </button>
        <About field={field} />
        <Problems {...props} />
      </div>
    );
  }
  switch (field.kind) {
    case 'number':
      return <NumberSetting {...props} field={field} />;
    case 'choice':
      return <ChoiceSetting {...props} field={field} />;
    case 'flag':
      return <FlagSetting {...props} />;
    case 'group':
      return (
        <fieldset class="setting-group">
          <legend>
            {field.label}
            <TakeAway {...props} />
          </legend>
          <About field={field} />
          <Fields {...props} fields={field.fields} />
          <Problems {...props} />
        </fieldset>
      );
    case 'list':
      return <ListSetting {...props} field={field} />;
    case 'variant':
      return <VariantSetting {...props} field={field} />;
    case 'text':
      return null;
    default:
      return field satisfies never;
  }
}

function NumberSetting(props: FieldProps<Extract<Field, { kind: 'number' }>>) {
  const { field, path, draft, onSet } = props;
  const id = useId();
  const value = Number(valueAt(draft, path) ?? field.initial);
  const words = quantityInWords(value, field.unit);
  const [typed, setTyped] = useState<string | null>(null);
  const [isOdd, setOdd] = useState(false);
  useEffect(() => setTyped(null), [value]);

  function commit(text: string): void {
    if (text.trim() === '') return setTyped(null);
    const read = parseQuantity(text, field.unit, words);
    setOdd(read === null);
    if (read === null) return;
    setTyped(null);
    if (read !== value) onSet(path, read);
  }
  const place = toSlider(field, value);
  return (
    <div class="setting" data-changed={isChanged(props) || undefined}>
      <label class="setting-label" for={id}>
        <Breakable text={field.label} />
      </label>
      <span class="setting-value">
        <input
          id={id}
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={typed ?? words}
          aria-describedby={`${id}-about`}
          aria-invalid={isOdd || hasProblem(props) || undefined}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={(event) => commit(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit(event.currentTarget.value);
            if (event.key === 'Escape') {
              setTyped(null);
              setOdd(false);
            }
          }}
        />
        <TakeAway {...props} />
      </span>
      <input
        type="range"
        autocomplete="off"
        aria-label={field.label}
        aria-valuetext={words}
        min={0}
        max={placesOf(field)}
        value={place}
        style={{ '--filled': `${(place / placesOf(field)) * 100}%` }}
        onInput={(event) => {
          setOdd(false);
          onSet(path, fromSlider(field, Number(event.currentTarget.value)));
        }}
      />
      <About field={field} id={`${id}-about`} />
      {isOdd && (
        <p class="setting-problem" role="alert">
          Write a number, with a unit if you like: {examples(field.unit)}.
        </p>
      )}
      {!isOdd && value < field.least && (
        <p class="setting-problem">It is at least {quantityInWords(field.least, field.unit)}.</p>
      )}
      {!isOdd && value > field.most && (
        <p class="setting-problem">It is at most {quantityInWords(field.most, field.unit)}.</p>
      )}
      {!isOdd && value >= field.least && value <= field.most && <Problems {...props} />}
    </div>
  );
}

function examples(unit: Extract<Field, { kind: 'number' }>['unit']): string {
  if (unit === 'ms') return '300 ms, 5 min, 2 h';
  if (unit === 'bytes' || unit === 'bytes/s') return '512, 64 KiB, 1 MB';
  if (unit === 'share') return '0.3 or 30 %';
  return '48, 20k, 1.5M';
}

function ChoiceSetting(props: FieldProps<Extract<Field, { kind: 'choice' }>>) {
  const { field, path, draft, onSet } = props;
  const id = useId();
  return (
    <div class="setting" data-changed={isChanged(props) || undefined}>
      <label class="setting-label" for={id}>
        {field.label}
      </label>
      <span class="setting-value">
        <select
          id={id}
          autocomplete="off"
          value={String(valueAt(draft, path))}
          onChange={(event) => onSet(path, event.currentTarget.value)}
        >
          {field.values.map((value) => (
            <option key={value} value={value}>
              {field.names[value] ?? value}
            </option>
          ))}
        </select>
        <TakeAway {...props} />
      </span>
      <About field={field} />
      <Problems {...props} />
    </div>
  );
}

function FlagSetting(props: FieldProps) {
  const { field, path, draft, onSet } = props;
  return (
    <div class="setting" data-changed={isChanged(props) || undefined}>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          autocomplete="off"
          checked={valueAt(draft, path) === true}
          onChange={(event) => onSet(path, event.currentTarget.checked)}
        />
        <span>{field.label}</span>
      </label>
      <About field={field} />
      <Problems {...props} />
    </div>
  );
}

function ListSetting(props: FieldProps<Extract<Field, { kind: 'list' }>>) {
  const { field, path, draft, onSet } = props;
  const items = (valueAt(draft, path) ?? []) as readonly unknown[];
  const last = items.at(-1);
  return (
    <fieldset class="setting-group" data-changed={isChanged(props) || undefined}>
      <legend>{field.label}</legend>
      <About field={field} />
      <ol class="setting-list">
        {items.map((_, i) => (
          <li key={i}>
            {field.item.kind === 'group' ? (
              <Fields {...props} fields={field.item.fields} path={[...path, i]} />
            ) : (
              <Setting
                {...props}
                field={{ ...field.item, label: field.item.label || `${i + 1}` }}
                path={[...path, i]}
              />
            )}
            {items.length > field.least && (
              <button
                type="button"
                class="button button-quiet setting-small"
                onClick={() => onSet(path, without(items, i))}
              >
                Remove<span class="visually-hidden">{` ${field.label}, ${i + 1}`}</span>
              </button>
            )}
          </li>
        ))}
      </ol>
      {items.length < field.most && (
        <button
          type="button"
          class="button button-quiet setting-small"
          onClick={() => onSet(path, [...items, nextItem(last ?? field.item.initial, props)])}
        >
          Add<span class="visually-hidden"> to {field.label}</span>
        </button>
      )}
      <Problems {...props} />
    </fieldset>
  );
}

/** The list without an item; the first one of a list in time begins at 0. */
function without(items: readonly unknown[], at: number): unknown[] {
  const rest = items.toSpliced(at, 1);
  const first = rest[0];
  const startsAtZero = (items[0] as { fromMs?: unknown } | undefined)?.fromMs === 0;
  if (at === 0 && startsAtZero && typeof first === 'object' && first !== null) rest[0] = { ...first, fromMs: 0 };
  return rest;
}

/** One more like the last; what has a time begins later, within the run. */
function nextItem(last: unknown, { draft }: FormProps): unknown {
  if (typeof last !== 'object' || last === null) return last;
  const copy = { ...last } as Record<string, unknown>;
  const durationMs = Number(draft['durationMs'] ?? 0);
  for (const name of ['fromMs', 'atMs']) {
    const ms = copy[name];
    if (typeof ms === 'number') copy[name] = Math.round(ms < durationMs ? (ms + durationMs) / 2 : ms + 1);
  }
  const { fromMs, toMs } = copy;
  if (typeof fromMs === 'number' && typeof toMs === 'number')
    copy['toMs'] = Math.max(toMs, Math.min(durationMs, fromMs + 1));
  return copy;
}

function VariantSetting(props: FieldProps<Extract<Field, { kind: 'variant' }>>) {
  const { field, path, draft, onSet } = props;
  const id = useId();
  const word = String(valueAt(draft, [...path, field.by]));
  const chosen = field.variants[word];
  /** What each kind was set to when another was chosen, so that a look at another kind costs nothing. */
  const left = useRef<Record<string, unknown>>({});
  return (
    <fieldset class="setting-group" data-changed={isChanged(props) || undefined}>
      <legend>
        {field.label}
        <TakeAway {...props} />
      </legend>
      <About field={field} />
      <div class="setting">
        <label class="setting-label" for={id}>
          Kind
        </label>
        <span class="setting-value">
          <select
            id={id}
            autocomplete="off"
            value={word}
            onChange={(event) => {
              const next = event.currentTarget.value;
              left.current[word] = valueAt(draft, path);
              onSet(path, left.current[next] ?? field.variants[next]?.initial);
            }}
          >
            {Object.entries(field.variants).map(([name, variant]) => (
              <option key={name} value={name}>
                {variant.label || name}
              </option>
            ))}
          </select>
        </span>
        {chosen?.about && <p class="setting-about">{chosen.about}</p>}
      </div>
      {chosen?.kind === 'group' && <Fields {...props} fields={chosen.fields} />}
      <Problems {...props} />
    </fieldset>
  );
}

function TakeAway({ field, path, onSet }: FieldProps) {
  if (!field.isOptional) return null;
  return (
    <button
      type="button"
      class="button button-quiet setting-small"
      title="Leave it out"
      onClick={() => onSet(path, undefined)}
    >
      <span aria-hidden="true">×</span>
      <span class="visually-hidden">Leave out {field.label}</span>
    </button>
  );
}

function About({ field, id }: { field: Field; id?: string }) {
  return field.about === null ? null : (
    <p class="setting-about" id={id}>
      {field.about}
    </p>
  );
}

function Problems({ problems, path }: FieldProps) {
  return (
    <>
      {problems.filter(isAt(path)).map(({ says }) => (
        <p class="setting-problem" role="alert" key={says}>
          {sentence(says)}
        </p>
      ))}
    </>
  );
}

const predicate =
  /^(is|are|has|lies|ends|begins|makes|names|needs|takes|holds|comes|belongs|does|may|must|cannot|can)\b/;

/** A problem as a sentence about the setting above it. */
function sentence(says: string): string {
  return predicate.test(says) ? `It ${says}` : says.charAt(0).toUpperCase() + says.slice(1);
}

/** A configuration key that may break where its words and parts begin. */
function Breakable({ text }: { text: string }) {
  if (text.includes(' ')) return <>{text}</>;
  return (
    <>
      {text.split(/(?=[A-Z.])/).map((part, i) => (
        <Fragment key={`${i}-${part}`}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}

function hasProblem({ problems, path }: FieldProps): boolean {
  return problems.some(isAt(path));
}

function isAt(path: Path): (problem: Problem) => boolean {
  const key = path.join('.');
  return (problem) => problem.path.join('.') === key;
}

function isChanged({ draft, written, path }: FieldProps): boolean {
  return changesOf(valueAt(written, path), valueAt(draft, path)).length > 0;
}
