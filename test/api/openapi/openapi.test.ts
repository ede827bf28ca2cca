/** The OpenAPI document against the router: every route, parameter, permission, example and real answer. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { createCallHistoryApi, type Identity } from "../../../src/api/index.ts";
import { errorBody } from "../../../src/api/openapi/answers.ts";
import { openApi } from "../../../src/api/openapi/document.ts";
import type { Operation } from "../../../src/api/openapi/operation.ts";
import { OPERATIONS } from "../../../src/api/openapi/operations.ts";
import {
  EVERYTHING as EVERY_CALL,
  FACET_PARAMETERS,
  FILTER_PARAMETERS,
  PAGE_PARAMETERS,
  SEARCH_PARAMETERS,
  scopeOf,
} from "../../../src/query/index.ts";
import { openBackend, SECRETS, signed } from "../ingest-kit.ts";

interface Document {
  openapi: string;
  info: object;
  servers: { url: string }[];
  paths: Record<string, Record<string, Told>>;
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
}
interface Told {
  operationId: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: object }> }>;
}

let backend: Awaited<ReturnType<typeof openBackend>>;
let asker: Partial<Identity>;
let api: ReturnType<typeof createCallHistoryApi>;
let id = "";
const START = "2026-11-20T10:00:00.000Z";
const EVERYTHING = ["read", "read_pii", "delete", "ingest", "control", "label", "sql", "export"].map(
  (one) => `calls.${one}`,
);

beforeAll(async () => {
  backend = await openBackend();
  api = createCallHistoryApi({
    lake: backend.lake,
    history: backend.history,
    dir: backend.dir,
    identify: () => ({ subject: "ada", permissions: EVERYTHING, ...asker }),
    webhooks: { retell: { api_key: SECRETS.retell } },
    report: { secret: SECRETS.report, device: () => ({ assistant_id: "teacher", client_id: "acme" }) },
    log: (line) => console.error(line),
  });
  asker = {};
  const told = await api.request("/", {
    method: "POST",
    body: JSON.stringify({
      ...body("tellCall"),
      call_id: "one",
      metadata: { a: [1, null] },
      usage: { input_tokens: 3 },
    }),
  });
  id = ((await told.json()) as { id: string }).id;
  const live = backend.history.startCall({ call_id: "live", source: "engine" }, { hangUp: () => void live.end({}) });
  live.addMessage({ role: "user", content: "hello" });
  live.addTurn({ e2e_ms: 700 });
  live.addToolCall({ name: "look_up", params: { a: 1 }, status: "ok" });
  await backend.history.flush();
});
afterAll(() => backend.close());

const byId = new Map(OPERATIONS.map((operation) => [operation.id, operation]));
const body = (name: string): object => (byId.get(name)?.body?.example ?? {}) as object;
const document = () => openApi("/api/calls") as unknown as Document;

describe("the document", () => {
  it("is served with where the router is", async () => {
    const response = await api.request("/openapi.json");
    const served = (await response.json()) as Document;
    expect(served).toEqual(JSON.parse(JSON.stringify(openApi("/"))));
    expect(served.openapi).toBe("3.1.0");
    expect((await (await backend.app.request("/api/calls/openapi.json")).json()) as Document).toMatchObject({
      servers: [{ url: "/api/calls" }],
    });
  });

  it("has every route of the router, and no other", () => {
    const routes = api.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const told = Object.entries(document().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.sort()).toEqual([...new Set(routes)].sort());
  });

  it("is whole: every reference leads somewhere, every path parameter is told, every name is one's own", () => {
    const { paths, components } = document();
    const text = JSON.stringify(document());
    for (const [, name = ""] of text.matchAll(/"\$ref":"([^"]*)"/g)) {
      expect(name).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(Object.keys(components.schemas)).toContain(name.split("/").at(-1));
    }
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    expect(new Set(operations.map((one) => one.operationId)).size).toBe(operations.length);
    for (const { path, parameters = [], security, responses } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const inPath = parameters.filter((one) => one.in === "path");
      expect(inPath.map((one) => [one.name, one.required])).toEqual(named.map((name) => [name, true]));
      const keys = parameters.map((one) => `${one.in} ${one.name}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const one of security)
        for (const scheme of Object.keys(one)) expect(components.securitySchemes).toHaveProperty(scheme);
      expect(Object.keys(responses).length).toBeGreaterThan(0);
      for (const [status, { description }] of Object.entries(responses)) {
        expect(status).toMatch(/^[1-5]\d\d$/);
        expect(description).not.toBe("");
      }
    }
    // What zod cannot say is left out of a schema without a word: there is none of that.
    for (const [name, schema] of Object.entries(components.schemas)) expect(Object.keys(schema), name).not.toEqual([]);
  });

  it("has the parameters that the routes read", () => {
    const names = (operation: string) =>
      byId
        .get(operation)
        ?.parameters?.filter((one) => one.in === "query")
        .map((one) => one.name)
        .sort();
    expect(names("listCalls")).toEqual([...FILTER_PARAMETERS, ...PAGE_PARAMETERS].sort());
    expect(names("searchCalls")).toEqual([...FILTER_PARAMETERS, ...SEARCH_PARAMETERS].sort());
    expect(names("getFacet")).toEqual([...FILTER_PARAMETERS, ...FACET_PARAMETERS].sort());
  });

  it("has examples that its schemas allow", () => {
    for (const { id: name, answers, body: asked } of OPERATIONS) {
      for (const { content = [] } of answers)
        for (const { schema, example } of content) if (schema) expectExact(schema, example, name);
      for (const one of asked ? [asked.example].flat() : []) expectExact(asked?.schema, one, name, false);
    }
  });
});

/** What the schema reads is all there is: a member that it does not know would be dropped. */
function expectExact(schema: z.ZodType | undefined, value: unknown, where: string, whole = true): void {
  const read = schema?.safeParse(value);
  if (!read?.success)
    throw new Error(`${where}: ${read?.error.message ?? "has no schema"} in ${JSON.stringify(value)}`);
  if (whole) expect(read.data, where).toEqual(value);
}

