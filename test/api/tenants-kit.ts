/** The world of the tenants test: calls that bear their owner's mark in every text, and the makers of random requests. */
import { type CallRecord, callIdentity } from "../../src/record/index.ts";
import { madeCall, pick, type Random } from "../query/made-calls.ts";

export const TENANTS = ["acme", "globex"] as const;
export type Tenant = (typeof TENANTS)[number];

/** In every text of a tenant's calls; the second also says that the text is personal. */
export const markOf = (tenant: string) => `${tenant}secret`;
export const PERSONAL = "privately";

const FROM = Date.parse("2026-03-28T00:00:00Z");

/** The days of each owner's calls, after FROM: a range that others' calls widen would tell of them. */
const DAYS: { readonly [owner: string]: readonly number[] } = { acme: [0, 1], globex: [0, 1, 3], nobody: [0, 60] };

/** A call of a tenant, or of nobody. */
export function ownedCall(random: Random, number: number, owner: string | null): CallRecord {
  const mark = markOf(owner ?? "nobody");
  const personal = `${mark} ${PERSONAL} ${number % 7}`;
  const day = pick(random, DAYS[owner ?? "nobody"] ?? []);
  const startMs = Math.floor(FROM + (day + random()) * 86_400_000);
  const made = madeCall(random, number, startMs);
  const start_time = made.start_time;
  return {
    ...made,
    // The same source and call_id may be used by every tenant.
    call_id: `${mark}-${number}`,
    id: callIdentity("engine", `${mark}-${number}`, startMs),
    client_id: owner,
    assistant_id: `${mark}-a${number % 2}`,
    caller_number: `+1555010${number % 10}${personal}`,
    caller_name: personal,
    // Whole halves: sums of them are the same in any order.
    duration_seconds: pick(random, [null, Math.round(random() * 400) / 2]),
    provider_name: pick(random, ["openai_realtime", `${mark}-provider`]),
    pipeline_name: pick(random, ["hybrid", `${mark}-pipeline`]),
    context_name: pick(random, ["default", `${mark}-context`]),
    sentiment: pick(random, ["positive", `${mark}-mood`]),
    labels: pick(random, [[], [`${mark}-label`, "vip"]]),
    keywords: [mark],
    ended_reason: mark,
    error_message: pick(random, [null, mark]),
    summary: personal,
    conversation: [{ role: "user", content: personal, at: start_time, offset_ms: 0, interrupted: false, agent: mark }],
    tool_calls: [
      {
        tool_call_id: mark,
        name: `${mark}-tool`,
        phase: null,
        params: { text: personal },
        result: personal,
        status: "ok",
        error: null,
        at: start_time,
        duration_ms: 5,
      },
    ],
    tool_call_count: 1,
    tool_ok_count: 1,
    tool_error_count: 0,
    pipeline_components: { [`${mark}-key`]: mark },
    usage: { [`${mark}-tokens`]: 1 },
    cost_total: 0.5,
    metadata: { text: personal },
  };
}

export interface World {
  /** Calls by owner. */
  readonly calls: { readonly [owner: string]: readonly CallRecord[] };
  /** Cursors that were given out, by who got them. */
  readonly cursors: { [who: string]: string[] };
}

export interface Asked {
  readonly method?: "GET" | "DELETE" | "POST";
  readonly path: string;
  readonly body?: string;
  readonly accept?: string;
}

/** Makes a request of one kind; `who` asks it. A new route needs no more than a line in KINDS to be tried. */
type Maker = (world: World, random: Random, who: Tenant) => Asked;

const other = (who: Tenant): Tenant => (who === "acme" ? "globex" : "acme");
const oneOf = (world: World, random: Random, owner: string) => pick(random, world.calls[owner] ?? []);

