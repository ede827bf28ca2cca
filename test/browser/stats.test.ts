/** <call-stats> in a real browser over a real lake: its numbers, what its marks open, its menus, and its states. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { CallList, CallStats, SqlResult } from "../../src/api/contract.ts";
import { axeOf } from "./kit/axe.ts";
import { keep, launch, openPage, quiet, shoot, soon, turn, type WatchedPage } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type LakeHost, startLakeHost } from "./kit/lake-host.ts";
import { latencyText, moneyText, percentText, wholeText } from "./kit/numbers.ts";
import { NOW, record } from "./kit/records.ts";

let browser: Browser;
let host: LakeHost;
let open: WatchedPage[] = [];

const HOSTILE = `<img src=x onerror="window.hacked=true">{{7*7}}\u202Etxt`;
/** 60 days of calls, so that 30 have a period before; some are of a hostile engine, some cost euros. */
const CALLS = Array.from({ length: 2400 }, (_, i) => {
  const call = { ...record(i), currency: i % 5 === 0 ? "EUR" : "USD" };
  if (i % 40 !== 7) return call;
  const tool_calls = call.tool_calls?.map((tool) => ({ ...tool, name: HOSTILE })) ?? null;
  return {
    ...call,
    tool_calls,
    provider_name: HOSTILE,
    pipeline_name: HOSTILE,
    context_name: HOSTILE,
    caller_number: HOSTILE,
  };
});

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startLakeHost(CALLS);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});
beforeEach(() => {
  host.failWith = 0;
  host.gate = Promise.resolve();
  host.permissions = ["calls.read", "calls.read_pii", "calls.sql"];
  return async () => {
    for (const one of open) {
      await one.close();
      expect(one.complaints).toEqual([]);
    }
    open = [];
  };
});

async function stats(query = "", options = {}): Promise<Page> {
  const opened = await openPage(browser, `${host.url}/call-stats${query}`, options);
  open.push(opened);
  await opened.page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    document.addEventListener("call-navigate", (event) => told.push((event as CustomEvent).detail));
  });
  return opened.page;
}

type Told = { page?: string; query: string };
const told = (page: Page) => page.evaluate(() => (window as unknown as { told: Told[] }).told);
const lastTold = async (page: Page) => (await told(page)).at(-1);
const panel = (page: Page, name: string) => page.locator(`[data-panel=${name}]`);
const day = (daysAgo: number) => new Date(NOW - daysAgo * 86_400_000).toISOString().slice(0, 10);
const LAST30 = `start_date=${day(29)}`;
const drawn = (page: Page) => soon(() => page.locator("call-lake-chart svg").count()).toBe(10);
/** The count of the list under a query, as the list itself is asked. */
const countOf = async (query: string) =>
  (await host.ask<CallList>(`?limit=1&include=total&${query}${/(^|&)tz=/.test(query) ? "" : "&tz=UTC"}`)).total;

it.each(["light", "dark"] as const)("draws cards and charts that axe has nothing against (%s)", async (colorScheme) => {
  const page = await stats("", { colorScheme });
  await drawn(page);
  // The period before is asked for second.
  await page.locator("[data-panel=timeline] svg [stroke-dasharray='4 3'] path[d*=L]").waitFor({ state: "attached" });
  for (const chart of await page.locator("call-lake-chart").all()) {
    expect(await chart.locator("svg").getAttribute("aria-hidden")).toBe("true");
    expect(await chart.locator("svg [aria-label], svg style").count()).toBe(0);
  }
  await page.mouse.move(0, 0);
  await shoot(page, `stats-${colorScheme}`);
  const summaries = await page.locator("call-lake-chart summary").all();
  for (const summary of summaries) await summary.click();
  await soon(() => page.locator("call-lake-chart table").count()).toBe(summaries.length);
  for (const table of await page.locator("call-lake-chart table").all()) {
    expect(await table.getAttribute("aria-label")).toBeTruthy();
    expect(await table.locator("th[scope=row]").count()).toBeGreaterThan(0);
  }
  expect(await axeOf(page)).toEqual([]);
});

