/** The lake as the API, the command line and tests ask it. */
import { randomUUID } from "node:crypto";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dayOf } from "../record/id.ts";
import type { CallRecord } from "../record/record.ts";
import { JournalFollower } from "../store/journal/follower.ts";
import { LiveFeed } from "../store/journal/live-feed.ts";
import { checkFormat } from "../store/lake/layout.ts";
import { callsDir } from "../store/lake/names.ts";
import { type AnalystAnswer, AnalystDesk, type SqlQuestion } from "./analyst/desk.ts";
import type { CallFacets, CallList, CallSearch, CallStats, FacetValues, Health, UnreadableFile } from "./answers.ts";
import { type Ask, Asking } from "./asking.ts";
import { Batches } from "./batches.ts";
import { openChildEngine } from "./child-engine.ts";
import { countOf, idsOf } from "./count.ts";
import { countedEngine, type QueryCounts } from "./counted-engine.ts";
import { getCalls } from "./detail.ts";
import { openDuckdbEngine } from "./duckdb-engine.ts";
import type { EngineOptions, QueryEngine } from "./engine.ts";
import { EngineLostError, UnreadableError } from "./errors.ts";
import { type Export, type ExportQuestion, exportCalls } from "./export/export.ts";
import { type FacetQuestion, facetOf, facetsOf } from "./facets.ts";
import { type Filter, mayHold } from "./filter.ts";
import { type CallKey, type FoundCall, findCalls } from "./find.ts";
import { answerSql, type ColumnOfAnswer, describeSql, judgeSql, refuseAllButOneSelect } from "./free-sql.ts";
import { healthOf } from "./health.ts";
import { listCalls } from "./list.ts";
import { Memo, type MemoCounts } from "./memo.ts";
import { NarrowFiles } from "./narrow-files.ts";
import type { Page } from "./page.ts";
import { Rollups } from "./rollups.ts";
import { type Row, textOf } from "./rows.ts";
import type { Scope } from "./scope.ts";
import { searchCalls } from "./search.ts";
import { SearchIndex } from "./search-index.ts";
import type { SearchPage } from "./search-page.ts";
import { recentOf } from "./search-recent.ts";
import { questionKey, SharedQuestions } from "./shared-questions.ts";
import { statsOf } from "./stats.ts";
import { missingOf } from "./unreadable.ts";
import type { View } from "./view.ts";
import { Viewing } from "./viewing.ts";

export interface CallLakeOptions {
  /** The data folder. */
  readonly dir: string;
  /** A supervised child process (for servers), or DuckDB in this process (for tests and the command line). */
  readonly engine?: "child" | "in-process" | undefined;
  /** DuckDB's memory_limit; at least queries_max x 150 MB + 200 MB is wise. Default "1GB". */
  readonly memory_limit?: string | undefined;
  /** Default: the machine's cores, at most 4. */
  readonly threads?: number | undefined;
  /** Statements at once, 1 … 4. Default 4. */
  readonly queries_max?: number | undefined;
  /** Bytes of answers' rows that are kept for whoever asks the same again. Default 64 MiB; 0 = none. */
  readonly memo_bytes_max?: number | undefined;
  /** Memory of the DuckDB that answers analysts' SQL. Default "512MB". */
  readonly sql_memory_limit?: string | undefined;
  /** Where warnings go. Default console.warn. */
  readonly log?: ((message: string) => void) | undefined;
}

export interface SqlAnswer {
  readonly columns: readonly ColumnOfAnswer[];
  /** Each row by column name; read once. */
  readonly rows: AsyncIterable<Row>;
}

