/** <call-count> and <call-stat-card> in a host's own dashboard: their numbers, what they open, and how they say trouble. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { CallStats } from "../../src/api/contract.ts";
import { axeOf } from "./kit/axe.ts";
import { launch, openPage, shoot, soon, turn, type WatchedPage } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type LakeHost, startLakeHost } from "./kit/lake-host.ts";
import { type LiveEngine, startEngine } from "./kit/live.ts";
import { moneyText, percentText } from "./kit/numbers.ts";
import { NOW, record } from "./kit/records.ts";

let browser: Browser;
let host: LakeHost;
let engine: LiveEngine;
let open: WatchedPage[] = [];

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startLakeHost(Array.from({ length: 600 }, (_, i) => record(i)));
  engine = await startEngine(host.dir);
});
afterAll(async () => {
  await browser?.close();
  await engine?.kill();
  await host?.close();
});
beforeEach(() => {
  host.failWith = 0;
  host.permissions = ["calls.read", "calls.read_pii"];
  return async () => {
    for (const one of open) {
      await one.close();
      expect(one.complaints).toEqual([]);
    }
    open = [];
  };
});

const METRICS = ["calls", "success_rate", "avg_duration", "p95_latency", "tool_success", "barge_in_rate", "cost"];

/** A host's dashboard: elements of its own making, in its own grid. */
async function dashboard(elements: [tag: string, properties: object][], options = {}): Promise<Page> {
  const opened = await openPage(browser, `${host.url}/`, options);
  open.push(opened);
  await opened.page.evaluate((wanted) => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    document.addEventListener("call-navigate", (event) => told.push((event as CustomEvent).detail));
    const grid = document.createElement("div");
    grid.id = "grid";
    Object.assign(grid.style, {
      display: "grid",
      gap: "12px",
      gridTemplateColumns: "repeat(auto-fill, minmax(200px, 1fr))",
    });
    for (const [tag, properties] of wanted)
      grid.append(Object.assign(document.createElement(tag), { locale: "en-GB", timezone: "UTC" }, properties));
    document.querySelector("main")?.append(grid);
  }, elements);
  return opened.page;
}

const told = (page: Page) => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
const day = (daysAgo: number) => new Date(NOW - daysAgo * 86_400_000).toISOString().slice(0, 10);

it("shows the API's numbers, asks once for all cards, and opens what stands behind them", async () => {
  const question = `/stats?start_date=${day(6)}&tz=UTC`;
  const earlier = await host.ask<CallStats>(question);
  const before = host.asked.length;
  const page = await dashboard(METRICS.map((metric) => ["call-stat-card", { metric, days: 7 }]));
  await soon(() => page.locator("call-stat-card strong").count()).toBe(METRICS.length);
  expect(host.asked.slice(before).filter((path) => path.includes("/stats")).length).toBe(1);
  const answer = await host.ask<CallStats>(question);
  const numbers = await page.locator("call-stat-card strong").allInnerTexts();
  expect(numbers[0]).toBe(String(answer.totals.calls));
  expect(numbers[1]).toBe(percentText(answer.totals.completed / answer.totals.calls));
  expect(numbers[6]).toBe(moneyText(answer.cost[0]?.total ?? 0, "USD"));
  // The period before is as long as this one until now: by and by it begins earlier.
  const text = await page.locator("call-stat-card .card").first().innerText();
  expect([earlier, answer].filter(({ previous }) => text.includes(`before: ${previous?.calls}`))).not.toEqual([]);
  await page.locator("call-stat-card button").nth(1).press("Enter");
  expect(await told(page)).toEqual([{ page: "call-stats", query: `start_date=${day(6)}` }]);
});

it("counts stored and running calls, and follows both", async () => {
  const page = await dashboard([
    ["call-count", { filter: "outcome=error", days: 30, label: "Errors", refreshSeconds: 2 }],
    ["call-count", { of: "active", refreshSeconds: 2 }],
    ["call-stat-card", { metric: "active", refreshSeconds: 2 }],
  ]);
  const errors = (await host.ask<CallStats>(`/stats?start_date=${day(29)}&outcome=error&tz=UTC`)).totals.calls;
  const number = (at: number) => page.locator("#grid strong").nth(at).innerText();
  await soon(() => number(0)).toBe(String(errors));
  await soon(() => number(1)).toBe("0");
  await engine.tell({ do: "start", call_id: "w", columns: { error_message: "The trunk is gone." } });
  await soon(() => number(1)).toBe("1");
  await soon(() => number(2)).toBe("1");
  await engine.tell({ do: "end", call_id: "w" });
  await soon(() => number(0)).toBe(String(errors + 1));
  await soon(() => number(1)).toBe("0");
  await page.locator("call-count button").first().click();
  await page.locator("call-count button").nth(1).click();
  expect(await told(page)).toEqual([
    { page: "call-history", query: `outcome=error&start_date=${day(29)}` },
    { page: "call-live", query: "" },
  ]);
  await page.evaluate(() => {
    for (const element of document.querySelectorAll("call-count")) element.remove();
  });
});

it("keeps a number that has become old, and says so; and says what is not permitted or not known", async () => {
  const page = await dashboard([
    ["call-count", { refreshSeconds: 2 }],
    ["call-stat-card", { metric: "calls", refreshSeconds: 2 }],
    ["call-stat-card", { metric: "happiness" }],
  ]);
  await soon(() => page.locator("call-count strong").innerText()).toMatch(/^\d+$/);
  const known = await page.locator("call-count strong").innerText();
  await soon(() => page.locator("call-stat-card strong").first().innerText()).toMatch(/^\d+$/);
  await page.getByText("There is no metric happiness. There are: calls,").waitFor();
  host.failWith = 502;
  await soon(() => page.locator("call-count button").getAttribute("title")).toContain("from before");
  expect(await page.locator("call-count strong").innerText()).toBe(known);
  await soon(() => page.locator("call-stat-card button").getAttribute("title")).toContain("from before");
  host.failWith = 0;
  await soon(() => page.locator("call-count button").getAttribute("title")).toBe("Calls");
  host.permissions = [];
  await soon(() => page.locator("call-count button").getAttribute("title")).toBe("You may not see calls");
  await soon(() => page.locator("call-count strong").innerText()).toContain("–");
});

it.each([
  ["light", {}],
  ["dark", { colorScheme: "dark" }],
  ["narrow", { viewport: { width: 390, height: 844 } }],
  ["rtl", {}],
] as const)("looks right (%s)", async (name, options) => {
  const page = await dashboard(
    [
      ["call-count", { label: "Calls today", days: 1 }],
      ["call-count", { filter: "outcome=error", label: "Errors, 30 days", days: 30 }],
      ["call-count", { of: "active" }],
      ...METRICS.map((metric): [string, object] => ["call-stat-card", { metric, days: 7 }]),
    ],
    options,
  );
  await soon(() => page.locator("#grid strong").count()).toBe(3 + METRICS.length);
  await soon(() => page.locator("#grid .bone").count()).toBe(0);
  if (name === "rtl") for (const tag of ["call-count", "call-stat-card"]) await turn(page, tag);
  await shoot(page, `widgets-${name}`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await axeOf(page)).toEqual([]);
});
