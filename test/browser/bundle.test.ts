/** The bundle keeps its promises: its size, its lazy chunk, and that a page may load it twice. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, expect, it } from "vitest";
import { launch, openPage } from "./kit/browser.ts";
import { BUNDLE, ensureBundle, entryBytesGzip, entryFiles } from "./kit/bundle.ts";
import { record } from "./kit/records.ts";
import { startFixture } from "./kit/server.ts";

const ENTRY_KIB_MAX = 43;

beforeAll(ensureBundle);

it("stays within 43 KiB after gzip without Plot", () => {
  expect(entryBytesGzip() / 1024).toBeLessThan(ENTRY_KIB_MAX);
});

it("loads nothing of another page with the list, and Plot only when a chart is drawn", async () => {
  const browser = await launch();
  const host = await startFixture([record(0)]);
  const { page, close } = await openPage(browser, `${host.url}/call-history`);
  await page.locator("call-history tbody tr").first().waitFor();
  const needed = entryFiles();
  const loaded = async () => {
    const names = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    return names.flatMap((name) => /chunks\/[\w-]+\.js/.exec(name) ?? []).filter((file) => !needed.includes(file));
  };
  // What is beside the list comes after it; nothing of another page does.
  expect((await loaded()).filter((file) => !/facet-sidebar|saved-views|ended|live/.test(file))).toEqual([]);
  await page.evaluate(() => document.body.append(document.createElement("call-stats")));
  await page.locator("call-lake-chart svg").first().waitFor();
  expect(await loaded()).toContainEqual(expect.stringContaining("stats-view"));
  expect(await loaded()).toContainEqual(expect.stringContaining("marks"));
  await close();
  await browser.close();
  await host.close();
});

it("names for each element the files it needs at once, and leaves them compressed as well", () => {
  const modules = JSON.parse(readFileSync(join(BUNDLE, "modules.json"), "utf8")) as Record<string, string[]>;
  const tags = ["call-count", "call-detail", "call-history", "call-live", "call-sql", "call-stat-card", "call-stats"];
  expect(Object.keys(modules).sort()).toEqual([...tags, "call-lake"].sort());
  expect(modules["call-lake"]).toEqual(entryFiles());
  expect(modules["call-history"]).toEqual(entryFiles());
  expect(modules["call-live"]).toContainEqual(expect.stringMatching(/^chunks\/live-view-/));
  for (const file of new Set(Object.values(modules).flat())) {
    const bytes = readFileSync(join(BUNDLE, file));
    expect(brotliDecompressSync(readFileSync(join(BUNDLE, `${file}.br`))), file).toEqual(bytes);
    expect(gunzipSync(readFileSync(join(BUNDLE, `${file}.gz`))), file).toEqual(bytes);
  }
  // What a page loads under a name that stays is only a pointer to what it needs.
  expect(statSync(join(BUNDLE, "call-lake.js")).size).toBeLessThan(400);
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
  const chunks = readdirSync(join(BUNDLE, "chunks")).flatMap((name) =>
    name.endsWith(".js") ? [join("chunks", name)] : [],
  );
  for (const file of ["call-lake.js", ...chunks]) {
    const text = readFileSync(join(BUNDLE, file), "utf8");
    expect(text).not.toMatch(/\beval\(|new Function\(/);
  }
});
