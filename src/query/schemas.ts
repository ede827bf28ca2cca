/** The schemas of the lake's files, read once a file: a name is never written twice. */
import { COLUMN_NAMES, COLUMNS } from "../record/columns.ts";
import type { Shape } from "../record/shapes.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import type { QueryEngine } from "./engine.ts";
import { parseRow, textOf } from "./rows.ts";

/** Files whose schemas are read in one statement. */
const FILES_AT_ONCE = 500;

/** How files stand to each other: of one schema or not, and whether that one has all columns and fields of today's record. */
export type Likeness = "whole" | "alike" | "unlike";

/**
 * union_by_name opens every file again for every statement, which costs more than most questions do (7 of 20 ms at 90
 * files). Files of one schema do not need it, and nearly all are: only the version of the record makes another one.
 */
export class Schemas {
  readonly #engine: QueryEngine;
  /** path -> digest of its schema. */
  #known = new Map<string, string>();
  /** digest -> whether it has every column of today's record. */
  readonly #whole = new Map<string, boolean>();

  constructor(engine: QueryEngine) {
    this.#engine = engine;
  }

  /** Reads the schemas of files that are new, and forgets those of files that are gone. */
  async learn(files: readonly LakeFile[]): Promise<void> {
    const missing = files.filter((file) => !this.#known.has(file.path));
    for (let at = 0; at < missing.length; at += FILES_AT_ONCE) {
      await this.#read(missing.slice(at, at + FILES_AT_ONCE));
    }
    if (this.#known.size > 2 * files.length + FILES_AT_ONCE) {
      this.#known = new Map(files.map((file) => [file.path, this.#known.get(file.path) ?? ""]));
    }
  }

  likeness(files: readonly LakeFile[]): Likeness {
    const [first] = files;
    const schema = first && this.#known.get(first.path);
    if (!schema || files.some((file) => this.#known.get(file.path) !== schema)) return "unlike";
    return this.#whole.get(schema) === true ? "whole" : "alike";
  }

  async #read(files: readonly LakeFile[]): Promise<void> {
    const paths = files.map((file) => quote(file.path)).join(", ");
    const statement = `SELECT file_name, md5(string_agg(concat_ws(' ', name, type, num_children, converted_type), ',' ORDER BY column_id)) AS schema
      FROM parquet_schema([${paths}]) GROUP BY file_name`;
    for await (const chunk of this.#engine.run(statement, [])) {
      for (const row of chunk.map(parseRow)) {
        const [path, schema] = [textOf(row["file_name"]) ?? "", textOf(row["schema"]) ?? ""];
        this.#known.set(path, schema);
        if (!this.#whole.has(schema)) this.#whole.set(schema, await this.#isWhole(path));
      }
    }
  }

  async #isWhole(path: string): Promise<boolean> {
    const types = new Map<string, string>();
    const statement = `SELECT column_name AS name, column_type AS type FROM (DESCRIBE FROM read_parquet(${quote(path)}))`;
    for await (const chunk of this.#engine.run(statement, [])) {
      for (const row of chunk.map(parseRow)) types.set(textOf(row["name"]) ?? "", textOf(row["type"]) ?? "");
    }
    return COLUMN_NAMES.every((column) => {
      const type = types.get(column);
      return type !== undefined && fieldsOf(COLUMNS[column].shape).every((field) => hasField(type, field));
    });
  }
}

/** The fields of a list of structs; none of any other shape. */
function fieldsOf(shape: Shape): string[] {
  return shape.kind === "list" && shape.of.kind === "struct" ? Object.keys(shape.of.fields) : [];
}

/** Whether a type such as STRUCT(e2e_ms BIGINT, "at" TIMESTAMP WITH TIME ZONE)[] has that field. */
function hasField(type: string, field: string): boolean {
  return [`(${field} `, ` ${field} `, `("${field}" `, ` "${field}" `].some((text) => type.includes(text));
}
