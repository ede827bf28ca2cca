/** What a record from outside may look like: a zod schema made from the columns. */
import { z } from "zod";
import { COLUMN_NAMES, COLUMNS, type ColumnName } from "../record/columns.ts";
import type { Shape } from "../record/shapes.ts";

/** Columns that the recorder makes, and nobody gives. */
const MADE: ReadonlySet<ColumnName> = new Set(["id", "record_version", "writer", "created_at"]);

/** ISO 8601 with its zone, or epoch ms. */
export const instantSchema = z.union(
  [z.iso.datetime({ offset: true }), z.number().int().nonnegative()],
  "A time is ISO 8601 with its zone, or whole milliseconds since 1970.",
);

/** Any JSON value. */
export const anyJson = z.json();

/** People click on it. */
const address = z
  .string()
  .refine((url) => !/^[\s\p{Cc}]*(?:javascript|data|vbscript):/iu.test(url), "An address is no script.")
  .nullable();

function schemaOf(shape: Shape): z.ZodType {
  switch (shape.kind) {
    case "text":
    case "local_time":
      return z.string().nullable();
    case "integer":
      return z.number().int().nullable();
    case "number":
    case "money":
      return z.number().nullable();
    case "boolean":
      return z.boolean().nullable();
    case "instant":
      return instantSchema.nullable();
    case "json":
      return anyJson;
    case "one_of":
      return z.enum(shape.values).nullable();
    case "list":
      return z.array(schemaOf(shape.of)).nullable();
    case "map":
      return z.record(z.string(), schemaOf(shape.of)).nullable();
    case "struct":
      return z.strictObject(
        Object.fromEntries(
          Object.entries(shape.fields).map(([name, field]) => [
            name,
            (name === "url" ? address : schemaOf(field)).optional(),
          ]),
        ),
      );
  }
}

/** A finished call: call_id and start_time are needed, every other column may be left out. */
export const recordSchema = z
  .strictObject(
    Object.fromEntries(
      COLUMN_NAMES.filter((name) => !MADE.has(name)).map((name) => [name, schemaOf(COLUMNS[name].shape).optional()]),
    ),
  )
  .extend({ call_id: z.string().min(1).max(500), start_time: instantSchema });

/** The members of an element of a list of structs, each of which may be left out. */
const elementSchema = (column: "conversation" | "tool_calls" | "turns") =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(COLUMNS[column].shape.of.fields).map(([name, field]) => [
        name,
        schemaOf(field as Shape).optional(),
      ]),
    ),
  );
export const messageSchema = elementSchema("conversation");
export const toolSchema = elementSchema("tool_calls");
export const turnSchema = elementSchema("turns");

/** Columns that are told of a live call beside its name and its lists. */
const TOLD_ELSEWHERE: ReadonlySet<ColumnName> = new Set([
  ...MADE,
  ...(["rev", "call_id", "source", "start_time", "conversation", "tool_calls", "turns"] as const),
]);
export const columnsSchema = z.strictObject(
  Object.fromEntries(
    COLUMN_NAMES.filter((name) => !TOLD_ELSEWHERE.has(name)).map((name) => [
      name,
      schemaOf(COLUMNS[name].shape).optional(),
    ]),
  ),
);
