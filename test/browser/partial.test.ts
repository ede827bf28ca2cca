/** An answer that is not whole: a really torn file of the lake, and what every element says of it. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallList } from "../../src/api/contract.ts";
import { axeOf } from "./kit/axe.ts";
import { launch, openPage, shoot } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type LakeHost, startLakeHost } from "./kit/lake-host.ts";
import { record } from "./kit/records.ts";

const CALLS = Array.from({ length: 120 }, (_, i) => record(i));
const days = [...new Set(CALLS.map((call) => call.start_time.slice(0, 10)))].sort();
const torn = days.at(-2) ?? "";
const left = CALLS.filter((call) => !call.start_time.startsWith(torn)).length;

let browser: Browser;
let host: LakeHost;

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startLakeHost(CALLS);
  const [file = ""] = globSync(join(host.dir, `calls/day=${torn}/*.parquet`));
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length >> 1));
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

const year = torn.startsWith(new Date().toISOString().slice(0, 4)) ? {} : ({ year: "numeric" } as const);
const name = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC", ...year });
const SENTENCE = `1 day could not be read: ${name.format(Date.parse(torn))}. Its calls are missing here.`;

it.each(["light", "dark"] as const)("is said above the list, with what to do (%s)", async (colorScheme) => {
  const viewport = { width: colorScheme === "dark" ? 420 : 1280, height: 860 };
  const { page, complaints, close } = await openPage(browser, `${host.url}/call-history`, { colorScheme, viewport });
  const bar = page.locator("call-history .partial");
  await bar.getByText(SENTENCE).waitFor();
  await page.getByText(`${left} calls`, { exact: true }).waitFor();
  expect(await bar.getByText("call-lake doctor --mend").isVisible()).toBe(false);
  await bar.getByText("What to do").click();
  await bar.getByText("call-lake doctor --mend").waitFor();
  expect(await bar.innerText()).toMatch(/\.parquet/);
  await shoot(page, `partial-${colorScheme}`, false);
  expect(await axeOf(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

it("is said above the statistics, and by the small widgets in few words", async () => {
  const { page, complaints, close } = await openPage(browser, `${host.url}/call-stats?filter=`);
  await page.locator("call-stats").getByText(SENTENCE).waitFor();
  await shoot(page, "partial-stats", false);
  for (const widget of ["call-count", "call-stat-card?days=0"]) {
    await page.goto(`${host.url}/${widget}`);
    const mark = page.locator(".partial.note");
    await mark.waitFor();
    expect(await mark.innerText()).toBe("1 day is missing");
    expect(await mark.getAttribute("title")).toBe(SENTENCE);
  }
  await shoot(page, "partial-card", false);
  expect(complaints).toEqual([]);
  await close();
});

it("is not said of days that were not asked for, nor of running calls", async () => {
  const after = days.at(-1) ?? "";
  const { unreadable } = await host.ask<CallList>(`?start_date=${after}&tz=UTC`);
  expect(unreadable).toBeUndefined();
  const { page, close } = await openPage(browser, `${host.url}/call-history?filter=start_date%3D${after}`);
  await page.locator("call-history tbody tr[data-id]").first().waitFor();
  expect(await page.getByText("could not be read").count()).toBe(0);
  await close();
});