it("shows the numbers of the API, each with its n and the period before", async () => {
  const earlier = await host.ask<CallStats>(`/stats?${LAST30}&tz=UTC`);
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await drawn(page);
  const answer = await host.ask<CallStats>(`/stats?${LAST30}&tz=UTC`);
  const card = (label: string) => page.locator(".card", { hasText: label });
  const number = (label: string) => card(label).locator("strong").innerText();
  const { totals } = answer;
  expect(await card("in all").locator("strong").innerText()).toBe(wholeText(totals.calls));
  expect(await number("Completed")).toBe(percentText(totals.completed / totals.calls));
  expect(await number("Tool success")).toBe(percentText(totals.tool_success_rate));
  expect(await number("Calls with a barge-in")).toBe(percentText(totals.barge_in_rate));
  expect(await number("Latency, median")).toBe(latencyText(totals.p50_turn_latency_ms));
  expect(await number("Latency, p95")).toBe(latencyText(totals.p95_turn_latency_ms));
  expect(await card("Latency, p95").innerText()).toContain(`n = ${wholeText(totals.turns)} turns`);
  // The period before is as long as this one until now: by and by it begins earlier.
  const before = [earlier, answer].map(({ previous: b }) => percentText((b?.completed ?? 0) / (b?.calls ?? 1)));
  const text = await card("Completed").innerText();
  expect(before.some((share) => text.includes(share))).toBe(true);
  expect(answer.cost.length).toBe(2);
  for (const { currency, total } of answer.cost) {
    expect(await number(`Cost, ${currency}`)).toBe(moneyText(total, currency ?? ""));
    await soon(() => card(`Cost, ${currency}`).innerText()).toContain("before:");
  }
  await soon(() => number("Active now")).toBe("0");
  expect(await card("Active now").innerText()).toContain("Does not apply to running calls: From.");
  // The table of the timeline adds up to the card.
  await panel(page, "timeline").locator("call-lake-chart summary").click();
  const cells = panel(page, "timeline").locator("tbody td:nth-child(2)");
  await cells.first().waitFor();
  const calls = (await cells.allInnerTexts()).map((text) => Number(text.replaceAll(",", "")));
  expect(calls.reduce((sum, one) => sum + one, 0)).toBe(totals.calls);
});

it("opens the list from every row of every table, with a filter that finds as many calls as it says", async () => {
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await drawn(page);
  for (const name of ["timeline", "outcome", "provider_name", "pipeline_name", "context_name", "callers"]) {
    const table = panel(page, name);
    await table.locator("call-lake-chart summary").click();
    const rows = table.locator("tbody tr");
    await rows.first().waitFor();
    const count = await rows.count();
    expect(count).toBeGreaterThan(2);
    for (const at of [0, 1, count - 1]) {
      const row = rows.nth(at);
      await row.getByRole("button").click();
      const { page: goal, query } = (await lastTold(page)) as Told;
      expect(goal).toBe("call-history");
      expect(`${name} ${await row.locator("td").first().innerText()}`).toBe(`${name} ${await countOf(query)}`);
    }
  }
  const tools = panel(page, "tools");
  await tools.locator("call-lake-chart summary").click();
  await tools.locator("tbody td:nth-child(3) button").first().click();
  expect((await lastTold(page))?.query).toContain("tool_status=error");
  const trend = panel(page, "latency_trend");
  await trend.locator("call-lake-chart summary").click();
  await trend.getByRole("button").nth(1).press("Enter");
  expect(await countOf((await lastTold(page))?.query ?? "")).toBeGreaterThan(10);
  await panel(page, "latency").locator("call-lake-chart summary").click();
  await panel(page, "latency").locator("tbody").getByRole("button").last().click();
  expect((await lastTold(page))?.query).toContain("max_turn_latency_ms");
  expect(await countOf((await lastTold(page))?.query ?? "")).toBeGreaterThan(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
});

it("opens the list from the marks themselves, and narrows the range by a drag", async () => {
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await drawn(page);
  const outcomes = panel(page, "outcome").locator(".call-lake-plot");
  await outcomes.hover({ position: { x: 150, y: 10 } });
  await outcomes.click({ position: { x: 150, y: 10 } });
  await soon(() => lastTold(page)).toMatchObject({ page: "call-history" });
  expect((await lastTold(page))?.query).toContain("outcome=completed");
  await page.locator("[data-panel=timeline] svg [stroke-dasharray='4 3'] path[d*=L]").waitFor({ state: "attached" });
  await quiet(page);
  await panel(page, "timeline").scrollIntoViewIfNeeded();
  const box = await panel(page, "timeline").locator(".call-lake-plot").boundingBox();
  if (!box) throw new Error("The timeline has no place.");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 4 });
  await page.mouse.move(box.x + box.width * 0.75, box.y + 90, { steps: 4 });
  await shoot(page, "stats-brush", false);
  await page.mouse.up();
  const narrowed = await lastTold(page);
  expect(narrowed?.page).toBeUndefined();
  const dates = new URLSearchParams(narrowed?.query);
  expect(dates.get("start_date")).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect((dates.get("start_date") ?? "") > day(29)).toBe(true);
  expect((dates.get("end_date") ?? "9") < day(0)).toBe(true);
  await soon(() => page.locator(".card strong").first().innerText()).toBe(String(await countOf(narrowed?.query ?? "")));
  expect(await page.locator("call-stats").evaluate((element) => Reflect.get(element, "filter"))).toBe(narrowed?.query);
});

