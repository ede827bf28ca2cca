/** Takes views: what the journal and the lake hold now, with the tail fed and every call in it once. */
import { dayOf } from "../record/id.ts";
import type { FreshRow, JournalFollower } from "../store/journal/follower.ts";
import type { LakeFile } from "../store/lake/names.ts";
import { parquetSource } from "../store/lake/sql.ts";
import { type Snapshot, takeSnapshot } from "../store/snapshot.ts";
import type { UnreadableFile } from "./answers.ts";
import type { QueryEngine } from "./engine.ts";
import { StatementError } from "./errors.ts";
import { knownFiles } from "./known-files.ts";
import type { NarrowFiles } from "./narrow-files.ts";
import { numberOf, parseRow, textOf } from "./rows.ts";
import { Schemas } from "./schemas.ts";
import { bind, raw, sql } from "./statement.ts";
import { Tail } from "./tail.ts";
import { UnreadableFiles } from "./unreadable.ts";
import type { View } from "./view.ts";

/** What the files of one day say about the ids of the tail. */
interface KnownDay {
  /** The files it was looked up in; their contents never change. */
  readonly files: string;
  /** id -> its revision in the files, or null. */
  readonly revs: Map<string, number | null>;
}

/** A snapshot without the files that cannot be read. */
type Readable = Omit<Snapshot, "files"> & { readonly files: readonly LakeFile[] };

export class Viewing {
  readonly #dir: string;
  readonly #engine: QueryEngine;
  readonly #follower: JournalFollower;
  readonly #tail: Tail;
  readonly #schemas: Schemas;
  readonly #narrow: NarrowFiles | null;
  readonly #unreadable: UnreadableFiles;
  readonly #list = knownFiles();
  readonly #inFlight = new Set<View>();
  /** Taken, and perhaps not yet entered by everybody who waits for it. */
  #last: View | null = null;
  #days = new Map<string, KnownDay>();
  #running: Promise<View> | null = null;
  #next: Promise<View> | null = null;

  /** Without `narrow` all questions read the lake's own files. */
  constructor(
    dir: string,
    engine: QueryEngine,
    follower: JournalFollower,
    log: (message: string) => void,
    narrow: NarrowFiles | null = null,
  ) {
    this.#narrow = narrow;
    this.#dir = dir;
    this.#engine = engine;
    this.#follower = follower;
    this.#tail = new Tail(engine, log);
    this.#schemas = new Schemas(engine);
    this.#unreadable = new UnreadableFiles(engine, log);
  }

  get refusedRows(): number {
    return this.#tail.refusedRows;
  }

