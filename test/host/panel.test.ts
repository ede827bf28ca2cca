/** The panel's guard: who may ask, from where, and under which name; and the roles one may look as. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../src/host/config.ts";
import { makeDemoHistory } from "../../src/host/demo/history.ts";
import { readDevices } from "../../src/host/devices.ts";
import { guard, securityHeaders } from "../../src/host/guard.ts";
import { readManifest } from "../../src/host/package-root.ts";
import { roleIn, roleOf, roleText } from "../../src/host/roles.ts";
import { type Served, servePanel } from "../../src/host/serve.ts";

function app(environment: Record<string, string> = {}) {
  const panel = new Hono();
  panel.use(securityHeaders(readManifest()), guard(readConfig(environment)));
  panel.all("*", (c) => c.text("in"));
  return (method: string, headers: Record<string, string>) =>
    panel.request("/x", { method, headers: { host: "127.0.0.1:8787", ...headers } });
}
const basic = (password: string) => ({ authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}` });

describe("without a password", () => {
  it.each(["127.0.0.1:8787", "localhost:1", "[::1]:8787"])("answers under %s", async (host) => {
    expect((await app()("GET", { host })).status).toBe(200);
  });

  it.each(["evil.example.com", "127.0.0.1.example.com:8787", ""])(
    "refuses the name %j (DNS rebinding)",
    async (host) => {
      expect((await app()("GET", { host })).status).toBe(403);
    },
  );
});

describe("with a password", () => {
  const ask = app({ HOST: "0.0.0.0", CALL_HISTORY_PASSWORD: "correct horse" });

  it("asks for it, and takes it as Basic or Bearer", async () => {
    const refused = await ask("GET", {});
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/^Basic/);
    expect((await ask("GET", basic("wrong horse!"))).status).toBe(401);
    expect((await ask("GET", { authorization: "Basic ???" })).status).toBe(401);
    expect((await ask("GET", { host: "panel.example.com", ...basic("correct horse") })).status).toBe(200);
    expect((await ask("GET", { authorization: "Bearer correct horse".replace(" horse", "%20horse") })).status).toBe(
      401,
    );
  });
});

describe("the doors with a secret of their own", () => {
  const panel = new Hono();
  panel.use(guard(readConfig({ HOST: "0.0.0.0", CALL_HISTORY_PASSWORD: "correct horse" })));
  panel.all("*", (c) => c.text("in"));
  const status = async (method: string, path: string) => (await panel.request(path, { method })).status;

  it("ask for no password, and are the only ones", async () => {
    for (const path of ["/api/calls/webhooks/vapi", "/api/calls/report", "/agent/chat-history/report"]) {
      expect(await status("POST", path), path).toBe(200);
      expect(await status("GET", path), path).toBe(401);
    }
    for (const path of ["/api/calls", "/api/calls/1/events", "/api/calls/report/x", "/api/calls/webhooks/../1", "/"])
      expect(await status("POST", path), path).toBe(401);
  });

  it("know the devices of a file", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "call-lake-devices-")), "devices.json");
    const read = async (text: string) => {
      await writeFile(file, text);
      return readDevices(file);
    };
    const device = await read('{"68:25:DD:00:01:01": {"assistant_id": "teacher", "client_id": "acme"}}');
    expect(device("68:25:dd:00:01:01")).toEqual({ assistant_id: "teacher", client_id: "acme" });
    expect(device("68:25:dd:00:01:02")).toBeNull();
    expect(readDevices("")("68:25:dd:00:01:01")).toBeNull();
    for (const text of ["", "[]", '{"x": {}}', '{"68:25:dd:00:01:01": {"assistant_id": 1}}'])
      await expect(read(text)).rejects.toThrow(/^CALL_HISTORY_DEVICES names/);
  });
});

describe("every answer", () => {
  it("carries the manifest's CSP and says nothing to other sites", async () => {
    const answer = await app()("GET", {});
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'self'; connect-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("refuses changes that another site asks for", async () => {
    expect((await app()("DELETE", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await app()("DELETE", { "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await app()("DELETE", {})).status).toBe(200);
  });
});

describe("the role one looks as", () => {
  it("is the least of them where the cookie names none", () => {
    expect(roleIn(undefined)).toEqual({ kind: "admin" });
    for (const text of ["", "root", "client:", "Admin", `client:${"x".repeat(201)}`]) {
      expect(roleOf(text), text).toBeNull();
      expect(roleIn(text), text).toEqual({ kind: "viewer" });
    }
    for (const text of ["admin", "viewer", "client:a:b c"]) expect(roleText(roleIn(text))).toBe(text);
  });

  let dir = "";
  let host: Served;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "call-lake-roles-"));
    await makeDemoHistory({ dir, calls: 300, days: 5 });
    host = await servePanel({ config: readConfig({ CALL_HISTORY_DIR: dir, PORT: "0" }), log: () => {} });
  });
  afterAll(async () => {
    await host?.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** What somebody in a role sees: the cookie comes from the panel itself. */
  async function as(role: string) {
    const set = await fetch(`${host.url}/panel/role`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(role),
    });
    expect(set.status).toBe(204);
    expect(set.headers.get("set-cookie")).toMatch(/; HttpOnly; SameSite=Strict$/);
    const cookie = set.headers.get("set-cookie")?.split(";")[0] ?? "";
    return async (path: string, init: RequestInit = {}) => {
      const answer = await fetch(host.url + path, { ...init, headers: { cookie, "content-type": "application/json" } });
      return { status: answer.status, body: (await answer.json()) as never };
    };
  }
  interface Page {
    total: number;
    calls: { id: string; client_id: string; caller_number: string | null }[];
  }
  const sql = { method: "POST", body: JSON.stringify({ sql: "SELECT DISTINCT client_id FROM calls" }) };

  it("shows an administrator everything", async () => {
    const ask = await as("admin");
    expect(((await ask("/api/calls?include=total")).body as Page).total).toBe(300);
    expect((await ask("/api/calls/sql", sql)).status).toBe(200);
    const page = (await ask("/panel/host.json")).body as {
      roles: string[];
      settings: unknown[];
      permissions: string[];
    };
    expect(page.roles).toEqual(expect.arrayContaining(["admin", "client:harbor-hotel", "viewer"]));
    expect(page.settings.length).toBeGreaterThan(5);
    expect(page.permissions).toContain("calls.delete");
    expect((await ask("/panel/status.json")).body).toHaveProperty("data.folder", dir);
  });

  it("shows a client its own calls and nothing else, whatever is asked", async () => {
    const everybody = ((await (await as("admin"))("/api/calls?limit=200")).body as Page).calls;
    const other = everybody.find((call) => call.client_id !== "harbor-hotel")?.id ?? "";
    const ask = await as("client:harbor-hotel");
    const { calls, total } = (await ask("/api/calls?include=total&limit=200")).body as Page;
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(300);
    expect(new Set(calls.map((call) => call.client_id))).toEqual(new Set(["harbor-hotel"]));
    expect((await ask(`/api/calls/${other}`)).status).toBe(404);
    expect(((await ask("/api/calls/sql", sql)).body as { rows: unknown[] }).rows).toEqual([
      { client_id: "harbor-hotel" },
    ]);
    expect((await ask(`/api/calls/${calls[0]?.id}`, { method: "DELETE" })).status).toBe(403);
    expect((await ask("/panel/host.json")).body).toMatchObject({ settings: null, role: "client:harbor-hotel" });
    expect((await ask("/panel/status.json")).body).toEqual({ engine: { state: "none" } });
  });

  it("puts into a client's page that client's rows", async () => {
    const set = await fetch(`${host.url}/panel/role`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify("client:harbor-hotel"),
    });
    const cookie = set.headers.get("set-cookie")?.split(";")[0] ?? "";
    const given = async () => {
      const text = await (await fetch(`${host.url}/calls`, { headers: { cookie } })).text();
      const rows = JSON.parse(/id="rows">(.*)<\/script>/.exec(text)?.[1] ?? "null") as { answer: Page } | null;
      return new Set(rows?.answer.calls.map((call) => call.client_id));
    };
    // A page waits for its rows only a moment.
    await vi.waitFor(async () => expect(await given()).toEqual(new Set(["harbor-hotel"])), { timeout: 45_000 });
  });

  it("shows a reader nothing that names a person, and lets nothing be changed or taken away", async () => {
    const ask = await as("viewer");
    const { calls } = (await ask("/api/calls?limit=5")).body as Page;
    expect(calls.map((call) => call.caller_number)).toEqual([null, null, null, null, null]);
    expect((await ask("/api/calls?caller_number=555")).status).toBe(403);
    for (const [path, method] of [
      ["/api/calls/sql", "POST"],
      ["/api/calls/export", "GET"],
      ["/api/calls/labels", "POST"],
      [`/api/calls/${calls[0]?.id}`, "DELETE"],
      [`/api/calls/${calls[0]?.id}/end`, "POST"],
    ])
      expect((await ask(path ?? "", { method: method ?? "" })).status, path).toBe(403);
  });

  it("is nothing else than one of them", async () => {
    for (const body of ['"root"', "{}", "", "null"]) {
      expect((await fetch(`${host.url}/panel/role`, { method: "POST", body })).status, body).toBe(400);
    }
  });
});
