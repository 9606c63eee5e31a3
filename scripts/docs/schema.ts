import { z } from 'zod';
import { brokers } from '../../src/brokers/index.ts';
import { fileSchema } from '../../src/topology/schema.ts';

/** As much of JSON Schema, draft 7, as the schema of the topology uses. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** What one file of a topology may hold. Editors know draft 7 best. */
export function topologySchema(): JsonSchema {
  const written = z.toJSONSchema(fileSchema(brokers), {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      withShorthands(zodSchema, jsonSchema);
      const { propertyNames } = jsonSchema as JsonSchema;
      if (propertyNames !== undefined && Object.keys(propertyNames).length === 1)
        delete jsonSchema.propertyNames;
    },
  });
  return { $schema: '', title: 'A topology of mqwarden', ...written } as JsonSchema;
}

type Written = z.core.JSONSchema.BaseSchema;

/**
 * A schema that is preceded by a function takes more than its own shape: text for the mapping with only that key, nothing
 * for an empty mapping. What exactly, the function itself is asked.
 */
function withShorthands(schema: z.core.$ZodType, written: Written): void {
  if (!(schema instanceof z.ZodPipe) || !(schema.def.in instanceof z.ZodTransform)) return;
  const { transform } = schema.def.in.def;
  const made = (value: unknown): unknown => transform(value, { value, issues: [] });
  const [key] = keysOf(made('text'));
  if (isEmptyMapping(made(null))) written.type = ['object', 'null'] as unknown as 'object';
  if (key === undefined) return;
  const text = without((written as JsonSchema).properties?.[key] ?? {}, ['description']);
  const mapping = without(written, ['description', 'default']);
  for (const word of Object.keys(mapping)) Reflect.deleteProperty(written, word);
  written.anyOf = [text, mapping];
}

function without(schema: object, words: readonly string[]): Written {
  return Object.fromEntries(Object.entries(schema).filter(([word]) => !words.includes(word)));
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function isEmptyMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
