/** The table user_sessions of a voice platform on Postgres: a CSV, or a live server by its connection string. */
import { vapiEnding } from "../../engine-hook/adapters/vapi-ending.ts";
import { isTimeZone } from "../../record/time.ts";
import { csvRows, Header } from "./csv.ts";
import { measure, piecesOf } from "./input.ts";
import { looseValue } from "./loose-json.ts";
import { isConnectionString, tableRows } from "./postgres.ts";
import type { Item, Place, Reading, Source, ToldCall } from "./source.ts";
import { instantOf, onClock } from "./times.ts";
import { textsOf, wordsOf } from "./transcript.ts";

export type Row = Readonly<Record<string, string | null>>;

const NZ = "Pacific/Auckland";
/** Sources of the platform that are engines of ours: their calls are the same calls. */
const ENGINES = new Set(["vapi", "retell", "elevenlabs", "livekit", "openai_realtime", "asterisk"]);
const DIRECTIONS: readonly (readonly [RegExp, "inbound" | "outbound" | "web"])[] = [
  [/^inbound/i, "inbound"],
  [/^outbound/i, "outbound"],
  [/web/i, "web"],
];

export const userSessions: Source = {
  summary: "the table user_sessions: a CSV, or a live Postgres by its connection string (postgres://…)",
  mapping: [
    ["call_id, else session_id, else id", "call_id; source by the column source (vapi …), else import:user-sessions"],
    ["assistant_id, phone_number_id, user_id, session_id, client_id", "the same"],
    ["customer_number, business_number, type", "caller_number, called_number, direction"],
    ["started_at_utc, ended_at_utc", "start_time, end_time"],
    ["started_at_nz, ended_at_nz where utc is empty", "the same, read on the clock of Pacific/Auckland"],
    ["duration_seconds, else duration_minutes", "duration_seconds"],
    ["cost_total (exact; currency by --currency)", "cost_total, currency"],
    ["ended_reason", "ended_reason; outcome and ended_by as far as it tells"],
    ["call_summary, sentiment, call_outcome, keywords text[]", "summary, sentiment, call_outcome, keywords"],
    ["call_transcript", "conversation (by its speakers)"],
    ["server_messages jsonb, metadata jsonb, id", "server_messages, metadata"],
  ],
  in_time_order: false,
  async *read(reading) {
    const servers = reading.from.filter(isConnectionString);
    const files = reading.from.filter((one) => !isConnectionString(one));
    await measure(files, reading.meter);
    for (const file of files) yield* fileCalls(file, reading);
    for (const server of servers) {
      let line = 0;
      for await (const row of tableRows(server, reading.meter)) {
        line += 1;
        // The connection string has a password in it: it names no place.
        yield toldCall(row, { file: "user_sessions", line }, reading);
      }
    }
  },
};

async function* fileCalls(file: string, reading: Reading): AsyncGenerator<Item> {
  let header: Header | null = null;
  for await (const row of csvRows(piecesOf(file, reading.meter))) {
    const place = { file, line: row.line };
    if (!header) {
      header = new Header(row);
      if (!header.names.includes("started_at_utc") && !header.names.includes("started_at_nz"))
        throw new Error(`${file} has no header row with started_at_utc: export it with the column names (CSV HEADER).`);
      continue;
    }
    const cells = header.read(row);
    if (cells) yield toldCall(cells, place, reading);
    else yield { place, rows: 1, reason: `It has ${row.cells.length} cells for ${header.names.length} columns.` };
  }
}

