/** <call-detail> of a record whose every field tries to be more than text: on each tab it stays text. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallDetail } from "../../src/api/contract.ts";
import { callIdentity, emptyRecord } from "../../src/record/index.ts";
import { type DetailHost, openDetail, startDetailHost, tab } from "./detail-kit.ts";
import { launch, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";

const SCRIPT =
  "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'><a href='javascript:window.hacked=1'>click</a>";
/** Marked by the field it stands in, so that each is looked for. */
const evil = (field: string) => `${SCRIPT}\${window.hacked=1}{{hacked}}‮${field}‬`;
const START = Date.parse("2026-11-20T10:00:00.000Z");
const at = new Date(START).toISOString();
const json = () => ({ [evil("key")]: evil("value"), __proto__2: [evil("item"), { constructor: evil("deep") }] });
const texts = <K extends string>(...names: K[]) => Object.fromEntries(names.map((name) => [name, evil(name)]));

const HOSTILE = {
  ...emptyRecord(),
  ...texts(
    ...["call_id", "source", "session_id", "writer", "client_id", "assistant_id", "phone_number_id", "user_id"],
    ...["device_id", "caller_number", "caller_name", "called_number", "time_zone", "provider_name", "pipeline_name"],
    ...["context_name", "initial_agent", "language", "ended_reason", "transfer_destination", "error_message"],
    ...["caller_audio_format", "summary", "sentiment", "call_outcome"],
  ),
  id: callIdentity("evil", "evil", START),
  rev: 1,
  record_version: 1,
  start_time: at,
  answer_time: at,
  end_time: new Date(START + 60_000).toISOString(),
  duration_seconds: 60,
  currency: "<b>",
  direction: "inbound",
  outcome: "error",
  ended_by: "caller",
  pipeline_components: { [evil("component")]: evil("component_value"), constructor: "x" },
  agents_used: [evil("agents")],
  keywords: [evil("keywords")],
  topics: [evil("topics")],
  labels: [evil("labels")],
  quality_flags: [evil("flag"), "constructor", "bad_value:<b>column</b>", "response_incomplete:<i>why</i>"],
  cost_total: 1.5,
  cost_breakdown: { [evil("cost")]: 1.5 },
  usage: { [evil("usage")]: 3 },
  metadata: json(),
  evaluations: json(),
  server_messages: json(),
  recordings: [
    { url: "javascript:window.hacked=1", channel: evil("channel"), duration_seconds: 1, expires_at: null },
    { url: `data:text/html,${SCRIPT}`, channel: "constructor", duration_seconds: 1, expires_at: null },
  ],
  conversation: [
    { role: evil("role"), content: evil("content"), at, offset_ms: 0, interrupted: true, agent: evil("agent") },
    { role: "constructor", content: "مرحبا 👩‍👩‍👧‍👦 你好", at, offset_ms: 1, interrupted: null, agent: "__proto__" },
  ],
  tool_calls: [
    {
      tool_call_id: evil("tool_call_id"),
      name: evil("tool"),
      phase: evil("phase"),
      params: json(),
      result: evil("result"),
      status: evil("status"),
      error: evil("tool_error"),
      at,
      duration_ms: 5,
    },
  ],
  tool_call_count: 1,
  turns: [
    {
      index: 0,
      at,
      e2e_ms: 900,
      endpointing_ms: 100,
      stt_ms: 200,
      llm_ms: 300,
      tts_ms: 100,
      tool_ms: null,
      interrupted: true,
    },
  ],
  turn_latencies_ms: [900],
  avg_turn_latency_ms: 900,
  total_turns: 1,
} as unknown as CallDetail;

let browser: Browser;
let host: DetailHost;

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startDetailHost([HOSTILE]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

/** All text of the page, shadow trees included, and every address and handler that stands in an attribute. */
const looked = (page: Page) =>
  page.evaluate(() => {
    const found = { text: "", bad: [] as string[] };
    const visit = (node: Node) => {
      if (node instanceof Text) found.text += node.data;
      if (node instanceof Element) {
        if (/^(script|iframe|object|embed|img)$/i.test(node.localName) && node.closest("head") === null)
          found.bad.push(node.outerHTML);
        for (const { name, value } of node.attributes) {
          if (/^on/i.test(name) || /^\s*(javascript|data):/i.test(value)) found.bad.push(`${name}=${value}`);
        }
        if (node.shadowRoot) node.shadowRoot.childNodes.forEach(visit);
      }
      node.childNodes.forEach(visit);
    };
    visit(document.body);
    return found;
  });

it("shows whatever a record says as text, on each tab", async () => {
  const { page, complaints, close } = await openDetail(browser, host, HOSTILE.id);
  await page.getByRole("heading", { level: 2 }).waitFor();
  const fields: { [tab: string]: string[] } = {
    Overview: [
      ...["call_id", "source", "session_id", "writer", "client_id", "assistant_id", "phone_number_id", "user_id"],
      ...["device_id", "caller_number", "caller_name", "called_number", "time_zone", "provider_name", "pipeline_name"],
      ...["context_name", "initial_agent", "language", "ended_reason", "transfer_destination", "error_message"],
      ...["summary", "sentiment", "call_outcome", "component", "component_value", "agents", "keywords", "topics"],
      ...["labels", "flag", "cost", "usage", "key", "value"],
    ],
    Transcript: ["role", "content", "agent", "tool", "status", "tool_error", "channel"],
    Tools: ["tool", "phase", "tool_call_id", "key", "value", "result", "status", "tool_error"],
    Metrics: ["caller_audio_format"],
  };
  for (const [name, named] of Object.entries(fields)) {
    await tab(page, name).click();
    for (const field of named)
      await soon(async () => (await looked(page)).text.includes(evil(field)) || field).toBe(true);
    const { text, bad } = await looked(page);
    expect(bad, name).toEqual([]);
    // A name of JavaScript's own objects is a word like any other.
    expect(text).not.toContain("native code");
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, name).toBeLessThanOrEqual(0);
    await shoot(page, `detail-hostile-${name.toLowerCase()}`);
  }
  await tab(page, "Tools").click();
  for (const summary of ["__proto__2", "{ } 1 key"])
    await page.locator("call-lake-json summary", { hasText: summary }).first().click();
  await soon(async () => (await looked(page)).text.includes(evil("deep"))).toBe(true);
  await tab(page, "Raw JSON").click();
  expect(JSON.parse(await page.locator("call-detail pre").innerText())).toEqual(
    await (await fetch(`${host.url}/api/calls/${HOSTILE.id}`)).json(),
  );
  expect((await looked(page)).bad).toEqual([]);
  for (const action of ["Export", "Add a label", "Delete"]) {
    await page.getByRole("button", { name: action, exact: true }).click();
    await page.locator("call-lake-action").getByRole("button").first().waitFor();
    expect((await looked(page)).bad, action).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator("call-lake-action").waitFor({ state: "detached" });
  }
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(complaints).toEqual([]);
  await close();
});

it("isolates directions: Arabic reads from right to left, and its neighbours do not", async () => {
  const { page, close } = await openDetail(browser, host, HOSTILE.id, { tab: "transcript" });
  const content = page.locator("call-lake-transcript .content").nth(1);
  await content.waitFor();
  expect(await content.evaluate((node) => node.matches(":dir(rtl)"))).toBe(true);
  expect(await page.locator("call-lake-transcript .entries").evaluate((node) => node.matches(":dir(ltr)"))).toBe(true);
  await close();
});
