/** The analysts' desk: one SELECT of a person at a time, judged, on a DuckDB of its own, under the person's scope. */
import type { JournalFollower } from "../../store/journal/follower.ts";
import type { UnreadableFile } from "../answers.ts";
import { Asking } from "../asking.ts";
import type { QueryEngine } from "../engine.ts";
import { BadQuestionError, EngineLostError, isAbort, StatementError, TimeoutError } from "../errors.ts";
import { type ColumnOfAnswer, judgeSql } from "../free-sql.ts";
import { isoOf } from "../projection.ts";
import { type Row, textOf } from "../rows.ts";
import type { Scope } from "../scope.ts";
import { join, name, raw, readable, type Sql, sql } from "../statement.ts";
import { missingOf } from "../unreadable.ts";
import { Viewing } from "../viewing.ts";
import { judge } from "./judge.ts";
import { positionOf, withPosition } from "./position.ts";
import { isBound, over, scopedViews } from "./views.ts";

export interface SqlQuestion {
  readonly sql: string;
  /** Rows at most. */
  readonly limit: number;
  readonly timeout_ms: number;
}

export interface AnalystAnswer {
  readonly columns: readonly ColumnOfAnswer[];
  /** At most `limit`. */
  readonly rows: readonly Row[];
  /** Whether there would be more rows. */
  readonly truncated: boolean;
  /** Files that cannot be read: their calls are missing. Absent = none. */
  readonly unreadable?: UnreadableFile[];
}

/** A desk nobody has used for so long gives its process back. */
const IDLE_MS = 300_000;
/** A statement's own time is told by timeout_ms; this one is never reached. */
const ASKING_MS = 600_000;

export class AnalystDesk {
  readonly #dir: string;
  readonly #open: () => Promise<QueryEngine>;
  readonly #follower: JournalFollower;
  readonly #log: (message: string) => void;
  #desk: Promise<{ engine: QueryEngine; asking: Asking }> | null = null;
  #idle: NodeJS.Timeout | undefined;
  #busy = 0;
  #closed = false;

  /** `open` starts the engine, when the first question comes. */
  constructor(
    dir: string,
    open: () => Promise<QueryEngine>,
    follower: JournalFollower,
    log: (message: string) => void,
  ) {
    this.#dir = dir;
    this.#open = open;
    this.#follower = follower;
    this.#log = log;
  }

  /**
   * Answers one SELECT. Throws BadQuestionError (field `sql`) for what is refused or wrong, TimeoutError past its time,
   * AbortError when the signal fires.
   */
  async ask(question: SqlQuestion, scope: Scope, signal?: AbortSignal): Promise<AnalystAnswer> {
    const late = AbortSignal.timeout(question.timeout_ms);
    const stop = signal ? AbortSignal.any([signal, late]) : late;
    this.#busy++;
    clearTimeout(this.#idle);
    try {
      const { asking } = await this.#opened();
      return await asking.question(async (view, ask) => {
        const [judged] = await ask(judgeSql(question.sql));
        judge(judged?.["tree"], question.sql);
        const views = scopedViews(view, scope);
        const columns = (await ask(describe(views, question.sql))).map((row) => ({
          name: textOf(row["name"]) ?? "",
          type: textOf(row["type"]) ?? "",
        }));
        const rows = await ask(answer(views, question, columns));
        const truncated = rows.length > question.limit;
        const unreadable = missingOf(view.unreadable, () => true, scope);
        const missing = unreadable.length > 0 ? { unreadable } : {};
        return { columns, rows: rows.slice(0, question.limit), truncated, ...missing };
      }, stop);
    } catch (error) {
      throw this.#told(error, question, scope, late.aborted && signal?.aborted !== true);
    } finally {
      this.#busy--;
      this.#restLater();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    const desk = this.#desk;
    this.#desk = null;
    await desk?.then(({ engine }) => engine.close()).catch(() => {});
  }

  #opened(): Promise<{ engine: QueryEngine; asking: Asking }> {
    if (this.#closed) throw new EngineLostError("The lake is closed.");
    this.#desk ??= this.#open().then(
      (engine) => ({
        engine,
        asking: new Asking(engine, new Viewing(this.#dir, engine, this.#follower, this.#log), ASKING_MS),
      }),
      (error: unknown) => {
        this.#desk = null;
        throw error;
      },
    );
    return this.#desk;
  }

  #restLater(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.#busy > 0 || this.#closed) return;
      const desk = this.#desk;
      this.#desk = null;
      void desk?.then(({ engine }) => engine.close()).catch(() => {});
    }, IDLE_MS);
    this.#idle.unref();
  }

  /** What the analyst may hear of an error. */
  #told(error: unknown, question: SqlQuestion, scope: Scope, late: boolean): unknown {
    if (late && isAbort(error)) {
      return new TimeoutError(
        `The statement took more than ${question.timeout_ms} ms; narrow it, or raise timeout_ms.`,
      );
    }
    if (error instanceof EngineLostError) {
      return new BadQuestionError(
        "The statement brought down its process, most likely by taking more memory than it may have.",
        "sql",
      );
    }
    if (!(error instanceof StatementError)) return error;
    this.#log(`A statement of an analyst failed: ${error.message}`);
    const position = positionOf(error.message, question.sql);
    return new BadQuestionError(withPosition(sayable(error.message, scope), position), "sql", position);
  }
}

/** DuckDB's message without paths; a run-time message quotes values, which somebody bound to a tenant need not see. */
function sayable(message: string, scope: Scope): string {
  const [first = ""] = message.split(/\n\s*\n|\nLINE /);
  if (/Out of Memory/i.test(first)) return "The statement needs more memory than it may have.";
  if (isBound(scope) && !/^(Parser|Binder|Catalog|Syntax) Error/.test(first)) {
    return "A value of these rows cannot be computed that way (try_cast and nullif help).";
  }
  return first.replaceAll(/'?"?(\/[\w.=@+-]+){2,}"?'?/g, "a file").slice(0, 1000);
}

function describe(views: Sql, statement: string): Sql {
  return sql`SELECT column_name AS name, column_type AS type FROM (DESCRIBE ${over(views, raw("*"), statement)})`;
}

/** One row more than asked for, so that it is known whether there are more. */
function answer(views: Sql, { sql: statement, limit }: SqlQuestion, columns: readonly ColumnOfAnswer[]): Sql {
  const written = columns.flatMap((column) => {
    const expression = jsonReady(column);
    return expression === null ? [] : [sql`${raw(expression)} AS ${name(column.name)}`];
  });
  const select = written.length > 0 ? sql`* REPLACE (${join(written, ", ")})` : raw("*");
  return sql`${over(views, select, statement)} LIMIT ${limit + 1}`;
}

const WHOLE_NUMBERS = new Set(["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"]);

/** How a column leaves where JSON has no such value: instants as ISO 8601, numbers past 2^53 as text. Null = as it is. */
function jsonReady({ name: column, type }: ColumnOfAnswer): string | null {
  const expression = readable(name(column));
  if (type === "TIMESTAMP WITH TIME ZONE") return isoOf(expression);
  if (WHOLE_NUMBERS.has(type)) {
    return `CASE WHEN ${expression} BETWEEN -9007199254740991 AND 9007199254740991 THEN to_json(${expression}) ELSE to_json(CAST(${expression} AS VARCHAR)) END`;
  }
  return null;
}
