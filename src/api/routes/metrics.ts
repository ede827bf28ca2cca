/** GET /metrics: figures of the lake in Prometheus' text format. */
import { EVERYTHING, scopeOf } from "../../query/index.ts";
import { ApiError } from "../errors.ts";
import { allowed } from "../identity.ts";
import type { Routes } from "../parts.ts";

type Samples = readonly (readonly [labels: string, value: number])[];

export const metricsRoutes: Routes = (api, { lake }) => {
  api.get("/metrics", async (c) => {
    const { client_id, assistant_id } = allowed(c, "calls.read");
    if (client_id !== undefined || assistant_id !== undefined) {
      throw new ApiError(403, "forbidden", "These figures are of all tenants; who asks is bound to one.");
    }
    const { signal } = c.req.raw;
    const [health, calls] = await Promise.all([
      lake.health(signal),
      lake.count(EVERYTHING, scopeOf({ read_pii: false }), signal).catch(() => null),
    ]);
    await lake.live.refresh();
    const lanes = Object.entries(lake.queries);
    const ends = ["done", "stopped", "refused", "failed"] as const;
    const one = (value: number | null): Samples => (value === null ? [] : [["", value]]);
    return c.text(
      [
        metric("up", "gauge", "Whether a real question is answered.", one(health.status === "down" ? 0 : 1)),
        metric("calls", "gauge", "Calls in the history.", one(calls)),
        metric("live_calls", "gauge", "Calls that run now.", one([...lake.live.calls()].length)),
        metric("lake_files", "gauge", "Parquet files in sight.", one(health.files)),
        metric(
          "unreadable_files",
          "gauge",
          "Parquet files that cannot be read: their calls are in no answer.",
          one(health.unreadable?.length ?? 0),
        ),
        metric("journal_rows", "gauge", "Calls that are in the journal only.", one(health.tail_rows)),
        metric("journal_lag_seconds", "gauge", "Age of the oldest of them.", one(health.journal_lag_seconds ?? 0)),
        metric("health_query_seconds", "gauge", "Time of the real question.", one((health.query_ms ?? 0) / 1000)),
        metric(
          "engine_restarts_total",
          "counter",
          "Times the query child was started anew.",
          one(health.engine_restarts),
        ),
        metric(
          "queries_open",
          "gauge",
          "Statements that run or wait, by lane.",
          lanes.map(([lane, { open }]) => [`{lane="${lane}"}`, open]),
        ),
        metric(
          "queries_total",
          "counter",
          "Statements that are over, by lane and state.",
          lanes.flatMap(([lane, count]) =>
            ends.map((state) => [`{lane="${lane}",state="${state}"}`, count[state]] as const),
          ),
        ),
        metric("memo_bytes", "gauge", "Rows of answers that are kept for whoever asks again.", one(lake.memo.bytes)),
        metric("memo_total", "counter", "Statements by whether their rows were kept.", [
          ['{found="true"}', lake.memo.hits],
          ['{found="false"}', lake.memo.misses],
        ]),
      ].join(""),
      200,
      { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" },
    );
  });
};

function metric(name: string, type: "gauge" | "counter", help: string, samples: Samples): string {
  const lines = samples.map(([labels, value]) => `call_lake_${name}${labels} ${value}\n`);
  return `# HELP call_lake_${name} ${help}\n# TYPE call_lake_${name} ${type}\n${lines.join("")}`;
}