function toldCall(row: Row, place: Place, { zone, currency }: Reading): Item {
  const start_time = timeOf(row, "started_at", zone) ?? null;
  if (start_time === null)
    return { place, rows: 1, reason: `started_at_utc is no time: ${JSON.stringify(row["started_at_utc"] ?? null)}.` };
  const call_id = row["call_id"] || row["session_id"] || row["id"];
  if (!call_id) return { place, rows: 1, reason: "It has neither call_id, session_id nor id." };
  const source = row["source"]?.trim().toLowerCase().replaceAll("-", "_") ?? "";
  const seconds = exact(row["duration_seconds"]) ?? times60(exact(row["duration_minutes"]));
  const end =
    timeOf(row, "ended_at", zone) ?? (seconds === null ? null : start_time + Math.round(Number(seconds) * 1000));
  const cost_total = exact(row["cost_total"]);
  const inNz = Boolean(row["started_at_nz"]) && isTimeZone(NZ);
  return {
    place,
    rows: 1,
    columns: {
      source: ENGINES.has(source) ? source : "import:user-sessions",
      call_id,
      start_time,
      end_time: end,
      duration_seconds: seconds === null ? null : Number(seconds),
      time_zone: inNz ? NZ : null,
      ...namesOf(row),
      ...endingOf(row["ended_reason"] || null, Number(seconds) > 0 && !row["call_transcript"]),
      cost_total: cost_total === null ? null : Number(cost_total),
      currency: cost_total === null ? null : currency,
      summary: row["call_summary"] ?? null,
      sentiment: row["sentiment"] ?? null,
      call_outcome: row["call_outcome"] ?? null,
      keywords: textsOf(row["keywords"] ?? null),
      conversation: wordsOf(row["call_transcript"] ?? null),
      tool_calls: null,
      server_messages: looseValue(row["server_messages"]),
      metadata: metadataOf(row),
      created_at: instantOf(row["created_at"], zone),
    },
  };
}

/**
 * The instant of `<name>_utc`, else of `<name>_nz`: there NOW() AT TIME ZONE 'Pacific/Auckland' was stored, which is
 * New Zealand's clock under the name of UTC. Only a server that itself shows New Zealand's offset stored the instant.
 */
function timeOf(row: Row, name: string, zone: string): number | null {
  const utc = row[`${name}_utc`];
  if (utc) return instantOf(utc, zone);
  const nz = row[`${name}_nz`]?.trim();
  if (!nz) return null;
  if (/\+1[23](:?00)?$/.test(nz)) return instantOf(nz, NZ);
  const wall = instantOf(nz, "UTC");
  return wall === null ? null : onClock(wall, NZ);
}

function namesOf(row: Row): ToldCall["columns"] {
  const type = row["type"] ?? "";
  const direction = DIRECTIONS.find(([pattern]) => pattern.test(type))?.[1] ?? null;
  const [customer, business] = [row["customer_number"] ?? null, row["business_number"] ?? null];
  return {
    session_id: row["session_id"] ?? null,
    client_id: row["client_id"] ?? null,
    assistant_id: row["assistant_id"] ?? null,
    phone_number_id: row["phone_number_id"] ?? null,
    user_id: row["user_id"] ?? null,
    caller_number: direction === "outbound" ? business : customer,
    called_number: direction === "outbound" ? customer : business,
    direction,
    provider_name: row["source"] ?? null,
  };
}

/** `silent`: it lasted, and what was said is not known; that is no reason to call it abandoned. */
function endingOf(reason: string | null, silent: boolean): ToldCall["columns"] {
  const lasted = silent ? ({ outcome: "completed" } as const) : {};
  if (reason === null) return lasted;
  const { outcome, ended_by, graceful } = vapiEnding(reason);
  return {
    ended_reason: reason,
    ...(outcome === undefined ? lasted : { outcome }),
    ended_by: ended_by === "unknown" ? null : ended_by,
    graceful,
    error_message: outcome === "error" ? reason : null,
  };
}

function metadataOf(row: Row): unknown {
  const told = looseValue(row["metadata"]);
  const id = row["id"] ? { user_session_id: row["id"] } : {};
  if (typeof told === "object" && told !== null && !Array.isArray(told)) return { ...told, ...id };
  return told === null ? (row["id"] ? id : null) : { ...id, metadata: told };
}

/** A numeric as it was written; null for what is none (NaN, Infinity). */
function exact(text: string | null | undefined): string | null {
  return text && /^-?\d+(\.\d+)?$/.test(text.trim()) ? text.trim() : null;
}

function times60(minutes: string | null): string | null {
  return minutes === null ? null : String(Math.round(Number(minutes) * 6000) / 100);
}