  /** A view of all that was durable when this was called; give it back with `leave`. Callers at once share one. */
  async enter(): Promise<View> {
    const view = { ...(await this.#shared()) };
    this.#inFlight.add(view);
    return view;
  }

  /** The question is answered: the view's rows of the tail may go. */
  leave(view: View): void {
    this.#inFlight.delete(view);
  }

  /** A view that began before this call may lack what is durable now: then the next one is waited for. */
  #shared(): Promise<View> {
    if (!this.#running) {
      this.#running = this.#take().finally(() => {
        this.#running = null;
      });
      return this.#running;
    }
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        return this.#shared();
      });
    return this.#next;
  }

  /** Whether files were found that a statement over the view failed for: the next view is without them. */
  async mend(view: View, error: unknown, statement: string): Promise<boolean> {
    if (!(error instanceof StatementError) || error.fatal) return false;
    // A narrow file can be done without.
    if (await this.#narrow?.find(error, statement)) return true;
    return this.#unreadable.find(view.files, error, statement);
  }

  async #take(): Promise<View> {
    for (;;) {
      const snapshot = await takeSnapshot(this.#dir, this.#follower, this.#list);
      const { files, unreadable } = await this.#unreadable.sort(snapshot.files);
      try {
        return await this.#viewOf({ ...snapshot, files }, unreadable);
      } catch (error) {
        if (!(error instanceof StatementError) || error.fatal) throw error;
        if (!(await this.#unreadable.find(files, error))) throw error;
      }
    }
  }

  async #viewOf(snapshot: Readable, unreadable: readonly UnreadableFile[]): Promise<View> {
    await this.#schemas.learn(snapshot.files);
    const narrow = this.#narrow;
    await narrow?.learn(snapshot.files);
    const found = await this.#lookUp(snapshot);
    const hidden = new Map<string, Map<string, number>>();
    const hide = (id: string, rev: number) => {
      const day = dayOf(id);
      const ids = hidden.get(day) ?? new Map<string, number>();
      ids.set(id, Math.max(rev, ids.get(id) ?? rev));
      hidden.set(day, ids);
    };
    for (const [id, rev] of snapshot.masks) hide(id, rev);
    const rows: FreshRow[] = [];
    for (const row of snapshot.fresh) {
      const stored = found.get(row.id) ?? null;
      const shown = stored !== null && stored >= (snapshot.masks.get(row.id) ?? stored);
      // The same revision twice (a retry of the engine): the stored one stays.
      if (shown && stored >= row.rev) continue;
      if (shown) hide(row.id, row.rev);
      rows.push(row);
    }
    const { generation, ranges, fresh } = await this.#tail.hold(rows, [
      ...this.#inFlight,
      ...(this.#last ? [this.#last] : []),
    ]);
    const likeness = (files: readonly LakeFile[]) => this.#schemas.likeness(files);
    const { files } = snapshot;
    const view: View = { generation, files, ranges, fresh, hidden, likeness, tailRows: rows.length, unreadable };
    if (narrow) view.narrowOf = narrowAtOnce(narrow);
    this.#last = view;
    return view;
  }

  /** id of a fresh row -> the revision the files have of it. Asked once an id, and again when the day's files change. */
  async #lookUp(snapshot: Readable): Promise<Map<string, number | null>> {
    const fresh = Map.groupBy(snapshot.fresh, (row) => row.day);
    const days = new Map<string, KnownDay>();
    const found = new Map<string, number | null>();
    for (const [day, rows] of fresh) {
      const files = snapshot.files.filter((file) => file.day === day);
      const paths = files.map((file) => file.path).join("\n");
      const before = this.#days.get(day);
      const known = before?.files === paths ? before : { files: paths, revs: new Map<string, number | null>() };
      const ids = rows.map((row) => row.id);
      await this.#ask(
        files,
        ids.filter((id) => !known.revs.has(id)),
        known.revs,
      );
      for (const id of ids) found.set(id, known.revs.get(id) ?? null);
      days.set(day, known);
    }
    this.#days = days;
    return found;
  }

  async #ask(files: readonly LakeFile[], ids: readonly string[], revs: Map<string, number | null>): Promise<void> {
    if (ids.length === 0) return;
    const found = new Map<string, number | null>(ids.map((id) => [id, null]));
    if (files.length > 0) {
      const { text, parameters } = bind(
        sql`SELECT id, max(rev) AS rev FROM ${raw(parquetSource(files))} WHERE id IN (SELECT unnest(CAST(${JSON.stringify(ids)}::JSON AS VARCHAR[]))) GROUP BY id`,
      );
      for await (const chunk of this.#engine.run(text, parameters)) {
        for (const row of chunk.map(parseRow)) found.set(textOf(row["id"]) ?? "", numberOf(row["rev"]));
      }
    }
    for (const [id, rev] of found) revs.set(id, rev);
  }
}

/** Asks the disk once a view: one that goes away later fails its statement, and the question is asked of a new view. */
function narrowAtOnce(narrow: NarrowFiles): (file: LakeFile) => string | null {
  const paths = new Map<string, string | null>();
  return (file) => {
    const known = paths.get(file.path);
    if (known !== undefined) return known;
    const path = narrow.pathOf(file);
    paths.set(file.path, path);
    return path;
  };
}
