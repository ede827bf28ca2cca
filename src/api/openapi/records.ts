/** What a record looks like in answers: schemas made of the columns table. */
import { z } from "zod";
import { COMPUTED, SUMMARY_COLUMNS } from "../../query/summary-columns.ts";
import { COLUMN_NAMES, COLUMNS, type ColumnName } from "../../record/columns.ts";
import type { Shape } from "../../record/shapes.ts";
import type { CallDetail, CallSummary, Message, ToolCall, Turn } from "../contract.ts";
import { anyJson } from "../record-schema.ts";
import { answerOfColumns, answers, bodies } from "./naming.ts";

answers.add(anyJson, { id: "Json" });
bodies.add(anyJson, { id: "Json" });

/** ISO 8601 in UTC with milliseconds. */
export const instant = z.string().meta({ format: "date-time" });

/** Columns every record has. */
const REQUIRED: ReadonlySet<ColumnName> = new Set([
  "id",
  "rev",
  "record_version",
  "call_id",
  "source",
  "start_time",
  "outcome",
]);
const named = new Map<Shape, z.ZodType>();

function elementOf(shape: Shape): z.ZodType {
  const known = named.get(shape);
  if (known) return known;
  switch (shape.kind) {
    case "text":
      return z.string();
    case "local_time":
      return z.string().meta({ description: "A clock's time without its zone." });
    case "integer":
      return z.int();
    case "number":
    case "money":
      return z.number();
    case "boolean":
      return z.boolean();
    case "instant":
      return instant;
    case "json":
      return anyJson;
    case "one_of":
      return z.enum(shape.values);
    case "list":
      return z.array(elementOf(shape.of));
    case "map":
      return z.record(z.string(), elementOf(shape.of));
    case "struct":
      return z.object(membersOf(shape.fields));
  }
}

const nullable = (shape: Shape) => (shape.kind === "json" ? anyJson : elementOf(shape).nullable());

/** The members of a struct, each of which may be null. */
export function membersOf(fields: { readonly [name: string]: Shape }): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, nullable(field)]));
}

const element = <T>(id: string, shape: Shape & { kind: "struct" }): z.ZodType<T> => {
  const schema = answerOfColumns<T>(id, z.object(membersOf(shape.fields)));
  named.set(shape, schema);
  return schema;
};
export const message = element<Message>("Message", COLUMNS.conversation.shape.of);
element<ToolCall>("ToolCall", COLUMNS.tool_calls.shape.of);
element<Turn>("Turn", COLUMNS.turns.shape.of);

/** Some columns of the record, with their docs. */
export function columnsOf(names: readonly ColumnName[], required: ReadonlySet<ColumnName> = REQUIRED) {
  return Object.fromEntries(
    names.map((name) => {
      const { shape, doc, pii, unit } = COLUMNS[name] as { shape: Shape; doc: string; pii?: true; unit?: string };
      const schema = required.has(name) ? elementOf(shape) : nullable(shape);
      const description = `${doc}${unit ? ` In ${unit}.` : ""}${pii ? " Personal: null without calls.read_pii." : ""}`;
      return [name, schema === anyJson ? z.union([anyJson]).meta({ description }) : schema.meta({ description })];
    }),
  );
}

/** Where the host says by which rules calls leave. */
const expiry = {
  expires_at: instant.nullable().exactOptional().meta({ description: "When the call leaves; null = never." }),
  transcript_expires_at: instant.nullable().exactOptional().meta({ description: "When what was said leaves." }),
  recordings_expires_at: instant
    .nullable()
    .exactOptional()
    .meta({ description: "When the recordings' addresses leave." }),
  held: z.boolean().nullable().exactOptional().meta({ description: "Whether a hold keeps it; null = not told." }),
};
export const callDetail = answerOfColumns<CallDetail>("Call", z.object({ ...columnsOf(COLUMN_NAMES), ...expiry }));
const computed = Object.entries(COMPUTED).map(([name, { doc }]) => [
  name,
  z.number().nullable().meta({ description: doc }),
]);
export const summaryColumns = { ...columnsOf(SUMMARY_COLUMNS), ...Object.fromEntries(computed) };
export const callSummary = answerOfColumns<CallSummary>("CallSummary", z.object(summaryColumns));
