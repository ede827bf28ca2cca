/** Gathers rows that belong together but lie scattered over a source, on disk; groups come out by their first time. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { openScratch } from "./time-order.ts";

export interface GroupedRow {
  readonly at: number;
  /** Where the row stood. */
  readonly line: number;
  readonly text: string;
}

export class Groups {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;

  constructor(folder: string) {
    this.#database = openScratch(folder);
    this.#database.exec("CREATE TABLE part (name TEXT, at INTEGER, line INTEGER, text TEXT); BEGIN");
    this.#insert = this.#database.prepare("INSERT INTO part VALUES (?, ?, ?, ?)");
  }

  /** `at` in epoch ms. */
  add(name: string, { at, line, text }: GroupedRow): void {
    this.#insert.run(name, at, line, text);
  }

  /** Each group with its rows, which can be walked once, in the order of their times. */
  *groups(): Generator<{ name: string; count: number; rows: Iterable<GroupedRow> }> {
    this.#database.exec("COMMIT; CREATE INDEX by_name ON part (name, at)");
    const names = this.#database.prepare(
      "SELECT name, min(at) AS first, count(*) AS count FROM part GROUP BY name ORDER BY first, name",
    );
    const rows = this.#database.prepare("SELECT at, line, text FROM part WHERE name = ? ORDER BY at, rowid");
    for (const group of names.iterate()) {
      const name = String(group["name"]);
      yield { name, count: Number(group["count"]), rows: rowsOf(rows, name) };
    }
  }

  close(): void {
    this.#database.close();
  }
}

function* rowsOf(statement: StatementSync, name: string): Generator<GroupedRow> {
  for (const row of statement.iterate(name))
    yield { at: Number(row["at"]), line: Number(row["line"]), text: String(row["text"]) };
}
