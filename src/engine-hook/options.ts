/** The options of openCallHistory, from code or the environment, each checked before anything starts. */
import { isTimeZone } from "../record/time.ts";

export interface CallHistoryOptions {
  /** The data folder. CALL_HISTORY_DIR; "data" by default. */
  dir?: string;
  /** CALL_HISTORY_ENABLED; true by default. When false nothing is recorded and nothing is written. */
  enabled?: boolean;
  /** Bytes that may wait for the disk before events, then records, are dropped. 64 MiB by default. */
  queue_bytes_max?: number;
  /** New bytes after which a segment is closed. 8 MiB by default. */
  segment_bytes_max?: number;
  /** Seconds after which a segment with an ended call is closed. CALL_HISTORY_PUBLISH_SECONDS; 300 by default. */
  publish_seconds?: number;
  /** IANA zone of calls that name none. CALL_HISTORY_TIME_ZONE; not recorded by default. */
  time_zone?: string;
  /** CALL_HISTORY_KEEP_EMPTY; true by default. When false, a call in which nothing happened is not recorded. */
  keep_empty?: boolean;
  /** Minutes without an event after which a call is ended. CALL_SESSION_TIMEOUT_MINUTES; 30 by default. */
  session_timeout_minutes?: number;
  /** First part of the writer's name; the machine's name by default. */
  host?: string;
  /** Milliseconds `close` waits for the disk. 10,000 by default. */
  close_ms_max?: number;
}

export interface CheckedOptions {
  dir: string;
  enabled: boolean;
  queue_bytes_max: number;
  segment_bytes_max: number;
  publish_seconds: number;
  time_zone: string | null;
  keep_empty: boolean;
  session_timeout_minutes: number;
  host: string | undefined;
  close_ms_max: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws a RangeError with a sentence that names the option and its value. */
export function checkOptions(options: CallHistoryOptions, environment: Environment): CheckedOptions {
  const from = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const { queue_bytes_max = 64 * 1024 * 1024, segment_bytes_max = 8 * 1024 * 1024, close_ms_max = 10_000 } = options;
  return {
    dir: nonEmpty("CALL_HISTORY_DIR (dir)", options.dir ?? from("CALL_HISTORY_DIR") ?? "data"),
    enabled: yesOrNo("CALL_HISTORY_ENABLED (enabled)", options.enabled ?? from("CALL_HISTORY_ENABLED") ?? true),
    queue_bytes_max: whole("queue_bytes_max", queue_bytes_max, 1024, 2 ** 40),
    segment_bytes_max: whole("segment_bytes_max", segment_bytes_max, 1024, 2 ** 30),
    publish_seconds: whole(
      "CALL_HISTORY_PUBLISH_SECONDS (publish_seconds)",
      options.publish_seconds ?? from("CALL_HISTORY_PUBLISH_SECONDS") ?? 300,
      1,
      86_400,
    ),
    time_zone: zone("CALL_HISTORY_TIME_ZONE (time_zone)", options.time_zone ?? from("CALL_HISTORY_TIME_ZONE")),
    keep_empty: yesOrNo(
      "CALL_HISTORY_KEEP_EMPTY (keep_empty)",
      options.keep_empty ?? from("CALL_HISTORY_KEEP_EMPTY") ?? true,
    ),
    session_timeout_minutes: minutes(
      "CALL_SESSION_TIMEOUT_MINUTES (session_timeout_minutes)",
      options.session_timeout_minutes ?? from("CALL_SESSION_TIMEOUT_MINUTES") ?? 30,
    ),
    host: options.host === undefined ? undefined : nonEmpty("host", options.host),
    close_ms_max: whole("close_ms_max", close_ms_max, 0, 3_600_000),
  };
}

function wrong(name: string, must: string, value: unknown): RangeError {
  return new RangeError(
    `${name} must be ${must}; it is ${typeof value === "string" ? JSON.stringify(value) : String(value)}.`,
  );
}

function nonEmpty(name: string, value: unknown): string {
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw wrong(name, "a text that is not empty", value);
}

function whole(name: string, value: unknown, min: number, max: number): number {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max) return number;
  throw wrong(name, `a whole number from ${min} to ${max}`, value);
}

const MINUTES_MAX = 10_080;

/** More than 0; code may give a part of a minute. */
function minutes(name: string, value: unknown): number {
  const number = typeof value === "string" && /^\d{1,5}(\.\d{1,6})?$/.test(value) ? Number(value) : value;
  if (typeof number === "number" && number > 0 && number <= MINUTES_MAX) return number;
  throw wrong(name, `a number of minutes above 0, up to ${MINUTES_MAX}`, value);
}

function yesOrNo(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const text = String(value).toLowerCase();
  if (["true", "1", "yes", "on"].includes(text)) return true;
  if (["false", "0", "no", "off"].includes(text)) return false;
  throw wrong(name, "true or false", value);
}

function zone(name: string, value: unknown): string | null {
  if (value === undefined) return null;
  if (typeof value === "string" && isTimeZone(value)) return value;
  throw wrong(name, "an IANA time zone such as Europe/Berlin", value);
}
