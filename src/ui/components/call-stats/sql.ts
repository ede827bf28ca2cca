/** The question of each panel as SQL: its own selection, over the calls of the statement that the server shows. */
import type { CallStats } from "../../../api/contract.ts";

export type PanelName =
  | "totals"
  | "cost"
  | "timeline"
  | "outcome"
  | "provider_name"
  | "pipeline_name"
  | "context_name"
  | "latency"
  | "latency_trend"
  | "heat_map"
  | "tools"
  | "callers";

const FROM = "\nFROM calls\nWHERE ";

/** `shown`: the totals' statement (include=sql). `zone`: an IANA zone, in which days and hours are. */
export function panelSql(
  panel: PanelName,
  shown: string,
  bucket: CallStats["timeline"]["bucket"],
  zone: string,
): string {
  const from = shown.slice(Math.max(0, shown.indexOf(FROM)));
  const local = localOf(zone);
  const latencies = `WITH latencies AS (SELECT start_time, unnest(turn_latencies_ms) AS latency_ms${from})`;
  switch (panel) {
    case "totals":
      return shown;
    case "timeline":
      return `SELECT date_trunc('${bucket}', ${local}) AS time, count(*) AS calls${from}\nGROUP BY time\nORDER BY time`;
    case "heat_map":
      return `SELECT isodow(${local}) AS weekday, hour(${local}) AS hour, count(*) AS calls${from}\nGROUP BY ALL\nORDER BY ALL`;
    case "latency":
      return `${latencies}\nSELECT floor(ln(greatest(latency_ms, 1)) / ln(1.05)) AS bucket, min(latency_ms) AS from_ms, max(latency_ms) AS to_ms, count(*) AS turns\nFROM latencies\nGROUP BY bucket\nORDER BY bucket`;
    case "latency_trend":
      return `${latencies}\nSELECT date_trunc('${bucket === "week" ? "week" : "day"}', timezone('UTC', start_time)) AS day, count(*) AS turns, quantile_cont(latency_ms, 0.5) AS p50_ms, quantile_cont(latency_ms, 0.95) AS p95_ms\nFROM latencies\nGROUP BY day\nORDER BY day`;
    case "tools":
      return `WITH tools AS (SELECT unnest(tool_calls, max_depth := 2)${from})\nSELECT name, count(*) AS calls, count(*) FILTER (status = 'ok') AS ok, count(*) FILTER (status = 'error') AS errors, quantile_cont(duration_ms, 0.95) AS p95_duration_ms\nFROM tools\nGROUP BY name\nORDER BY calls DESC, name`;
    case "callers":
      return `SELECT caller_number, count(*) AS calls, sum(duration_seconds) AS duration_seconds${from}\nGROUP BY caller_number\nHAVING caller_number IS NOT NULL\nORDER BY calls DESC, caller_number\nLIMIT 10`;
    case "cost":
      return `SELECT currency, count(cost_total) AS calls, sum(cost_total) AS total${from}\nGROUP BY currency\nHAVING count(cost_total) > 0\nORDER BY total DESC`;
    default:
      return `SELECT ${panel} AS value, count(*) AS calls${from}\nGROUP BY value\nORDER BY calls DESC, value`;
  }
}

/** The calls of an hour of the week, which the list cannot be asked for. */
export function hourSql(shown: string, weekday: number, hour: number, zone: string): string {
  const condition = shown.slice(shown.indexOf(FROM) + FROM.length);
  const local = localOf(zone);
  return `SELECT id, start_time, duration_seconds, outcome, provider_name, context_name\nFROM calls\nWHERE (${condition})\n  AND isodow(${local}) = ${weekday} AND hour(${local}) = ${hour}\nORDER BY start_time DESC`;
}

const localOf = (zone: string) => `timezone('${zone.replaceAll("'", "''")}', start_time)`;
