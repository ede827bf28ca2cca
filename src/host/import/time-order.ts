/** Sorts calls by their start on disk, in a file without a name that a kill leaves nothing of. */
import { randomUUID } from "node:crypto";
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** A database that is gone when the process is: its name is taken away at once. */
export function openScratch(folder: string): DatabaseSync {
  const path = join(folder, `import-${randomUUID()}.sqlite`);
  const database = new DatabaseSync(path);
  database.exec(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY",
  );
  // The first page makes the file; from then on only this process has it.
  database.exec("CREATE TABLE scratch (page INTEGER)");
  unlinkSync(path);
  return database;
}

/** A call ready to be published, as JSON. */
export interface ReadyCall {
  readonly id: string;
  readonly rev: number;
  readonly source: string;
  readonly call_id: string;
  readonly start_ms: number;
  readonly line: string;
}

export class TimeOrder {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  #count = 0;

  constructor(folder: string) {
    this.#database = openScratch(folder);
    this.#database.exec(
      "CREATE TABLE call (start_ms INTEGER, id TEXT, rev INTEGER, source TEXT, call_id TEXT, line TEXT); BEGIN",
    );
    this.#insert = this.#database.prepare("INSERT INTO call VALUES (?, ?, ?, ?, ?, ?)");
  }

  get count(): number {
    return this.#count;
  }

  add({ start_ms, id, rev, source, call_id, line }: ReadyCall): void {
    this.#insert.run(start_ms, id, rev, source, call_id, line);
    this.#count += 1;
  }

  /** All calls, earliest first; those of one instant in the order they came. */
  *calls(): Generator<ReadyCall> {
    this.#database.exec("COMMIT; CREATE INDEX by_start ON call (start_ms)");
    const all = this.#database.prepare(
      "SELECT start_ms, id, rev, source, call_id, line FROM call ORDER BY start_ms, rowid",
    );
    for (const row of all.iterate()) {
      yield {
        id: String(row["id"]),
        rev: Number(row["rev"]),
        source: String(row["source"]),
        call_id: String(row["call_id"]),
        start_ms: Number(row["start_ms"]),
        line: String(row["line"]),
      };
    }
  }

  close(): void {
    this.#database.close();
  }
}