/** Conditions and parameters that lean on the wall between tenants. */
function leaning(world: World, random: Random, who: Tenant): [string, string][] {
  const them = other(who);
  const theirs = oneOf(world, random, them);
  const anyone = oneOf(world, random, pick(random, [who, them, "nobody"]));
  const all: (() => [string, string])[] = [
    () => ["client_id", them],
    () => ["client_id", pick(random, ["' OR TRUE --", '" OR 1=1', "%", "null", "$1", who])],
    () => ["where", `client_id:eq:${them}`],
    () => ["where", `client_id:ne:${who}`],
    () => ["where", `client_id:in:${who},${them}`],
    () => ["where", "client_id:is_null:true"],
    () => ["where", `client_id:${pick(random, ["gt", "lt", "starts", "contains"])}:${pick(random, ["a", "g", "z"])}`],
    () => ["where", `id:eq:${theirs.id}`],
    () => ["where", `id:${pick(random, ["le", "ge"])}:${theirs.id}`],
    () => ["where", `call_id:starts:${markOf(them)}`],
    () => ["where", `caller_name:contains:${pick(random, [PERSONAL, markOf(them), "'", "%"])}`],
    () => ["where", `metadata.text:contains:${PERSONAL}`],
    () => ["where", `conversation.content:contains:${PERSONAL}`],
    () => ["where", `pipeline_components.${markOf(them)}-key:is_null:false`],
    () => ["where", `labels:contains:${markOf(them)}-label`],
    () => ["where", `start_time:${pick(random, ["ge", "lt"])}:${anyone.start_time}`],
    () => ["where", `usage:contains:${markOf(them)}-tokens`],
    () => ["where", pick(random, ["client_id", "client_id:eq", "no:eq:1", "rev:like:1", "rev:eq:x", "a.b.c:::"])],
    () => ["label", pick(random, ["vip", `${markOf(them)}-label`])],
    () => ["tool_name", `${markOf(pick(random, [who, them]))}-tool`],
    () => ["provider_name", pick(random, ["openai_realtime", `${markOf(them)}-provider`])],
    () => ["assistant_id", `${markOf(pick(random, [who, them]))}-a1`],
    () => ["caller_number", pick(random, ["+1555", "%", "_", PERSONAL])],
    () => ["q", pick(random, [PERSONAL, markOf(them), markOf(who), `"${PERSONAL} 3"`])],
    () => ["start_date", pick(random, ["2026-03-28", "2026-04-02"])],
    () => ["end_date", pick(random, ["2026-03-29", "2026-05-20"])],
    () => ["tz", pick(random, ["Europe/Berlin", "Asia/Kolkata"])],
    () => ["min_duration", "50"],
    () => ["outcome", pick(random, ["completed", "error"])],
    () => ["client_id[]", them],
    () => ["scope", "all"],
    () => ["read_pii", "true"],
  ];
  return Array.from({ length: Math.floor(random() * 3) }, () => pick(random, all)());
}

/** The filter's parameters and some more, as a query. */
function query(world: World, random: Random, who: Tenant, more: readonly [string, string][] = []): string {
  const params = new URLSearchParams([...leaning(world, random, who), ...more]);
  return params.size === 0 ? "" : `?${params}`;
}

/** Ids of both, and of nobody; and the condition that names them. */
function someIds(world: World, random: Random, who: Tenant): { ids: string[]; where: string } {
  const owners = [who, other(who), pick(random, [who, other(who), "nobody"])];
  const ids = owners.flatMap((owner) => [oneOf(world, random, owner).id, oneOf(world, random, owner).id]);
  return { ids, where: `id:in:${ids.join(",")}` };
}

/** A question by POST about calls that somebody chose, beside other parameters. */
function chosen(path: string, world: World, random: Random, who: Tenant, more: object): Asked {
  const params = new URLSearchParams(random() < 0.3 ? leaning(world, random, who) : []);
  const where = [someIds(world, random, who).where, ...params.getAll("where")];
  params.delete("where");
  const body = { ...Object.fromEntries([...params.keys()].map((key) => [key, params.getAll(key)])), where, ...more };
  return { method: "POST", path, body: JSON.stringify(body) };
}

const SORTS = ["-start_time", "start_time", "client_id", "-client_id", "call_id", "-cost_total", "caller_name", "id"];

const list: Maker = (world, random, who) => {
  const more: [string, string][] = [["limit", pick(random, ["1", "3", "20"])]];
  if (random() < 0.5) more.push(["sort", pick(random, SORTS)]);
  if (random() < 0.6) more.push(["include", pick(random, ["total", "sql", "total,sql"])]);
  return { path: query(world, random, who, more) };
};