/** Every question takes the scope of who asks; every answer holds what was durable when it was asked. */
export interface CallLake {
  /** The calls that run now. It knows of no scope: whoever shows them holds it. */
  readonly live: LiveFeed;
  /** Statements asked so far, and those that are open now. */
  readonly queries: QueryCounts;
  /** Statements that were answered from those asked before, and those that were not. */
  readonly memo: MemoCounts;
  list(filter: Filter, page: Page, scope: Scope, signal?: AbortSignal): Promise<CallList>;
  /** The calls that have the filter's q, the best or the newest first, with snippets. */
  search(filter: Filter, page: SearchPage, scope: Scope, signal?: AbortSignal): Promise<CallSearch>;
  /**
   * Null when there is no such call within the scope. Throws RangeError when the id is not one, UnreadableError when it
   * may be in a file that cannot be read.
   */
  get(id: string, scope: Scope, signal?: AbortSignal): Promise<CallRecord | null>;
  stats(
    filter: Filter,
    scope: Scope,
    options?: { sql?: boolean; signal?: AbortSignal | undefined },
  ): Promise<CallStats>;
  /** `withTools` adds the names of tools, which cost more than all the others. */
  facets(filter: Filter, scope: Scope, signal?: AbortSignal, withTools?: boolean): Promise<CallFacets>;
  /** The values of one column that begin with a prefix. */
  facet(filter: Filter, question: FacetQuestion, scope: Scope, signal?: AbortSignal): Promise<FacetValues>;
  count(filter: Filter, scope: Scope, signal?: AbortSignal): Promise<number>;
  /** Calls by source and call_id, without a scope: for the recording of calls only, never for an answer. */
  find(keys: readonly CallKey[]): Promise<FoundCall[]>;
  /** The ids of all calls under the filter. Throws UnreadableError where a file of its days cannot be read. */
  ids(filter: Filter, scope: Scope, signal?: AbortSignal): Promise<string[]>;
  /** One SELECT over the views calls, messages, turns and tool_calls, without a scope: for the command line only. */
  sql(statement: string, signal?: AbortSignal): Promise<SqlAnswer>;
  /** One SELECT over the same views under a scope, judged, on a DuckDB of its own: for people who ask over HTTP. */
  analyse(question: SqlQuestion, scope: Scope, signal?: AbortSignal): Promise<AnalystAnswer>;
  /** All calls under the filter as the bytes of a file. */
  export(question: ExportQuestion, scope: Scope, signal?: AbortSignal): Promise<Export>;
  health(signal?: AbortSignal): Promise<Health>;
  close(): Promise<void>;
}

const MEMO_BYTES_MAX = 64 * 1024 ** 2;
const QUESTION_MAX_MS = 30_000;

interface Missing {
  readonly unreadable?: UnreadableFile[];
}

/** Opens a data folder for questions. It may be empty or not there yet; throws a sentence if a newer version wrote it. */
export async function openCallLake(options: CallLakeOptions): Promise<CallLake> {
  const kind = options.engine ?? "child";
  const engineOptions: EngineOptions = {
    memory_limit: options.memory_limit ?? "1GB",
    // Not in the data folder: what a killed query leaves there nobody would sweep, and it may be read-only to us.
    temp_directory: spillFolder("query"),
    threads: options.threads ?? Math.min(availableParallelism(), 4),
    queries_max: Math.min(Math.max(options.queries_max ?? 4, 1), 4),
  };
  const open = (more: EngineOptions) => (kind === "child" ? openChildEngine(more) : openDuckdbEngine(more));
  const dir = resolve(options.dir);
  await checkFormat(dir);
  const deskOptions: EngineOptions = {
    memory_limit: options.sql_memory_limit ?? "512MB",
    temp_directory: spillFolder("sql"),
    threads: 2,
    queries_max: 4,
    only_folder: callsDir(dir),
    rss_bytes_max: 2 * 1024 ** 3,
    answer_bytes_max: 64 * 1024 ** 2,
  };
  const engine = await open(engineOptions);
  return lakeOf(
    dir,
    engine,
    options.log ?? ((message) => console.warn(message)),
    () => open(deskOptions),
    options.memo_bytes_max,
  );
}

/** Where a period has no end it ends now: whole minutes, so that those who ask within one ask the same. */
const minuteOf = (ms: number) => ms - (ms % 60_000);

/** Of one engine alone, which removes it. */
const spillFolder = (name: string) => join(tmpdir(), `call-lake-${name}-${process.pid}-${randomUUID().slice(0, 8)}`);

