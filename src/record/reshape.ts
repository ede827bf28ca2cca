/** Records of another version of the schema, in the shape of this one. */
import { COLUMN_NAMES, COLUMNS, RECORD_VERSION } from "./columns.ts";
import type { CallRecord } from "./record.ts";
import type { Shape } from "./shapes.ts";

/**
 * The record with exactly the columns and nested fields of this version: what it lacks is null, what this version does
 * not know is left out. A record of this version is given back as it is.
 */
export function inThisVersion(record: CallRecord): CallRecord {
  if (record.record_version === RECORD_VERSION) return record;
  const told = record as { readonly [name: string]: unknown };
  const columns = COLUMN_NAMES.map((name) => [name, shaped(COLUMNS[name].shape, told[name])]);
  return Object.fromEntries(columns) as CallRecord;
}

function shaped(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (shape.kind === "list" && Array.isArray(value)) return value.map((element) => shaped(shape.of, element));
  if (shape.kind !== "struct" || typeof value !== "object") return value;
  const told = value as { readonly [name: string]: unknown };
  return Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, shaped(field, told[name])]));
}
