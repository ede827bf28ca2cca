/** One call as a file to read, through the real router: formats, zones, permissions. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCallHistoryApi } from "../../../src/api/index.ts";
import { type CallLake, openCallLake } from "../../../src/query/index.ts";
import { intoJournal, madeCall, madeFolder, randomOf } from "../../query/made-calls.ts";

const START = Date.parse("2026-11-21T10:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const said = (seconds: number, role: string, content: string, more: object = {}) => ({
  role,
  content,
  at: at(seconds),
  offset_ms: seconds * 1000,
  interrupted: null,
  agent: null,
  ...more,
});
const call = madeCall(randomOf(5), 1, START, {
  client_id: "acme",
  time_zone: "Asia/Tokyo",
  caller_number: "+15550101",
  caller_name: "Jürgen",
  conversation: [
    said(2.46, "assistant", "Good morning.", { agent: "greeter" }),
    said(8, "user", '=HYPERLINK("x"), "quoted"\r\nsecond line', { interrupted: true }),
    said(14, "user", "שלום 你好 \u0007 end"),
  ],
  tool_calls: [
    {
      tool_call_id: "1",
      name: "find_parcel",
      phase: null,
      params: { number: 1 },
      result: { eta: "soon" },
      status: "ok",
      error: null,
      at: at(10),
      duration_ms: 320,
    },
  ],
});
let dir = "";
let lake: CallLake;
beforeAll(async () => {
  dir = await madeFolder();
  await intoJournal(dir, "live-1", 1, [call]);
  lake = await openCallLake({ dir, engine: "in-process" });
});
afterAll(async () => {
  await lake.close();
  await rm(dir, { recursive: true });
});

const ALL = ["calls.read", "calls.read_pii", "calls.export"];
const get = async (query: string, permissions = ALL, client_id?: string, more: object = {}) => {
  const identify = () => ({ subject: "t", permissions, client_id });
  const api = createCallHistoryApi({ lake, dir, log: () => {}, identify, ...more });
  const response = await api.request(`/${call.id}/export${query}`);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};

describe("a call as a file", () => {
  it("is text with times on the call's own clock, or on the one asked for", async () => {
    const { response, bytes } = await get("");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="call-${call.id}.txt"`);
    const text = bytes.toString();
    expect(text).toContain("Call of 2026-11-21 19:00:00 Asia/Tokyo");
    expect(text).toMatch(/From: +\+15550101 \(Jürgen\)/);
    expect(text).toContain("00:02.5 Assistant (greeter)\n        Good morning.");
    expect(text).toContain('"quoted"\n        second line [interrupted]');
    expect(text).toContain(
      '00:10.0 Tool find_parcel\n        ok in 320 ms\n        with {"number":1}\n        gave {"eta":"soon"}',
    );
    expect(text.indexOf("find_parcel")).toBeLessThan(text.indexOf("שלום 你好  end"));
    expect((await get("?tz=America/New_York")).bytes.toString()).toContain(
      "Call of 2026-11-21 05:00:00 America/New_York",
    );
  });

  it("is JSON with the whole record", async () => {
    const { bytes } = await get("?format=json");
    expect(JSON.parse(bytes.toString())).toMatchObject({ id: call.id, conversation: call.conversation });
  });

  it("is a table with a row for each message and tool, and no formula", async () => {
    const { bytes } = await get("?format=csv");
    expect(bytes.toString()).toBe(
      `n,kind,at,offset_ms,who,agent,content,interrupted,tool_status,tool_duration_ms,tool_params,tool_result
1,message,2026-11-21T10:00:02.460Z,2460,assistant,greeter,Good morning.,,,,,
2,message,2026-11-21T10:00:08.000Z,8000,user,,"'=HYPERLINK(""x""), ""quoted""\r
second line",true,,,,
3,tool,2026-11-21T10:00:10.000Z,10000,find_parcel,,,,ok,320,"{""number"":1}","{""eta"":""soon""}"
4,message,2026-11-21T10:00:14.000Z,14000,user,,שלום 你好 \u0007 end,,,,,
`,
    );
  });

  it("is a PDF", async () => {
    const { response, bytes } = await get("?format=pdf");
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
    expect(bytes.subarray(-6).toString()).toContain("%%EOF");
    expect(bytes.toString("latin1")).toContain("Arimo");
  });

  it("says nothing personal without the permission, and that it does not", async () => {
    for (const format of ["txt", "csv", "json"]) {
      const text = (await get(`?format=${format}`, ["calls.export"])).bytes.toString();
      expect(text).not.toMatch(/5550101|Jürgen|morning|שלום|soon/);
      if (format === "txt") expect(text).toContain("calls.read_pii");
    }
    expect((await get("?format=pdf", ["calls.export"])).response.status).toBe(200);
  });

  it("is refused where it must be", async () => {
    expect((await get("", ["calls.read", "calls.read_pii"])).response.status).toBe(403);
    expect((await get("", ALL, "globex")).response.status).toBe(404);
    for (const [query, field] of [
      ["?format=doc", "format"],
      ["?tz=Nowhere/City", "tz"],
      ["?colour=red", "colour"],
    ]) {
      const { response, bytes } = await get(query ?? "");
      expect([response.status, JSON.parse(bytes.toString()).error.field]).toEqual([400, field]);
    }
    const missing = await get("?format=pdf", ALL, undefined, { pdf_fonts: ["/nowhere/font.ttf"] });
    expect(missing.response.status).toBe(500);
  });
});
