/** The example notebook in a real browser: its cells ask, draw, follow a changed question, and tell what is wrong with one. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeDemoHistory } from "../../src/host/demo/history.ts";
import { launch, openPage, shoot, soon } from "./kit/browser.ts";
import { type Example, startExample } from "./kit/example.ts";

let dir: string;
let browser: Browser;
let notebook: Example;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "call-lake-notebook-"));
  await makeDemoHistory({ dir, calls: 600, days: 8 });
  notebook = await startExample("notebook/server.mjs", dir);
  browser = await launch();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await notebook?.close();
  await rm(dir, { recursive: true, force: true });
});

it("asks and draws", async () => {
  const { page, complaints, close } = await openPage(browser, notebook.url);
  const cells = page.locator("section");
  await soon(() => cells.locator("[role=status]").allTextContents()).toEqual([
    expect.stringMatching(/^[1-9]\d* rows, /),
    expect.stringMatching(/^[1-9]\d* rows, /),
    expect.stringMatching(/^[1-9]\d* rows, /),
  ]);
  expect(await cells.nth(0).locator("rect").count()).toBeGreaterThan(8);
  expect(await cells.nth(2).locator("tbody tr").count()).toBeGreaterThan(2);
  await shoot(page, "notebook");
  const question = cells.nth(2).locator("textarea");
  await question.fill("SELECT count(*) AS n, any_value(caller_number) AS who FROM calls");
  await question.press("Control+Enter");
  await soon(() => cells.nth(2).locator("td").allTextContents()).toEqual(["600", "not recorded"]);
  await question.fill("SELECT nope FROM calls");
  await question.press("Control+Enter");
  await soon(() => cells.nth(2).locator("[role=alert]").textContent()).toContain("nope");
  expect(complaints).toEqual([]);
  await close();
});
