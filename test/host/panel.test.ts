/** The panel's guard: who may ask, from where, and under which name. */
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/host/config.ts";
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
