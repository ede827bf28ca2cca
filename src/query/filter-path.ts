/** The path of a condition: a column, and what of it is meant: a field of a list, a key of a map, a member of JSON. */
import { COLUMN_NAMES, COLUMNS, type ColumnName, columnOf } from "../record/columns.ts";
import type { Shape } from "../record/shapes.ts";
import { BadQuestionError } from "./errors.ts";
import { isText, quoted } from "./parameters.ts";

export interface Path {
  readonly column: ColumnName;
  readonly steps: readonly string[];
}

/** What a path leads to. */
export interface Target {
  readonly shape: Shape;
  /** Whether it leads through a list of structs, so that a call has many values of it. */
  readonly field: string | null;
  /** Key of the map it leads through. */
  readonly key: string | null;
  /** Members it goes down within JSON. */
  readonly members: readonly string[];
}

const STEPS_MAX = 10;
const BARE = /^[^.:"\s][^.:"]*/;
const QUOTED = /^"(?:[^"\\]|\\.)*"/;

/** Reads the path at the beginning of a text, and says what comes after it. Throws BadQuestionError naming the column. */
export function parsePath(text: string): { path: Path; rest: string } {
  const name = /^[^.:]*/.exec(text)?.[0] ?? "";
  if (columnOf(name) === undefined) {
    throw new BadQuestionError(
      `where: there is no column ${quoted(name)}; there are ${COLUMN_NAMES.join(", ")}.`,
      "where",
    );
  }
  const steps: string[] = [];
  let rest = text.slice(name.length);
  while (rest.startsWith(".")) {
    rest = rest.slice(1);
    const written = (QUOTED.exec(rest) ?? BARE.exec(rest))?.[0];
    const step = written === undefined ? null : written.startsWith('"') ? unquoted(written) : written;
    if (written === undefined || step === null || step === "" || !isText(step) || steps.length === STEPS_MAX) {
      throw new BadQuestionError(
        `where: after ${name} come at most ${STEPS_MAX} names with a dot before each, a name with . : or " in it written as a JSON string; it is ${quoted(text)}.`,
        "where",
      );
    }
    steps.push(step);
    rest = rest.slice(written.length);
  }
  const path = { column: name as ColumnName, steps };
  // Throws where the path leads nowhere.
  targetOf(path);
  return { path, rest };
}

/** The path as `parsePath` reads it. */
export function pathText({ column, steps }: Path): string {
  return [column, ...steps.map((step) => (/^[A-Za-z0-9_-]+$/.test(step) ? step : JSON.stringify(step)))].join(".");
}

/** Throws BadQuestionError for a path that leads nowhere. */
export function targetOf({ column, steps }: Path): Target {
  const { shape } = COLUMNS[column] as { shape: Shape };
  const [first, ...more] = steps;
  if (first === undefined) return { shape, field: null, key: null, members: [] };
  if (shape.kind === "list" && shape.of.kind === "struct") {
    const field = Object.hasOwn(shape.of.fields, first) ? shape.of.fields[first] : undefined;
    if (field && (more.length === 0 || field.kind === "json")) {
      return { shape: field, field: first, key: null, members: more };
    }
    const fields = Object.keys(shape.of.fields).join(", ");
    throw new BadQuestionError(
      `where: ${column} has the fields ${fields}; ${quoted(steps.join("."))} is none.`,
      "where",
    );
  }
  if (shape.kind === "map") return { shape: shape.of, field: null, key: steps.join("."), members: [] };
  if (shape.kind === "json") return { shape, field: null, key: null, members: steps };
  throw new BadQuestionError(`where: ${column} has no parts; ${quoted(steps.join("."))} is none of it.`, "where");
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string;
  } catch {
    return null;
  }
}
