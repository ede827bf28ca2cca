/** What asking takes, as a URL has it: types for whoever asks over HTTP. */
import type { Direction, Outcome } from "../record/record.ts";

type Some<T> = T | readonly T[];

/** The filter: all of it must hold; several values of one parameter are alternatives, `where` excepted. docs/api.md. */
export type CallFilter = {
  /** A date, read in tz and with its day, or an instant. */
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
  /** IANA zone, such as Europe/Berlin. */
  readonly tz?: string | undefined;
  readonly caller_number?: Some<string> | undefined;
  readonly caller_name?: Some<string> | undefined;
  readonly provider_name?: Some<string> | undefined;
  readonly pipeline_name?: Some<string> | undefined;
  readonly context_name?: Some<string> | undefined;
  readonly outcome?: Some<Outcome> | undefined;
  readonly client_id?: Some<string> | undefined;
  readonly assistant_id?: Some<string> | undefined;
  readonly direction?: Some<Direction> | undefined;
  readonly language?: Some<string> | undefined;
  readonly sentiment?: Some<string> | undefined;
  readonly label?: Some<string> | undefined;
  /** Seconds, inclusive. */
  readonly min_duration?: number | undefined;
  readonly max_duration?: number | undefined;
  readonly has_tool_calls?: boolean | undefined;
  /** Of start_time in tz: 1 is Monday, 7 Sunday. */
  readonly weekday?: Some<number> | undefined;
  /** Of start_time in tz: 0 to 23, by the clock on the wall. */
  readonly hour?: Some<number> | undefined;
  readonly tool_name?: Some<string> | undefined;
  readonly tool_status?: Some<string> | undefined;
  /** Words and "phrases" of the transcript and the summary. */
  readonly q?: string | undefined;
  /** `column:operator:value`, all of which must hold. */
  readonly where?: Some<string> | undefined;
};

/** What GET /export can write. */
export type ExportFormat = "csv" | "json" | "ndjson" | "parquet" | "arrow";
/** What GET /:id/export can write. */
export type TranscriptFormat = "txt" | "json" | "csv" | "pdf";