/** Each kind, and how often it is asked. */
export const KINDS: { readonly [kind: string]: readonly [weight: number, maker: Maker] } = {
  list: [14, list],
  page: [
    2,
    (w, r, who) => ({
      path: query(w, r, who, [
        ["page", pick(r, ["1", "2", "90"])],
        ["page_size", "15"],
      ]),
    }),
  ],
  cursor: [
    12,
    (w, r, who) => {
      const cursor = pick(r, w.cursors[pick(r, [who, other(who), "admin"])] ?? []) ?? "abc";
      const params = new URLSearchParams(cursor);
      return { path: `?${params}` };
    },
  ],
  facets: [2, (w, r, who) => ({ path: `/facets${query(w, r, who, r() < 0.5 ? [["include", "tool_name"]] : [])}` })],
  facet: [
    12,
    (w, r, who) => {
      const column = pick(r, [
        "client_id",
        "assistant_id",
        "label",
        "tool_name",
        "caller_number",
        "call_id",
        "summary",
        "x",
      ]);
      const prefix = pick(r, ["", other(who).slice(0, 2), markOf(other(who)), "+1555", "%"]);
      return { path: `/facets/${column}${query(w, r, who, prefix === "" ? [] : [["prefix", prefix]])}` };
    },
  ],
  stats: [1, (w, r, who) => ({ path: `/stats${query(w, r, who, r() < 0.3 ? [["include", "sql"]] : [])}` })],
  hostile: [
    30,
    (w, r, who) => {
      const id = oneOf(w, r, other(who)).id;
      const said = pick(r, [other(who), `'${other(who)}'`, id, "\\\\", "'; SELECT 1; --", "1e999", "%00"]);
      const paths = [
        `?where=client_id:${said}`,
        `?where=${said}:eq:1`,
        `?where=start_time:ge:${said}`,
        `?where=client_id.${said}:eq:1`,
        `?sort=${said}`,
        `?limit=${said}`,
        `?cursor=${said}`,
        `?tz=${said}`,
        `?include=${said}`,
        `?${said}=1`,
        `/facets/${said}`,
        `/${said}`,
        `/${said}/transcript`,
        `/stats?outcome=${said}`,
        `/stats?end_date=${said}`,
      ];
      return { path: pick(r, paths).replaceAll(" ", "%20"), ...(r() < 0.2 ? { method: "DELETE" as const } : {}) };
    },
  ],
  detail: [10, (w, r, who) => ({ path: `/${oneOf(w, r, pick(r, [who, other(who), other(who), "nobody"])).id}` })],
  transcript: [5, (w, r, who) => ({ path: `/${oneOf(w, r, pick(r, [who, other(who), "nobody"])).id}/transcript` })],
  nobody: [
    2,
    (_, r) => ({
      path: `/019a0000-0000-7000-8000-${Math.floor(r() * 1e12)
        .toString()
        .padStart(12, "0")}`,
    }),
  ],
  dry_run: [10, (w, r, who) => ({ method: "DELETE", path: query(w, r, who, [["dry_run", "true"]]) })],
  delete_other: [3, (w, r, who) => ({ method: "DELETE", path: `/${oneOf(w, r, other(who)).id}` })],
  // Calls that somebody chose, of which some are another's: counted, erased, labelled, exported.
  delete_chosen: [4, (w, r, who) => chosen("/deletions", w, r, who, r() < 0.5 ? { dry_run: true } : {})],
  label_chosen: [
    0.4,
    (w, r, who) => {
      const { ids, where } = someIds(w, r, who);
      const calls = r() < 0.7 ? { ids } : { filter: String(new URLSearchParams([["where", where]])) };
      return { method: "POST", path: "/labels", body: JSON.stringify({ ...calls, add: ["seen"] }) };
    },
  ],
  export_chosen: [0.4, (w, r, who) => chosen("/export", w, r, who, { format: pick(r, ["csv", "arrow"]) })],
  search: [
    2,
    (w, r, who) => {
      const q = pick(r, [PERSONAL, markOf(other(who)), markOf(who), `"${PERSONAL} 3"`, `${markOf(who)} -x`]);
      const more: [string, string][] = [["q", q]];
      if (r() < 0.5) more.push(["sort", pick(r, ["rank", "-start_time"])]);
      if (r() < 0.5) more.push(["limit", pick(r, ["1", "50"])]);
      return { path: `/search${query(w, r, who, more)}` };
    },
  ],
  export: [
    1,
    (w, r, who) => {
      const more: [string, string][] = [["format", pick(r, ["csv", "ndjson", "arrow"])]];
      if (r() < 0.5) more.push(["columns", pick(r, ["id,client_id,assistant_id", "id,summary,caller_name"])]);
      return { path: `/export${query(w, r, who, more)}` };
    },
  ],
  sql: [
    1,
    (_, r, who) => ({
      method: "POST",
      path: "/sql",
      ...(r() < 0.3 ? { accept: "application/vnd.apache.arrow.stream" } : {}),
      body: JSON.stringify({
        // The machine may be busy with others: that is no answer of this test.
        timeout_ms: 60_000,
        sql: pick(r, [
          "SELECT count(*) AS n, min(start_time) AS t FROM calls",
          `SELECT id FROM calls WHERE client_id = '${other(who)}' OR TRUE ORDER BY id LIMIT 5`,
          "SELECT DISTINCT client_id FROM calls ORDER BY 1",
          "SELECT count(*) AS n, max(content) AS c FROM messages",
          "SELECT name, count(*) AS n FROM tool_calls GROUP BY ALL ORDER BY 1",
          "SELECT * FROM tail",
        ]),
      }),
    }),
  ],
};

/** A random request, and what kind it is. */
export function madeRequest(world: World, random: Random, who: Tenant): { kind: string; asked: Asked } {
  const sum = Object.values(KINDS).reduce((total, [weight]) => total + weight, 0);
  let at = random() * sum;
  for (const [kind, [weight, maker]] of Object.entries(KINDS)) {
    at -= weight;
    if (at < 0) return { kind, asked: maker(world, random, who) };
  }
  return { kind: "list", asked: list(world, random, who) };
}