/** A lake over an engine that is open; `close` closes it. */
export function lakeOf(
  dir: string,
  opened: QueryEngine,
  log: (message: string) => void,
  openDesk: () => Promise<QueryEngine> = () => Promise.reject(new EngineLostError("This lake has no desk for SQL.")),
  memoBytesMax: number = MEMO_BYTES_MAX,
): CallLake {
  const { engine, counts } = countedEngine(opened);
  const follower = new JournalFollower(dir);
  const live = new LiveFeed(dir, { log });
  const viewing = new Viewing(dir, engine, follower, log, new NarrowFiles(dir, engine, log));
  const memo = new Memo(memoBytesMax);
  const rollups = new Rollups(dir, memo.over(engine), log);
  const asking = new Asking(engine, viewing, QUESTION_MAX_MS, memo);
  const crowd = new SharedQuestions(QUESTION_MAX_MS);
  const calls = new Batches<CallRecord | null>();
  const index = new SearchIndex(dir);
  /** Gives the question the view and the filter that a q has been looked up for. */
  const searched =
    <T>(filter: Filter, of: (view: View, ask: Ask, narrowed: Filter) => Promise<T>) =>
    async (view: View, ask: Ask): Promise<T> => {
      const narrow = await index.narrow(view, ask, filter);
      return of(narrow.view, ask, narrow.filter);
    };
  const desk = new AnalystDesk(dir, openDesk, follower, log);
  /** The answer, saying which files of its days cannot be read. */
  const told = <T extends object>(view: View, filter: Filter, scope: Scope, answer: T): T & Missing => {
    const unreadable = missingOf(view.unreadable, (day) => mayHold(filter, day), scope);
    return unreadable.length === 0 ? answer : { ...answer, unreadable };
  };
  return {
    live,
    queries: counts,
    get memo() {
      return memo.counts;
    },
    list: (filter, page, scope, signal) =>
      crowd.ask(["list", filter, page], scope, signal, (stop) =>
        asking.question(async (view, ask) => {
          const recent = filter.q === null ? null : recentOf(view, filter, page);
          if (recent) {
            const narrow = await index.narrow(recent, ask, filter);
            const list = await listCalls(narrow.view, ask, narrow.filter, page, scope);
            // A page that is full and goes on has nothing of older days.
            if (list.next_cursor !== null) return told(view, filter, scope, list);
          }
          const narrow = await index.narrow(view, ask, filter);
          return told(view, filter, scope, await listCalls(narrow.view, ask, narrow.filter, page, scope));
        }, stop),
      ),
    get: (id, scope, signal) =>
      crowd.ask(["get", id], scope, signal, async (stop) => {
        const read = (ids: readonly string[], left: AbortSignal) =>
          asking.question(
            (view, ask) => getCalls(view, ask, ids, scope, counts.quick.open + counts.heavy.open === 0),
            left,
          );
        const day = dayOf(id);
        const call = await calls.ask(questionKey([day], scope), id, stop, read);
        if (call === undefined) throw new UnreadableError(day);
        return call;
      }),
    search: (filter, page, scope, signal) =>
      crowd.ask(["search", filter, page], scope, signal, (stop) =>
        asking.question(
          searched(filter, async (view, ask, narrowed) =>
            told(view, filter, scope, await searchCalls(view, ask, narrowed, page, scope)),
          ),
          stop,
        ),
      ),
    stats: (filter, scope, more = {}) =>
      crowd.ask(["stats", filter, more.sql === true], scope, more.signal, (stop) =>
        asking.question(
          async (view, ask) =>
            told(
              view,
              filter,
              scope,
              await statsOf(view, ask, rollups, filter, scope, minuteOf(Date.now()), more.sql ?? false),
            ),
          stop,
          "heavy",
        ),
      ),
    facets: (filter, scope, signal, withTools) =>
      crowd.ask(["facets", filter, withTools === true], scope, signal, (stop) =>
        asking.question(
          searched(filter, async (view, ask, narrowed) =>
            told(view, filter, scope, await facetsOf(view, ask, narrowed, scope, withTools)),
          ),
          stop,
          "heavy",
        ),
      ),
    facet: (filter, question, scope, signal) =>
      crowd.ask(["facet", filter, question], scope, signal, (stop) =>
        asking.question(
          searched(filter, async (view, ask, narrowed) =>
            told(view, filter, scope, await facetOf(view, ask, narrowed, question, scope)),
          ),
          stop,
          "heavy",
        ),
      ),
    find: (keys) =>
      asking.question((view, ask) => findCalls(view, ask, keys, follower.activeCalls()), undefined, "quick", true),
    count: (filter, scope, signal) =>
      crowd.ask(["count", filter], scope, signal, (stop) =>
        asking.question(
          searched(filter, (view, ask, narrowed) => countOf(view, ask, narrowed, scope)),
          stop,
        ),
      ),
    ids: (filter, scope, signal) =>
      asking.question(
        searched(filter, (view, ask, narrowed) => {
          const [missing] = missingOf(view.unreadable, (day) => mayHold(filter, day), scope);
          if (missing) throw new UnreadableError(missing.day);
          return idsOf(view, ask, narrowed, scope);
        }),
        signal,
        "heavy",
      ),
    sql: async (statement, signal) => {
      const columns = await asking.question(
        async (view, ask) => {
          const [judged] = await ask(judgeSql(statement));
          refuseAllButOneSelect(judged?.["tree"]);
          const rows = await ask(describeSql(view, statement));
          return rows.map((row) => ({ name: textOf(row["name"]) ?? "", type: textOf(row["type"]) ?? "" }));
        },
        signal,
        "quick",
        true,
      );
      return { columns, rows: asking.stream((view) => answerSql(view, statement, columns), signal) };
    },
    health: (signal) => healthOf(asking, viewing, follower, engine, signal),
    export: (question, scope, signal) => exportCalls(asking, (...of) => index.narrow(...of), question, scope, signal),
    analyse: (question, scope, signal) => desk.ask(question, scope, signal),
    close: async () => {
      live.close();
      memo.clear();
      await desk.close();
      await engine.close();
    },
  };
}