const fill = (path: string) =>
  path
    .replace("{id}", id)
    .replace("{column}", "provider_name")
    .replace("{provider}", "retell")
    .replace("{call_id}/end", "live/end")
    .replace("active/{call_id}", "active/live")
    .replace("{call_id}", "told");

/** A request as the document describes it. */
function requestOf({ id: name, method, path, body: asked, right }: Operation, query = ""): Request {
  const url = `http://localhost${fill(path)}${query}`;
  if (name === "takeWebhook") {
    const payload = {
      event: "call_ended",
      call: {
        call_id: "w-1",
        start_timestamp: Date.parse(START),
        end_timestamp: Date.parse(START) + 5000,
        transcript: "hello",
      },
    };
    return new Request(url, signed("retell", payload));
  }
  return new Request(url, {
    method: method.toUpperCase(),
    headers: right === "fleet" ? { authorization: `Bearer ${SECRETS.report}` } : {},
    ...(asked ? { body: JSON.stringify(asked.example) } : {}),
  });
}

/** Queries without which a route gives no answer, or a better one. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  listCalls: ["", "?include=total,sql&limit=1"],
  getStats: ["", "?include=sql&start_date=2026-11-01"],
  getFacets: ["", "?include=tool_name"],
  searchCalls: ["?q=late", "?q=order&sort=-start_time"],
  getTranscript: ["", "?q=late"],
  exportCall: ["txt", "json", "csv", "pdf"].map((format) => `?format=${format}`),
  exportCalls: ["csv", "json", "ndjson", "parquet", "arrow"].map((format) => `?format=${format}`),
  deleteCalls: ["?dry_run=true&outcome=lost", "?context_name=nowhere"],
};
/** In this order: what ends a call comes after what asks for it. */
const ORDER = [...OPERATIONS].sort(
  (a, b) =>
    Number(a.id.startsWith("delete") || a.id === "endCall") - Number(b.id.startsWith("delete") || b.id === "endCall"),
);