it("narrows the range by keyboard alone", async () => {
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await drawn(page);
  await page.getByText("Narrow the range", { exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await soon(() => lastTold(page)).toEqual({ query: `start_date=${day(19)}&end_date=${day(10)}` });
});

it("shows SQL that the server answers with the same numbers, and opens it in the SQL page", async () => {
  const page = await stats(`?filter=${encodeURIComponent(`${LAST30}&outcome=completed&outcome=error`)}`);
  await drawn(page);
  const answer = await host.ask<CallStats>(`/stats?${LAST30}&outcome=completed&outcome=error&tz=UTC`);
  const rowsOf: Record<string, (rows: SqlResult["rows"]) => unknown> = {
    timeline: (rows) => rows.reduce((sum, row) => sum + Number(row["calls"]), 0),
    outcome: (rows) => rows.map((row) => [row["value"], Number(row["calls"])]),
    heat_map: (rows) => rows.reduce((sum, row) => sum + Number(row["calls"]), 0),
    latency: (rows) => rows.reduce((sum, row) => sum + Number(row["turns"]), 0),
    latency_trend: (rows) => rows.reduce((sum, row) => sum + Number(row["turns"]), 0),
    tools: (rows) => rows.reduce((sum, row) => sum + Number(row["calls"]), 0),
    callers: (rows) => Number(rows[0]?.["calls"]),
  };
  const wanted: Record<string, unknown> = {
    timeline: answer.totals.calls,
    outcome: answer.outcomes.map(({ value, calls }) => [value, calls]),
    heat_map: answer.totals.calls,
    latency: answer.totals.turns,
    latency_trend: answer.totals.turns,
    tools: answer.totals.tool_calls,
    callers: answer.top_callers[0]?.calls,
  };
  for (const name of Object.keys(wanted)) {
    await panel(page, name)
      .getByRole("button", { name: /^More about/ })
      .click();
    await page.getByRole("menuitem", { name: "Open in the SQL page" }).click();
    await soon(() => lastTold(page)).toMatchObject({ page: "call-sql" });
    const sql = new URLSearchParams((await lastTold(page))?.query).get("sql") ?? "";
    await page.evaluate(() => (window as unknown as { told: Told[] }).told.splice(0));
    const body = JSON.stringify({ sql, limit: 10_000, timeout_ms: 60_000 });
    const headers = { "content-type": "application/json" };
    const result = await host.ask<SqlResult & { error?: { message: string } }>("/sql", {
      method: "POST",
      body,
      headers,
    });
    expect(result.error?.message).toBeUndefined();
    expect([name, rowsOf[name]?.(result.rows)]).toEqual([name, wanted[name]]);
  }
  // By keyboard: the menu, its dialog, and back to the button.
  const button = panel(page, "outcome").getByRole("button", { name: "More about Outcome" });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.locator("[role=menuitem]:focus", { hasText: "Show the table" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "SQL: Outcome" });
  await dialog.waitFor();
  expect(await dialog.locator("pre").innerText()).toContain('SELECT "outcome" AS value');
  await shoot(page, "stats-sql", false);
  expect(await axeOf(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await soon(() => button.evaluate((node) => node.matches(":focus"))).toBe(true);
}, 120_000);

it("saves a panel as CSV and as PNG under the CSP", async () => {
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await drawn(page);
  const saved = async (name: string, action: string) => {
    const download = page.waitForEvent("download");
    await panel(page, name)
      .getByRole("button", { name: /^More about/ })
      .click();
    await page.getByRole("menuitem", { name: action }).click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const csv = await saved("provider_name", "Save as CSV");
  expect(csv.name).toMatch(/^provider-\d{4}-\d\d-\d\d\.csv$/);
  const answer = await host.ask<CallStats>(`/stats?${LAST30}&tz=UTC`);
  const [first] = answer.providers;
  expect(csv.bytes.toString()).toContain(`\r\n${first?.value},${first?.calls},`);
  expect(csv.bytes.toString()).toContain(`"${HOSTILE.replaceAll('"', '""')}"`);
  const png = await saved("outcome", "Save as PNG");
  expect(png.name).toMatch(/\.png$/);
  expect(png.bytes.subarray(1, 4).toString()).toBe("PNG");
  // Not an empty sheet: the colours of the outcomes are in it.
  const colors = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const to = canvas.getContext("2d");
    to?.drawImage(image, 0, 0);
    const data = to?.getImageData(0, 0, image.width, image.height).data ?? new Uint8ClampedArray();
    const seen = new Set<string>();
    for (let at = 0; at < data.length; at += 4) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
    return [...seen];
  }, png.bytes.toString("base64"));
  const bars = await panel(page, "outcome").locator("svg [data-mark=bar] [fill^='var(--outcome']").all();
  const fills = await Promise.all(bars.map((bar) => bar.evaluate((node) => getComputedStyle(node).fill)));
  expect(new Set(fills).size).toBe(6);
  expect(colors).toEqual(expect.arrayContaining(fills.map((fill) => fill.replace(/rgb\(|\)| /g, ""))));
  keep("stats-outcome-picture.png", png.bytes);
});

it("opens the list from an hour of the week", async () => {
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await drawn(page);
  const heat = panel(page, "heat_map");
  await heat.locator("call-lake-chart summary").click();
  const row = heat.locator("tbody tr", { has: page.getByRole("button") }).first();
  const calls = Number(await row.locator("td").nth(1).innerText());
  expect(calls).toBeGreaterThan(0);
  await row.getByRole("button").click();
  const { page: goal, query } = (await lastTold(page)) as Told;
  expect(goal).toBe("call-history");
  expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
    start_date: day(29),
    weekday: expect.stringMatching(/^[1-7]$/),
    hour: expect.stringMatching(/^\d+$/),
  });
  expect(await countOf(query)).toBe(calls);
});

it("keeps its range in the URL: 30 days without dates, all time where it says so", async () => {
  const page = await stats();
  await drawn(page);
  const pressed = (name: string) => page.getByRole("button", { name, exact: true }).getAttribute("aria-pressed");
  const first = async (of: Page) => Number((await of.locator(".card strong").first().innerText()).replaceAll(",", ""));
  expect(await pressed("30 d")).toBe("true");
  expect(await first(page)).toBe(await countOf(LAST30));
  await page.getByRole("button", { name: "All", exact: true }).click();
  await soon(() => lastTold(page)).toEqual({ query: "range=all" });
  await soon(() => first(page)).toBe(CALLS.length);
  // The link that a host has kept.
  const again = await stats("?filter=range%3Dall%26outcome%3Derror");
  await drawn(again);
  expect(await first(again)).toBe(await countOf("outcome=error"));
  await again.getByRole("button", { name: "Remove filter Outcome Error" }).click();
  await soon(() => lastTold(again)).toEqual({ query: "range=all" });
});

it("begins with a skeleton, and lets a slow question be cancelled", async () => {
  let release = () => {};
  host.gate = new Promise((resolve) => {
    release = resolve;
  });
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`);
  await page.getByRole("status", { name: "Loading statistics" }).waitFor();
  await shoot(page, "stats-loading");
  await page.getByText("This takes longer than usual").waitFor();
  const gone = page.waitForEvent("requestfailed");
  await page.getByRole("button", { name: "Cancel" }).click();
  expect((await gone).url()).toContain("/stats?");
  await page.getByText("Cancelled.").waitFor();
  release();
  await page.getByRole("button", { name: "Refresh" }).click();
  await drawn(page);
});

it("looks right from right to left, and at 200 % zoom", async () => {
  // 200 % of a window of 1280 pixels has room for 640.
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`, {
    viewport: { width: 640, height: 430 },
    deviceScaleFactor: 2,
  });
  await drawn(page);
  await page.mouse.move(0, 0);
  await shoot(page, "stats-zoom");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.setViewportSize({ width: 1280, height: 860 });
  await turn(page, "call-stats");
  await panel(page, "tools").locator("call-lake-chart summary").click();
  await panel(page, "outcome")
    .getByRole("button", { name: /^More about/ })
    .click();
  await page.getByRole("menuitem").first().waitFor();
  await shoot(page, "stats-rtl");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});

it("keeps its numbers while the server is gone, says so, and has a way out of nothing", async () => {
  const page = await stats(`?filter=${encodeURIComponent(LAST30)}`, { viewport: { width: 390, height: 844 } });
  await drawn(page);
  await page.mouse.move(0, 0);
  await shoot(page, "stats-narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  host.failWith = 502;
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByRole("alert").waitFor();
  expect(await page.locator("call-lake-chart svg").count()).toBe(10);
  host.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await soon(() => page.getByRole("alert").count()).toBe(0);
  await page.getByLabel("Name contains").fill("nobody at all");
  await page.getByText("No calls in this range").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await drawn(page);
  host.permissions = [];
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText("You may not see calls").waitFor();
});
