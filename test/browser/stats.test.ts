/** <call-stats> in a real browser: cards, charts with their tables, and what the filter does to them. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, openPage, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { record } from "./kit/records.ts";
import { type Fixture, startFixture } from "./kit/server.ts";

let browser: Browser;
let host: Fixture;
const CALLS = Array.from({ length: 1200 }, (_, i) => record(i));

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startFixture(CALLS);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

it.each(["light", "dark"] as const)(
  "draws cards and charts, each with a table for readers (%s)",
  async (colorScheme) => {
    const { page, complaints, close } = await openPage(browser, `${host.url}/call-stats`, { colorScheme });
    const charts = page.locator("call-lake-chart");
    await soon(() => page.locator("call-lake-chart svg").count()).toBe(7);
    expect(host.asked.find((path) => path.startsWith("/api/calls/stats"))).toContain("start_date=");
    expect(await page.locator("call-stats .card").count()).toBe(7);
    for (const chart of await charts.all()) {
      const svg = chart.locator("svg");
      expect(await svg.getAttribute("aria-hidden")).toBe("true");
      // Plot's role-less labels and its style element are gone.
      expect(await chart.locator("svg [aria-label], svg style").count()).toBe(0);
      await chart.getByText("Show as table").click();
      const table = chart.getByRole("table");
      expect(await table.getAttribute("aria-label")).toBeTruthy();
      expect(await table.locator("th[scope=row]").count()).toBeGreaterThan(0);
      await chart.getByText("Show as table").click();
    }
    await page.mouse.move(0, 0);
    await shoot(page, `stats-${colorScheme}`);
    expect(complaints).toEqual([]);
    await close();
  },
);

it("leaves a gap in the latency's line where nothing is known", async () => {
  const { page, close } = await openPage(browser, `${host.url}/call-stats`);
  const line = page.locator("call-lake-chart").nth(1).locator("svg [data-mark=line] path");
  await line.waitFor();
  expect((await line.getAttribute("d"))?.match(/M/g)?.length).toBe(2);
  await close();
});

it("follows its filter, and narrows to a caller that is chosen", async () => {
  const { page, complaints, close } = await openPage(browser, `${host.url}/call-stats`, {
    viewport: { width: 800, height: 900 },
  });
  await page.evaluate(() => {
    document.addEventListener("call-navigate", (event) => {
      document.title = (event as CustomEvent<{ query: string }>).detail.query;
    });
  });
  await page.getByRole("button", { name: "All", exact: true }).click();
  await soon(() => page.title()).toBe("");
  const caller = page.getByRole("table", { name: "Top callers" }).getByRole("button").first();
  const number = await caller.innerText();
  await caller.click();
  await soon(() => page.title()).toBe(String(new URLSearchParams({ caller_number: number })));
  const calls = CALLS.filter((call) => call.caller_number === number).length;
  await soon(() => page.locator("call-stats .card strong").first().innerText()).toBe(String(calls));
  await page.mouse.move(0, 0);
  await shoot(page, "stats-narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.getByLabel("Name contains").fill("nobody");
  await page.getByText("No calls in this range").waitFor();
  expect(complaints).toEqual([]);
  await close();
});
