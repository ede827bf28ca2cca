/** The schemas of the lake's files, read once a file: a name is never written twice. */
import type { LakeFile } from "../store/lake/names.ts";
import { quote } from "../store/lake/sql.ts";
import type { QueryEngine } from "./engine.ts";
import { parseRow, textOf } from "./rows.ts";

/** Files whose schemas are read in one statement. */
const FILES_AT_ONCE = 500;

/**
 * union_by_name opens every file again for every statement, which costs more than most questions do (7 of 20 ms at 90
 * files). Files of one schema do not need it, and nearly all are: only the version of the record makes another one.
 */
export class Schemas {
  readonly #engine: QueryEngine;
  #known = new Map<string, string>();

  constructor(engine: QueryEngine) {
    this.#engine = engine;
  }

  /** Reads the schemas of files that are new, and forgets those of files that are gone. */
  async learn(files: readonly LakeFile[]): Promise<void> {
    const missing = files.filter((file) => !this.#known.has(file.path));
    for (let at = 0; at < missing.length; at += FILES_AT_ONCE) {
      const paths = missing.slice(at, at + FILES_AT_ONCE).map((file) => quote(file.path));
      const statement = `SELECT file_name, md5(string_agg(concat_ws(' ', name, type, num_children, converted_type), ',' ORDER BY column_id)) AS schema
        FROM parquet_schema([${paths.join(", ")}]) GROUP BY file_name`;
      for await (const chunk of this.#engine.run(statement, [])) {
        for (const row of chunk.map(parseRow))
          this.#known.set(textOf(row["file_name"]) ?? "", textOf(row["schema"]) ?? "");
      }
    }
    if (this.#known.size > 2 * files.length + FILES_AT_ONCE) {
      this.#known = new Map(files.map((file) => [file.path, this.#known.get(file.path) ?? ""]));
    }
  }

  /** Whether all these files are known to have one schema. */
  alike(files: readonly LakeFile[]): boolean {
    const schemas = new Set(files.map((file) => this.#known.get(file.path)));
    return schemas.size === 1 && !schemas.has(undefined) && !schemas.has("");
  }
}
