/** <call-detail> in a real browser: its tabs, and texts that try to be more than text. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, openPage, shoot, soon, type WatchedPage } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { hostileRecord, record } from "./kit/records.ts";
import { type Fixture, startFixture } from "./kit/server.ts";

let browser: Browser;
let host: Fixture;
const HOSTILE = hostileRecord(2000);
const CALLS = Array.from({ length: 60 }, (_, i) => record(i));

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startFixture([...CALLS, HOSTILE]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

async function detail(id: string, options = {}): Promise<WatchedPage> {
  const opened = await openPage(browser, `${host.url}/call-detail`, options);
  await opened.page.evaluate((callId) => {
    Object.assign(document.querySelector("call-detail") as Element, { callId });
  }, id);
  return opened;
}
const tab = (page: Page, name: string) => page.getByRole("tab", { name });

it("shows a call in five tabs that the arrow keys walk through", async () => {
  const call = CALLS.find((one) => (one.tool_error_count ?? 0) > 0 && (one.turns?.length ?? 0) > 4);
  const { page, complaints, close } = await detail(call?.id ?? "");
  await page.getByRole("heading", { level: 2 }).waitFor();
  expect(await page.getByRole("tab").allInnerTexts()).toEqual([
    "Overview",
    expect.stringMatching(/^Transcript\s+\d+$/),
    expect.stringMatching(/^Tools\s+\d+$/),
    "Metrics",
    "Raw JSON",
  ]);
  expect(await page.getByText("not recorded").count()).toBeGreaterThan(3);
  await shoot(page, "detail-overview");
  await tab(page, "Overview").focus();
  await page.keyboard.press("ArrowRight");
  expect(await tab(page, "Transcript").getAttribute("aria-selected")).toBe("true");
  expect(await page.getByRole("tabpanel").getAttribute("aria-labelledby")).toBe("tab-transcript");
  await shoot(page, "detail-transcript");
  await page.keyboard.press("ArrowRight");
  expect(await page.getByText("The calendar did not answer within 5 s.").count()).toBeGreaterThan(0);
  expect(await page.locator("call-detail .tool .status", { hasText: "Failed" }).count()).toBe(call?.tool_error_count);
  await shoot(page, "detail-tools");
  await page.keyboard.press("End");
  const raw = await page.locator("call-detail pre").innerText();
  expect(JSON.parse(raw)).toEqual(call);
  await page.keyboard.press("ArrowRight");
  expect(await tab(page, "Overview").getAttribute("aria-selected")).toBe("true");
  expect(complaints).toEqual([]);
  await close();
});

it("draws the latency of each turn, with a gap where it is not known", async () => {
  const call = CALLS.find((one) => one.turns?.some((turn) => turn.e2e_ms === null) && one.turns.length > 3);
  const turns = call?.turns ?? [];
  const { page, complaints, close } = await detail(call?.id ?? "", { colorScheme: "dark" });
  await tab(page, "Metrics").click();
  const chart = page.locator("call-lake-chart svg");
  await chart.waitFor();
  const stages = ["endpointing_ms", "stt_ms", "llm_ms", "tts_ms", "tool_ms"] as const;
  const known = turns.flatMap((turn) => stages.filter((stage) => turn[stage] !== null)).length;
  expect(await chart.locator("[data-mark=bar] rect").count()).toBe(known);
  expect(await chart.getAttribute("aria-hidden")).toBe("true");
  expect(await page.locator("call-lake-chart svg style").count()).toBe(0);
  await page.getByText("Show as table").click();
  const cells = page.getByRole("table", { name: "Latency of each turn by stage" }).locator("tbody tr");
  await soon(() => cells.count()).toBe(turns.length);
  const gap = turns.findIndex((turn) => turn.e2e_ms === null);
  expect(await cells.nth(gap).innerText()).toContain("not recorded");
  await shoot(page, "detail-metrics-dark");
  expect(complaints).toEqual([]);
  await close();
});

it("shows markup, RTL, emoji and a lone surrogate in 2,000 messages as text", async () => {
  const { page, complaints, close } = await detail(HOSTILE.id);
  await page.getByRole("heading", { level: 2 }).waitFor();
  expect(await page.getByRole("heading", { level: 2 }).innerText()).toContain("<script>window.hacked");
  await tab(page, "Transcript").click();
  const entries = page.locator("call-lake-transcript li");
  expect(await entries.count()).toBe(2001);
  const texts = await page
    .locator("call-lake-transcript .content")
    .evaluateAll((all) => all.map((one) => JSON.stringify(one.textContent)));
  // As JSON, since a lone surrogate does not survive the way out of the browser.
  expect(texts).toEqual(HOSTILE.conversation?.map((message) => JSON.stringify(message.content)));
  expect(await page.getByText("interrupted").count()).toBe(1);
  const arabic = page.locator("call-lake-transcript .content").nth(1);
  expect(await arabic.evaluate((node) => node.matches(":dir(rtl)"))).toBe(true);
  await shoot(page, "detail-hostile", false);
  await tab(page, "Tools").click();
  expect(await page.getByText("<b>bold</b>").count()).toBe(1);
  await page.getByText("300 items").click();
  expect(await page.getByText("100 more are in Raw JSON").count()).toBe(1);
  for (const name of ["Overview", "Metrics", "Raw JSON"]) await tab(page, name).click();
  expect(await page.evaluate(() => "hacked" in window || document.title === "hacked")).toBe(false);
  expect(complaints).toEqual([]);
  await close();
});

it("finds words in the transcript and walks through the matches", async () => {
  const { page, complaints, close } = await detail(HOSTILE.id);
  await tab(page, "Transcript").click();
  const search = page.getByLabel("Search in the transcript");
  await search.fill("SEE YOU");
  const found = HOSTILE.conversation?.filter((message) => message.content?.includes("see you")).length ?? 0;
  await page.getByText(`1 of ${found}`).waitFor();
  await search.press("Enter");
  await page.getByText(`2 of ${found}`).waitFor();
  expect(await page.locator("mark.current").evaluate((mark) => mark.getBoundingClientRect().top < innerHeight)).toBe(
    true,
  );
  await search.press("Shift+Enter");
  await search.press("Shift+Enter");
  await page.getByText(`${found} of ${found}`).waitFor();
  await search.fill("(.*");
  await page.getByText("no match").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

it("says when there is no such call, and when nobody may see it", async () => {
  const { page, close } = await detail("00000000-0000-7000-8000-000000000000");
  await page.getByText("There is no such call").waitFor();
  host.failWith = 401;
  await page.evaluate((callId) => {
    Object.assign(document.querySelector("call-detail") as Element, { callId });
  }, HOSTILE.id);
  await page.getByText("You may not see calls").waitFor();
  host.failWith = 0;
  await close();
});
