/** Providers' webhooks as records: golden payloads, every reason a call can end for, and payloads that are none. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromElevenLabs } from "../../../src/engine-hook/adapters/elevenlabs.ts";
import { elevenLabsEnding } from "../../../src/engine-hook/adapters/elevenlabs-ending.ts";
import { fromRetell, retellStatus } from "../../../src/engine-hook/adapters/retell.ts";
import { retellEnding } from "../../../src/engine-hook/adapters/retell-ending.ts";
import { fromVapi, vapiStatus } from "../../../src/engine-hook/adapters/vapi.ts";
import { vapiEnding } from "../../../src/engine-hook/adapters/vapi-ending.ts";
import { normaliseRecord } from "../../../src/record/index.ts";

const MAPPERS = { vapi: fromVapi, retell: fromRetell, elevenlabs: fromElevenLabs } as const;
const golden = join(import.meta.dirname, "../../golden");
const shared = join(import.meta.dirname, "../../../../shared/data/vapi");

/** What of a record the payload decides. */
function recordOf(provider: keyof typeof MAPPERS, payload: unknown) {
  const input = MAPPERS[provider](payload);
  if (input === null) return null;
  return { ...normaliseRecord(input), created_at: "when it was made" };
}

for (const provider of Object.keys(MAPPERS) as (keyof typeof MAPPERS)[]) {
  const folder = join(golden, provider);
  const names = readdirSync(folder).filter((name) => name.endsWith(".json") && !name.endsWith(".expected.json"));
  describe(`${provider}: golden payloads (GOLDEN=write makes a missing expectation)`, () => {
    it.each(names)("%s", (name) => {
      const file = join(folder, name.replace(/\.json$/, ".expected.json"));
      const record = recordOf(provider, JSON.parse(readFileSync(join(folder, name), "utf8")));
      if (process.env["GOLDEN"] === "write" && !existsSync(file))
        writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
      expect(record).toEqual(JSON.parse(readFileSync(file, "utf8")));
      expect(JSON.stringify(record)).not.toMatch(/not-to-be-kept|javascript:/);
    });
  });
}

describe("why a call ended", () => {
  it.each([
    ["customer-ended-call", undefined, "caller", true],
    ["customer-busy", "abandoned", "system", true],
    ["customer-something-new", undefined, "caller", null],
    ["assistant-said-end-call-phrase", undefined, "agent", true],
    ["assistant-forwarded-call", "transferred", "agent", true],
    ["silence-timed-out", "no_input", "system", true],
    ["exceeded-max-duration", undefined, "system", true],
    ["call.in-progress.error-vapifault-worker-died-of-something-new", "error", "system", false],
    ["pipeline-error-somebody-new-500-server-error", "error", "system", false],
    ["call.forwarding.operator-busy", "error", "system", false],
    ["call.in-progress.sip-completed-call", undefined, "unknown", true],
    ["never-seen", undefined, "unknown", null],
  ] as const)("Vapi: %s", (reason, outcome, ended_by, graceful) => {
    expect(vapiEnding(reason)).toEqual({ ...(outcome ? { outcome } : {}), ended_by, graceful });
  });

  it.skipIf(!existsSync(shared))("Vapi: each of the 627 values says who ended it (needs ../shared)", () => {
    const reasons = JSON.parse(readFileSync(join(shared, "schema.Call.endedReason.enum.json"), "utf8")) as string[];
    expect(reasons).toHaveLength(627);
    const counts: Record<string, number> = {};
    for (const reason of reasons) {
      const { outcome = "by the conversation" } = vapiEnding(reason);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      expect(vapiEnding(reason).graceful, reason).not.toBeNull();
      if (/fault|error|failed/.test(reason)) expect(vapiEnding(reason).outcome, reason).toBe("error");
    }
    expect(counts).toEqual({ error: 598, "by the conversation": 17, abandoned: 7, transferred: 4, no_input: 1 });
  });

  it("Retell: known, and unknown by its name", () => {
    expect(retellEnding("user_hangup")).toEqual({ ended_by: "caller", graceful: true });
    expect(retellEnding("dial_no_answer").outcome).toBe("abandoned");
    expect(retellEnding("error_something_new").outcome).toBe("error");
    expect(retellEnding("toString")).toEqual({ ended_by: "unknown", graceful: null });
  });

  it("ElevenLabs: free words", () => {
    expect(elevenLabsEnding("end_call tool was called.", false).ended_by).toBe("agent");
    expect(elevenLabsEnding("Client disconnected: 1000", false)).toMatchObject({ ended_by: "caller", graceful: true });
    expect(elevenLabsEnding("Exceeded maximum call duration of 600 seconds", false).outcome).toBeUndefined();
    expect(elevenLabsEnding("Something odd", true)).toMatchObject({ outcome: "error", graceful: false });
  });
});

describe("what is no finished call", () => {
  it("is null", () => {
    for (const payload of [null, 3, "x", [], {}, { message: {} }, { event: "call_started", call: { call_id: "1" } }]) {
      for (const provider of Object.keys(MAPPERS) as (keyof typeof MAPPERS)[])
        expect(recordOf(provider, payload)).toBeNull();
    }
    expect(fromElevenLabs({ type: "post_call_audio", data: { conversation_id: "c", full_audio: "AAAA" } })).toBeNull();
    expect(fromRetell({ event: "call_analyzed", call: { call_id: "c" } })).toBeNull();
  });

  it("may tell of a live one", () => {
    const call = { id: "c", type: "webCall" };
    const status = { type: "status-update", status: "in-progress", timestamp: 1795255200000, call };
    expect(vapiStatus({ message: status })).toMatchObject({ call_id: "c", state: "answered", at: 1795255200000 });
    expect(vapiStatus({ message: { ...status, status: "ended" } })?.state).toBe("over");
    expect(vapiStatus({ message: { ...status, type: "hang" } })).toBeNull();
    expect(retellStatus({ event: "call_started", call: { call_id: "c", start_timestamp: 5 } })?.at).toBe(5);
  });

  it("never throws, whatever stands in a known payload", () => {
    const files = (Object.keys(MAPPERS) as (keyof typeof MAPPERS)[]).flatMap((provider) =>
      readdirSync(join(golden, provider))
        .filter((name) => !name.endsWith(".expected.json"))
        .map((name) => ({ provider, text: readFileSync(join(golden, provider, name), "utf8") })),
    );
    // Any value of the payload becomes any other JSON value.
    const paths = files.flatMap(({ provider, text }) => {
      const places: string[][] = [];
      const walk = (value: unknown, path: string[]) => {
        places.push(path);
        if (typeof value === "object" && value !== null)
          for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name]);
      };
      walk(JSON.parse(text), []);
      return places.map((path) => ({ provider, text, path }));
    });
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), ({ provider, text, path }, value) => {
        let payload: unknown = JSON.parse(text);
        const last = path.at(-1);
        let into = payload as Record<string, unknown>;
        for (const name of path.slice(0, -1)) into = into[name] as Record<string, unknown>;
        if (last === undefined) payload = value;
        else into[last] = value;
        const record = recordOf(provider, payload);
        return record === null || typeof record.id === "string";
      }),
      { numRuns: 2000 },
    );
  });
});
