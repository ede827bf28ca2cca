/** The seam to DuckDB: one statement in, rows out as JSON texts. */
import type { Parameter } from "./statement.ts";

export interface EngineOptions {
  /** DuckDB's memory_limit, e.g. "1GB". */
  readonly memory_limit: string;
  /** Folder DuckDB may spill to; made when it is needed. */
  readonly temp_directory: string;
  readonly threads: number;
  /** Statements at once, half of them quick ones; more of them wait. */
  readonly queries_max: number;
  /** The one folder files may be read from; then settings are locked and the network is closed. Absent = any. */
  readonly only_folder?: string;
  /** Bytes the child may have in memory; past them it leaves, and is started anew. Absent = memory_limit alone counts. */
  readonly rss_bytes_max?: number;
  /** Bytes of rows one statement may give. Absent = any. */
  readonly answer_bytes_max?: number;
}

/**
 * A list must not wait behind a dashboard, nor a dashboard behind an export: each lane has statements at once of its
 * own, and an export is one of the heavy ones, one at a time.
 */
export type Lane = "quick" | "heavy" | "export";

export interface QueryEngine {
  readonly kind: "child" | "in-process";
  /** Rises whenever the engine starts with an empty memory. */
  readonly generation: number;
  /**
   * Asks a SELECT and yields chunks of rows, each row one JSON text made by to_json. With `generation`, it fails with
   * EngineLostError when the engine has been started anew since, so that no question meets an empty tail.
   * Throws StatementError for what DuckDB refuses, AbortError when the signal fires.
   */
  run(
    statement: string,
    parameters: readonly Parameter[],
    signal?: AbortSignal,
    generation?: number,
    lane?: Lane,
  ): AsyncIterable<string[]>;
  /** Carries out a COPY of a SELECT to a file, in the lane of exports. Throws as `run` does. */
  copy(statement: string, parameters: readonly Parameter[], signal?: AbortSignal, generation?: number): Promise<void>;
  /** Carries out statements that give no rows, in order; for the tail table only. */
  execute(statement: string, parameters: readonly Parameter[], generation?: number): Promise<void>;
  close(): Promise<void>;
}
