// A schema as a form: what a reader may set, in which words, units and bounds, as plain data.

import { z } from 'zod';
import type { Unit } from '../trace/run-trace.ts';
import { withoutIds } from '../trace/words.ts';

interface Described {
  readonly label: string;
  readonly about: string | null;
  /** May be left out. */
  readonly isOptional: boolean;
  /** What it starts with when it is added, or when a choice asks for it. */
  readonly initial: unknown;
}

export type Field = Described &
  (
    | {
        readonly kind: 'number';
        readonly isWhole: boolean;
        readonly least: number;
        readonly most: number;
        readonly step: number | null;
        readonly unit: Unit | null;
        readonly isLogarithmic: boolean;
      }
    | { readonly kind: 'choice'; readonly values: readonly string[]; readonly names: Readonly<Record<string, string>> }
    | { readonly kind: 'flag' }
    | { readonly kind: 'text' }
    | { readonly kind: 'group'; readonly fields: Readonly<Record<string, Field>> }
    | { readonly kind: 'list'; readonly item: Field; readonly least: number; readonly most: number }
    /** One of several groups, told apart by the word in the field `by`. */
    | { readonly kind: 'variant'; readonly by: string; readonly variants: Readonly<Record<string, Field>> }
  );

/** Fields that name a scenario rather than set it. */
const naming: ReadonlySet<string> = new Set(['system', 'name', 'title', 'summary', 'covers']);

/**
 * The settings of a system's schema, in the order of their declaration. What a setting starts with, when it is added, comes
 * from the first of `examples` that has it: scenarios of the system, whose numbers were chosen.
 */
export function formOf(schema: z.ZodType, examples: readonly unknown[] = []): Readonly<Record<string, Field>> {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const form = fieldOf(json, false, examples);
  if (form.kind !== 'group') throw new TypeError('A scenario is an object; give its schema as z.strictObject.');
  return Object.fromEntries(Object.entries(form.fields).filter(([name]) => !naming.has(name)));
}

interface JsonSchema {
  readonly type?: string;
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly default?: unknown;
  readonly label?: string;
  readonly about?: string;
  readonly unit?: Unit;
  readonly step?: number;
  readonly isLogarithmic?: boolean;
  readonly names?: Readonly<Record<string, string>>;
}

/** `examples` are the values that scenarios have in this place. */
function fieldOf(schema: JsonSchema, isOptional: boolean, examples: readonly unknown[]): Field {
  const described = {
    label: schema.label ?? '',
    about: schema.about === undefined ? null : withoutIds(schema.about),
    isOptional: isOptional && schema.default === undefined,
    initial: examples[0] ?? initialOf(schema),
  };
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return { ...described, kind: 'variant', ...variantsOf(variants, examples) };
  if (schema.enum !== undefined)
    return { ...described, kind: 'choice', values: schema.enum, names: schema.names ?? {} };
  switch (schema.type ?? 'text') {
    case 'number':
    case 'integer':
      return {
        ...described,
        kind: 'number',
        isWhole: schema.type === 'integer',
        least: schema.minimum ?? 0,
        most: schema.maximum ?? 1,
        step: schema.step ?? null,
        unit: schema.unit ?? null,
        isLogarithmic: schema.isLogarithmic ?? false,
      };
    case 'boolean':
      return { ...described, kind: 'flag' };
    case 'array':
      return {
        ...described,
        kind: 'list',
        item: fieldOf(schema.items ?? {}, false, examples.flat()),
        least: schema.minItems ?? 0,
        most: schema.maxItems ?? 100,
      };
    case 'object':
      return { ...described, kind: 'group', fields: fieldsOf(schema, examples) };
    default:
      return { ...described, kind: 'text' };
  }
}

function fieldsOf({ properties = {}, required = [] }: JsonSchema, examples: readonly unknown[]): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, schema]) => schema.const === undefined)
      .map(([name, schema]) => [name, fieldOf(schema, !required.includes(name), within(examples, name))]),
  );
}

/** The values that the examples have under a name. */
function within(examples: readonly unknown[], name: string): unknown[] {
  return examples.flatMap((each) => {
    const value = typeof each === 'object' && each !== null ? (each as Record<string, unknown>)[name] : undefined;
    return value === undefined ? [] : [value];
  });
}

function variantsOf(
  variants: readonly JsonSchema[],
  examples: readonly unknown[],
): { by: string; variants: Record<string, Field> } {
  const by = Object.entries(variants[0]?.properties ?? {}).find(([, { const: word }]) => word !== undefined)?.[0] ?? '';
  return {
    by,
    variants: Object.fromEntries(
      variants.map((schema) => {
        const word = schema.properties?.[by]?.const ?? '';
        const alike = examples.filter((each) => within([each], by)[0] === word);
        return [String(word), fieldOf(schema, false, alike)];
      }),
    ),
  };
}

/** A value to begin with: the default, or one in the middle of the bounds; required parts only. */
function initialOf(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return initialOf(variants[0] ?? {});
  const { minimum: least = 0, maximum: most = 1 } = schema;
  switch (schema.type ?? 'text') {
    case 'number':
    case 'integer': {
      const middle = schema.isLogarithmic === true ? Math.sqrt(Math.max(1, least) * most) : (least + most) / 2;
      return schema.type === 'integer' ? Math.round(middle) : Number(middle.toPrecision(2));
    }
    case 'boolean':
      return false;
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => initialOf(schema.items ?? {}));
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, part]) => [name, initialOf(part)]),
      );
    default:
      return '';
  }
}
