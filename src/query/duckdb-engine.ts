/** DuckDB in this process: what the query child holds, and what tests and the command line use directly. */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { EngineOptions, QueryEngine } from "./engine.ts";
import { abortError, EngineLostError, StatementError } from "./errors.ts";
import { Slots } from "./slots.ts";
import { literal, type Parameter } from "./statement.ts";

/** How often a statement is interrupted again, in case the first interrupt came before it had begun. */
const INTERRUPT_EVERY_MS = 50;
const WAITING_MAX = 200;

/** Opens an engine with nothing in its memory. */
export async function openDuckdbEngine(options: EngineOptions): Promise<QueryEngine> {
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: options.memory_limit,
    temp_directory: options.temp_directory,
    threads: String(options.threads),
    preserve_insertion_order: "false",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const writer = await instance.connect();
  await writer.run(`SET GLOBAL TimeZone=${literal("UTC")}`);
  await writer.run("SET GLOBAL parquet_metadata_cache=true");
  if (options.only_folder !== undefined) {
    await writer.run(`SET GLOBAL allowed_directories=[${literal(`${options.only_folder}/`)}]`);
    await writer.run("SET GLOBAL enable_external_access=false");
    await writer.run("SET GLOBAL lock_configuration=true");
  }
  return new DuckdbEngine(instance, writer, options);
}

class DuckdbEngine implements QueryEngine {
  readonly kind = "in-process";
  readonly generation = 1;
  readonly #instance: DuckDBInstance;
  readonly #slots: Slots;
  readonly #idle: DuckDBConnection[] = [];
  readonly #writer: DuckDBConnection;
  readonly #answerMax: number;
  #writes: Promise<void> = Promise.resolve();
  #broken: string | null = null;
  #closed = false;

  constructor(instance: DuckDBInstance, writer: DuckDBConnection, options: EngineOptions) {
    this.#instance = instance;
    this.#writer = writer;
    this.#slots = new Slots(options.queries_max, WAITING_MAX);
    this.#answerMax = options.answer_bytes_max ?? Number.POSITIVE_INFINITY;
  }

  async *run(statement: string, parameters: readonly Parameter[], signal?: AbortSignal): AsyncIterable<string[]> {
    await this.#slots.acquire(signal);
    let connection: DuckDBConnection | undefined;
    let interrupts: NodeJS.Timeout | undefined;
    let readToTheEnd = false;
    let length = 0;
    const interrupt = () => {
      connection?.interrupt();
      interrupts ??= setInterval(() => connection?.interrupt(), INTERRUPT_EVERY_MS);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      this.#refuseIfGone();
      connection = this.#idle.pop() ?? (await this.#connect());
      if (signal?.aborted) throw abortError();
      // The row's alias is one that nobody names a column: to_json(x) would mean the column.
      const wrapped = `SELECT to_json(call_lake_row)::VARCHAR FROM (\n${statement}\n) call_lake_row`;
      const result = await connection.stream(wrapped, [...parameters]);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (signal?.aborted) throw abortError();
        if (!chunk || chunk.rowCount === 0) {
          readToTheEnd = true;
          return;
        }
        const rows = chunk.getColumnValues(0) as string[];
        for (const row of rows) length += row.length;
        if (length > this.#answerMax) {
          throw new StatementError(
            `The answer is larger than ${this.#answerMax} characters; ask for fewer rows or columns.`,
          );
        }
        yield rows;
      }
    } catch (error) {
      if (signal?.aborted) throw abortError();
      throw this.#translated(error);
    } finally {
      signal?.removeEventListener("abort", interrupt);
      clearInterval(interrupts);
      if (connection) {
        // A connection whose stream was left early holds an open result: it is not used again.
        if (readToTheEnd && !this.#closed) this.#idle.push(connection);
        else connection.closeSync();
      }
      this.#slots.release();
    }
  }

  execute(statement: string, parameters: readonly Parameter[]): Promise<void> {
    const done = this.#writes.then(async () => {
      this.#refuseIfGone();
      try {
        await this.#writer.run(statement, [...parameters]);
      } catch (error) {
        throw this.#translated(error);
      }
    });
    this.#writes = done.catch(() => undefined);
    return done;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writes;
    this.#writer.closeSync();
    for (const connection of this.#idle) connection.closeSync();
    this.#instance.closeSync();
  }

  #connect(): Promise<DuckDBConnection> {
    return this.#instance.connect();
  }

  #refuseIfGone(): void {
    if (this.#closed) throw new EngineLostError("The query engine is closed.");
    if (this.#broken)
      throw new EngineLostError(`DuckDB broke down and its process must be started anew: ${this.#broken}`);
  }

  #translated(error: unknown): Error {
    if (!(error instanceof Error)) return new StatementError(String(error));
    if (error instanceof EngineLostError || error instanceof StatementError || error.name === "AbortError")
      return error;
    const translated = new StatementError(error.message);
    if (translated.fatal) this.#broken = error.message;
    return translated;
  }
}
