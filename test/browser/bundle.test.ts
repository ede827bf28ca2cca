/** The bundle keeps its promises: its size, its lazy chunk, and that a page may load it twice. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { launch, openPage } from "./kit/browser.ts";
import { BUNDLE, ensureBundle, entryBytesGzip } from "./kit/bundle.ts";
import { record } from "./kit/records.ts";
import { startFixture } from "./kit/server.ts";

const ENTRY_KIB_MAX = 45;

beforeAll(ensureBundle);

it("stays within 45 KiB after gzip without Plot", () => {
  expect(entryBytesGzip() / 1024).toBeLessThan(ENTRY_KIB_MAX);
});

it("loads Plot only when a chart is drawn", async () => {
  const browser = await launch();
  const host = await startFixture([record(0)]);
  const { page, close } = await openPage(browser, `${host.url}/call-history`);
  await page.locator("call-history tbody tr").first().waitFor();
  const loaded = () =>
    page.evaluate(() => performance.getEntriesByType("resource").filter((one) => one.name.includes("/chunks/")).length);
  expect(await loaded()).toBe(0);
  await page.evaluate(() => document.body.append(document.createElement("call-stats")));
  await page.locator("call-lake-chart svg").first().waitFor();
  // The inside of <call-stats>, and Plot.
  expect(await loaded()).toBe(2);
  await close();
  await browser.close();
  await host.close();
});

it("may be loaded twice", async () => {
  const browser = await launch();
  const host = await startFixture([record(0)]);
  const { page, complaints, close } = await openPage(browser, `${host.url}/call-history`);
  await page.addScriptTag({ url: `${host.url}/ui/call-lake.js?second`, type: "module" });
  expect(complaints).toEqual([]);
  await close();
  await browser.close();
  await host.close();
});

it("fetches nothing from elsewhere and evaluates nothing", () => {
  const chunks = readdirSync(join(BUNDLE, "chunks")).map((name) => join("chunks", name));
  for (const file of ["call-lake.js", ...chunks]) {
    const text = readFileSync(join(BUNDLE, file), "utf8");
    expect(text).not.toMatch(/\beval\(|new Function\(/);
  }
});