describe("what the router really answers", () => {
  it("is as the document says, of every route", async () => {
    asker = {};
    for (const operation of ORDER) {
      for (const query of QUERIES[operation.id] ?? [""]) {
        const where = `${operation.id}${query}`;
        const response = await api.request(requestOf(operation, query));
        const told = operation.answers.find(({ status }) => status === response.status);
        if (!told) throw new Error(`${where}: ${response.status} ${await response.text()}`);
        const type = (response.headers.get("content-type") ?? "").split(";")[0];
        const content = told.content?.find((one) => one.type === type);
        expect(content, `${where} answers ${type}`).toBeDefined();
        for (const header of Object.keys(told.headers ?? {}))
          expect(response.headers.has(header), `${where} ${header}`).toBe(true);
        if (type === "text/event-stream") {
          const reader = response.body?.getReader();
          const text = new TextDecoder().decode((await reader?.read())?.value);
          await reader?.cancel();
          expectExact(content?.schema, JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? ""), where);
        } else if (content?.schema) expectExact(content.schema, await response.json(), where);
        else await response.arrayBuffer();
      }
    }
  });

  it("takes every parameter that is told, and refuses another one by name", async () => {
    asker = {};
    for (const operation of OPERATIONS.filter(({ method, right }) => method === "get" && right !== "anybody")) {
      if (operation.id === "followLive" || operation.id === "getMetrics" || operation.id === "getSqlSchema") continue;
      const base = operation.id === "searchCalls" ? "?q=late&" : "?";
      const stranger = await api.request(requestOf(operation, `${base}nonsense=1`));
      expect(await stranger.json(), operation.id).toMatchObject({ error: { field: "nonsense" } });
      for (const { name, in: place, example } of operation.parameters ?? []) {
        if (place !== "query" || example === undefined || (base !== "?" && name === "q")) continue;
        // The filter is read by one function: the list stands for the others.
        if (operation.id !== "listCalls" && (FILTER_PARAMETERS as readonly string[]).includes(name)) continue;
        const response = await api.request(
          requestOf(operation, `${base}${new URLSearchParams({ [name]: String(example) })}`),
        );
        expect([response.status, name, operation.id]).not.toContain(400);
        await response.body?.cancel();
      }
    }
  });

  it("needs the permissions that are told, each of them, and no other", async () => {
    for (const operation of ORDER.filter(({ right }) => Array.isArray(right))) {
      const right = operation.right as readonly string[];
      const query = QUERIES[operation.id]?.[0] ?? "";
      for (const missing of right) {
        asker = { permissions: EVERYTHING.filter((one) => one !== missing) };
        const response = await api.request(requestOf(operation, query));
        expect(response.status, `${operation.id} without ${missing}`).toBe(403);
        expectExact(errorBody, await response.json(), operation.id);
      }
      asker = { permissions: right };
      const response = await api.request(requestOf(operation, query));
      expect([401, 403], `${operation.id} with ${right.join(", ")}`).not.toContain(response.status);
      await response.body?.cancel();
    }
  });

  it("has errors of the one form", async () => {
    asker = {};
    for (const [path, init, status] of [
      ["/?outcome=nonsense", {}, 400],
      ["/nothing", {}, 400],
      ["/019aa5f6-1d00-7e1a-8000-0000000000ff", {}, 404],
      ["/sql", { method: "POST", body: "{" }, 400],
      ["/report", { method: "POST" }, 401],
      ["/webhooks/nobody", { method: "POST" }, 404],
      ["/nothing/end", { method: "POST" }, 404],
      ["/live", { method: "PUT" }, 404],
    ] as const) {
      const response = await api.request(path, init);
      expect([path, response.status]).toEqual([path, status]);
      expectExact(errorBody, await response.json(), path);
    }
  });
});

describe("the figures for Prometheus", () => {
  it("are lines of its format, and only for whoever is bound to no tenant", async () => {
    asker = {};
    const response = await api.request("/metrics");
    const text = await response.text();
    expect(response.headers.get("content-type")).toContain("version=0.0.4");
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) call_lake_\w+ .+|call_lake_\w+(\{[a-z]+="\w+"(,[a-z]+="\w+")*\})? -?[\d.e+-]+)$/,
      );
    }
    const value = (name: string) =>
      Number(new RegExp(`^${name.replaceAll(/[{}]/g, "\\$&")} (.+)$`, "m").exec(text)?.[1]);
    expect(value("call_lake_up")).toBe(1);
    expect(value("call_lake_calls")).toBe(await backend.lake.count(EVERY_CALL, scopeOf({ read_pii: false })));
    expect(value('call_lake_queries_total{lane="quick",state="done"}')).toBeGreaterThan(10);
    expect(value('call_lake_queries_open{lane="export"}')).toBe(0);
    asker = { client_id: "acme" };
    expect((await api.request("/metrics")).status).toBe(403);
  });
});
