/** DuckDB in this process: what the query child holds, and what tests and the command line use directly. */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import type { EngineOptions, Lane, QueryEngine } from "./engine.ts";
import { abortError, EngineBusyError, EngineLostError, StatementError } from "./errors.ts";
import { Slots } from "./slots.ts";
import { literal, type Parameter } from "./statement.ts";

/** How often a statement is interrupted again, in case the first interrupt came before it had begun. */
const INTERRUPT_EVERY_MS = 50;
const WAITING_MAX = 200;
const EXPORTS_WAITING_MAX = 4;

/** A connection in use. */
interface Held {
  readonly connection: DuckDBConnection;
  /** Set when its result was read to the end. */
  reusable: boolean;
  release(): void;
}

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
  // A name is written once, so what was read of a file stays true: no need to open each one again for every statement
  // (at 365 files a count took 185 ms of processor time with it, 8 without).
  await writer.run("SET GLOBAL validate_external_file_cache='NO_VALIDATION'");
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
  readonly #quick: Slots;
  readonly #heavy: Slots;
  readonly #exports = new Slots(1, EXPORTS_WAITING_MAX);
  readonly #idle: DuckDBConnection[] = [];
  readonly #writer: DuckDBConnection;
  readonly #answerMax: number;
  #writes: Promise<void> = Promise.resolve();
  #broken: string | null = null;
  #closed = false;

  constructor(instance: DuckDBInstance, writer: DuckDBConnection, options: EngineOptions) {
    this.#instance = instance;
    this.#writer = writer;
    this.#quick = new Slots(Math.ceil(options.queries_max / 2), WAITING_MAX);
    this.#heavy = new Slots(Math.max(1, Math.floor(options.queries_max / 2)), WAITING_MAX);
    this.#answerMax = options.answer_bytes_max ?? Number.POSITIVE_INFINITY;
  }

  async *run(
    statement: string,
    parameters: readonly Parameter[],
    signal?: AbortSignal,
    _generation?: number,
    lane: Lane = "quick",
  ): AsyncIterable<string[]> {
    const held = await this.#hold(lane, signal);
    let length = 0;
    try {
      // The row's alias is one that nobody names a column: to_json(x) would mean the column.
      const wrapped = `SELECT to_json(call_lake_row)::VARCHAR FROM (\n${statement}\n) call_lake_row`;
      const result = await held.connection.stream(wrapped, [...parameters]);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (signal?.aborted) throw abortError();
        if (!chunk || chunk.rowCount === 0) {
          held.reusable = true;
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
      held.release();
    }
  }

  async copy(statement: string, parameters: readonly Parameter[], signal?: AbortSignal): Promise<void> {
    const held = await this.#hold("export", signal);
    try {
      await held.connection.run(statement, [...parameters]);
      held.reusable = true;
    } catch (error) {
      if (signal?.aborted) throw abortError();
      throw this.#translated(error);
    } finally {
      held.release();
    }
  }

  /** A connection in the lane, interrupted when the signal fires until it is released. */
  async #hold(lane: Lane, signal: AbortSignal | undefined): Promise<Held> {
    const slots = this.#slotsOf(lane);
    const taken: Slots[] = [];
    let connection: DuckDBConnection | undefined;
    let interrupts: NodeJS.Timeout | undefined;
    const interrupt = () => {
      connection?.interrupt();
      interrupts ??= setInterval(() => connection?.interrupt(), INTERRUPT_EVERY_MS);
    };
    const giveBack = () => {
      signal?.removeEventListener("abort", interrupt);
      clearInterval(interrupts);
      for (const slot of taken.reverse()) slot.release();
    };
    try {
      for (const slot of slots) {
        await slot.acquire(signal);
        taken.push(slot);
      }
      this.#refuseIfGone();
      connection = this.#idle.pop() ?? (await this.#instance.connect());
      if (signal?.aborted) throw abortError();
    } catch (error) {
      if (connection) this.#idle.push(connection);
      giveBack();
      throw this.#translated(error);
    }
    signal?.addEventListener("abort", interrupt, { once: true });
    const held: Held = {
      connection,
      reusable: false,
      release: () => {
        giveBack();
        // A connection whose stream was left early holds an open result: it is not used again.
        if (held.reusable && !this.#closed) this.#idle.push(held.connection);
        else held.connection.closeSync();
      },
    };
    return held;
  }

  #slotsOf(lane: Lane): readonly Slots[] {
    if (lane === "quick") return [this.#quick];
    return lane === "heavy" ? [this.#heavy] : [this.#exports, this.#heavy];
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

  #refuseIfGone(): void {
    if (this.#closed) throw new EngineLostError("The query engine is closed.");
    if (this.#broken)
      throw new EngineLostError(`DuckDB broke down and its process must be started anew: ${this.#broken}`);
  }

  #translated(error: unknown): Error {
    if (!(error instanceof Error)) return new StatementError(String(error));
    const ours = [EngineLostError, EngineBusyError, StatementError];
    if (ours.some((known) => error instanceof known) || error.name === "AbortError") return error;
    const translated = new StatementError(error.message);
    if (translated.fatal) this.#broken = error.message;
    return translated;
  }
}
