/** The panel's guard: who may ask, from where, and under which name. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/host/config.ts";
import { readDevices } from "../../src/host/devices.ts";
import { guard, securityHeaders } from "../../src/host/guard.ts";
import { readManifest } from "../../src/host/package-root.ts";

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
      "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("refuses changes that another site asks for", async () => {
    expect((await app()("DELETE", { "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await app()("DELETE", { "sec-fetch-site": "same-origin" })).status).toBe(200);
    expect((await app()("DELETE", {})).status).toBe(200);
  });
});
