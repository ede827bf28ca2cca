/** <call-detail> in a real browser over a real lake: its head, its tabs, and what can be done with a call. */
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallDetail } from "../../src/api/contract.ts";
import { ALL, type DetailHost, openDetail, startDetailHost, tab } from "./detail-kit.ts";
import { launch, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { record } from "./kit/records.ts";

let browser: Browser;
let host: DetailHost;
const CALLS = Array.from({ length: 60 }, (_, i) => record(i));
const rich = CALLS.find((one) => (one.tool_error_count ?? 0) > 0 && (one.turns?.length ?? 0) > 4) as CallDetail;
const plain = CALLS.find((one) => one.outcome === "completed" && one !== rich) as CallDetail;
Object.assign(rich, { labels: ["vip"], quality_flags: ["clock_step", "bad_value:currency", "odd_flag"] });

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startDetailHost(CALLS);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

it("shows a call in five tabs that keys walk through, and tells the host which one is in front", async () => {
  const { page, complaints, told, close } = await openDetail(browser, host, rich.id);
  await page.getByRole("heading", { level: 2 }).waitFor();
  expect(await page.getByRole("tab").allInnerTexts()).toEqual([
    "Overview",
    expect.stringMatching(/^Transcript\s+\d+$/),
    expect.stringMatching(/^Tools\s+\d+$/),
    "Metrics",
    "Raw JSON",
  ]);
  const head = await page.locator("call-detail header").innerText();
  for (const fact of ["caller hung up, ended by the caller", "US$0.0421", "vip"]) expect(head).toContain(fact);
  expect(await page.getByText("not recorded").count()).toBeGreaterThan(3);
  expect(await page.getByText("A clock was set back during the call: times may be off.").count()).toBe(1);
  expect(await page.getByText("What the engine told for currency was of the wrong kind").count()).toBe(1);
  await page.getByText("2 keys").waitFor();
  await shoot(page, "detail-overview");
  await tab(page, "Overview").focus();
  await page.keyboard.press("ArrowRight");
  expect(await tab(page, "Transcript").getAttribute("aria-selected")).toBe("true");
  expect(await page.getByRole("tabpanel").getAttribute("aria-labelledby")).toBe("tab-transcript");
  await page.getByRole("listitem").first().waitFor();
  await shoot(page, "detail-transcript");
  await page.keyboard.press("]");
  await page.getByText("The calendar did not answer within 5 s.").first().waitFor();
  expect(await page.locator("call-detail .tool .status", { hasText: "Failed" }).count()).toBe(rich.tool_error_count);
  await shoot(page, "detail-tools");
  await page.keyboard.press("[");
  await page.keyboard.press("End");
  const raw = await page.locator("call-detail pre").innerText();
  expect(JSON.parse(raw)).toEqual(await (await fetch(`${host.url}/api/calls/${rich.id}`)).json());
  await shoot(page, "detail-raw");
  await page.keyboard.press("ArrowRight");
  expect(await tab(page, "Overview").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("Escape");
  const navigated = (await told()).filter(({ type }) => type === "call-navigate").map(({ detail }) => detail["query"]);
  expect(navigated).toEqual(["tab=transcript", "tab=tools", "tab=transcript", "tab=raw", ""]);
  expect((await told()).at(-1)).toEqual({ type: "call-close", detail: { id: rich.id } });
  expect(complaints).toEqual([]);
  await close();
});

it("takes its view from the query, and one key of JSON is one key", async () => {
  const { page, set, close } = await openDetail(browser, host, rich.id, { query: "tab=tools" });
  await page.getByText("3 keys").first().waitFor();
  expect(await tab(page, "Tools").getAttribute("aria-selected")).toBe("true");
  await page.locator("call-lake-json summary", { hasText: "practice" }).first().click();
  await page.getByText("Example Dental").first().waitFor();
  await page.locator("call-lake-json summary", { hasText: "slots" }).first().click();
  await page.getByText("1 key", { exact: false }).first().waitFor();
  expect(await page.getByText("1 keys").count()).toBe(0);
  await set({ query: "tab=metrics" });
  expect(await tab(page, "Metrics").getAttribute("aria-selected")).toBe("true");
  await set({ query: "tab=nonsense" });
  expect(await tab(page, "Overview").getAttribute("aria-selected")).toBe("true");
  await close();
});

it("copies id and link, exports a file, and gives and takes labels", async () => {
  const options = { permissions: ["clipboard-read", "clipboard-write"], acceptDownloads: true };
  const { page, complaints, close } = await openDetail(browser, host, rich.id, {}, options);
  await page.getByRole("button", { name: "Copy id" }).click();
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await soon(copied).toBe(rich.id);
  await page.getByRole("button", { name: "Copy link" }).click();
  await soon(copied).toBe(`${host.url}/calls/${rich.id}`);
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("button", { name: "JSON", exact: true }).waitFor();
  await shoot(page, "detail-export", false);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "JSON", exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`call-${rich.id}.json`);
  expect(JSON.parse(readFileSync(await download.path(), "utf8"))).toMatchObject({ id: rich.id, labels: ["vip"] });
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("button", { name: "PDF", exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await soon(() => page.locator("call-lake-action").count()).toBe(0);
  await soon(() => page.locator("#act-export").evaluate((node) => node.matches(":focus"))).toBe(true);

  await page.getByRole("button", { name: "Add a label" }).click();
  await page.getByLabel("Label", { exact: true }).fill("<b>call back</b>");
  await page.keyboard.press("Enter");
  await page.locator(".label", { hasText: "<b>call back</b>" }).waitFor();
  await page.getByRole("button", { name: "Remove the label vip" }).click();
  await soon(() => page.locator(".label").count()).toBe(1);
  const known = await (await fetch(`${host.url}/api/calls/${rich.id}`)).json();
  expect((known as CallDetail).labels).toEqual(["<b>call back</b>"]);
  expect(complaints).toEqual([]);
  await close();
});

it("deletes a call only after a typed word, and says that it is gone", async () => {
  const { page, complaints, told, close } = await openDetail(browser, host, plain.id);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this call for good?" });
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await page.locator("call-lake-action").waitFor({ state: "detached" });
  await soon(() => page.locator("#act-delete").evaluate((node) => node.matches(":focus"))).toBe(true);
  expect((await told()).length).toBe(0);
  await page.keyboard.press("Enter");
  await dialog.waitFor();
  const sure = dialog.getByRole("button", { name: "Delete" });
  expect(await sure.isDisabled()).toBe(true);
  await dialog.getByRole("textbox").fill("delet");
  await page.keyboard.press("Enter");
  expect(await sure.isDisabled()).toBe(true);
  await dialog.getByRole("textbox").fill("Delete");
  await shoot(page, "detail-delete", false);
  await sure.click();
  await page.getByText("This call was deleted").waitFor();
  expect((await fetch(`${host.url}/api/calls/${plain.id}`)).status).toBe(404);
  await page.getByRole("button", { name: "Back to the calls" }).click();
  expect((await told()).map(({ type }) => type)).toEqual(["call-deleted", "call-close"]);
  expect(complaints).toEqual([]);
  await close();
});

it("offers nothing that is not permitted, and says what is hidden", async () => {
  const properties = { permissions: ["calls.read"] };
  host.permissions = ["calls.read"];
  const { page, close } = await openDetail(browser, host, rich.id, properties);
  await page.getByText("calls.read_pii is missing").waitFor();
  for (const name of ["Export", "Delete", "Add a label"]) {
    expect(await page.getByRole("button", { name }).count()).toBe(0);
  }
  expect(await page.locator("dd", { hasText: /^hidden$/ }).count()).toBeGreaterThan(3);
  await shoot(page, "detail-hidden");
  for (const name of ["Transcript", "Tools"]) {
    await tab(page, name).click();
    await page.getByText("Hidden from you").waitFor();
  }
  await tab(page, "Raw JSON").click();
  await page.getByText("Personal columns are null here").waitFor();
  await close();
  host.permissions = ALL;
});

it("draws each turn on a time axis and beside all calls' percentiles, with gaps where nothing is known", async () => {
  const call = CALLS.find((one) => one.turns?.some((turn) => turn.e2e_ms === null) && one.turns.length > 3);
  const turns = call?.turns ?? [];
  const { page, complaints, close } = await openDetail(browser, host, call?.id ?? "", {}, { colorScheme: "dark" });
  host.asked.length = 0;
  await tab(page, "Metrics").click();
  await page.getByText("Lines: p50 and p95 of all calls").waitFor();
  const charts = page.locator("call-lake-metrics call-lake-chart");
  const waterfall = charts.first().locator("svg");
  await waterfall.waitFor();
  const stages = ["endpointing_ms", "stt_ms", "llm_ms", "tts_ms", "tool_ms"] as const;
  const known = turns.flatMap((turn) => stages.filter((stage) => turn[stage] !== null)).length;
  await soon(() => waterfall.locator("[data-mark=bar] rect").count()).toBe(known);
  expect(await waterfall.getAttribute("aria-hidden")).toBe("true");
  const latency = charts.nth(1).locator("svg");
  await soon(() => latency.locator("[data-mark=bar] rect").count()).toBe(
    turns.filter((turn) => turn.e2e_ms !== null).length,
  );
  await soon(() => latency.getByText(/^p50 of all calls \d/).count()).toBe(1);
  expect(await latency.getByText(/^p95 of all calls \d/).count()).toBe(1);
  expect(await page.locator("call-lake-chart svg style").count()).toBe(0);
  const stats = host.asked.filter((path) => path.includes("/stats"));
  expect(stats).toEqual(["/api/calls/stats"]);
  await charts.first().locator("summary").click();
  const cells = charts.first().locator("tbody tr");
  await soon(() => cells.count()).toBe(turns.length);
  const gap = turns.findIndex((turn) => turn.e2e_ms === null);
  expect(await cells.nth(gap).innerText()).toContain("not recorded");
  // Six cards, and no empty one after them.
  const widths = await page.locator("call-lake-metrics .cards").evaluate((cards) => {
    const last = cards.lastElementChild?.getBoundingClientRect();
    return [cards.childElementCount, Math.round((last?.right ?? 0) - cards.getBoundingClientRect().right)];
  });
  expect(widths[0]).toBe(6);
  expect(Math.abs(widths[1] ?? 99)).toBeLessThan(3);
  await shoot(page, "detail-metrics-dark");
  expect(complaints).toEqual([]);
  await close();
});
