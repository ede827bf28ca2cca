/** <call-sql> in a real browser, before the real API over a demo history. */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EXAMPLES } from "../../src/ui/components/call-sql/examples.ts";
import { launch, openPage, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type Panel, startPanel } from "./kit/panel.ts";

let browser: Browser;
let panel: Panel;

beforeAll(async () => {
  await ensureBundle();
  [browser, panel] = await Promise.all([launch(), startPanel({ calls: 600 })]);
});
afterAll(async () => {
  await browser?.close();
  await panel?.close();
});

const editor = (page: Page) => page.getByRole("textbox", { name: "SQL statement" });
const rows = (page: Page) => page.locator("call-lake-sql-table tbody tr[aria-rowindex]");

async function write(page: Page, statement: string): Promise<void> {
  // CodeMirror takes the place of the plain text area, and keeps what was in it.
  await page.locator(".cm-content").waitFor();
  await editor(page).fill(statement);
}

it.each(EXAMPLES)("runs the example $name, which gives rows", async ({ sql }) => {
  const answer = await fetch(`${panel.url}/api/calls/sql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql }),
  });
  const { rows, error } = (await answer.json()) as { rows?: unknown[]; error?: { message: string } };
  expect(error?.message).toBeUndefined();
  expect(rows?.length).toBeGreaterThan(0);
});

it.each(["light", "dark"] as const)(
  "asks by a click on an example, as table and as chart (%s)",
  async (colorScheme) => {
    const { page, complaints, close } = await openPage(browser, `${panel.url}/sql`, { colorScheme });
    await page.getByRole("button", { name: "Calls a day" }).click();
    await soon(() => rows(page).count()).toBeGreaterThan(20);
    expect(new URL(page.url()).searchParams.get("sql")).toBe(EXAMPLES[0]?.sql);
    expect(
      await page
        .locator("call-lake-sql-table td.number")
        .first()
        .evaluate((td) => getComputedStyle(td).textAlign),
    ).toBe("end");
    await shoot(page, `sql-table-${colorScheme}`);
    await page.getByRole("button", { name: "Chart", exact: true }).click();
    await page.locator("call-lake-chart svg [data-mark=line] path").waitFor();
    expect(page.url()).toContain("view=chart");
    await shoot(page, `sql-chart-${colorScheme}`);
    expect(complaints).toEqual([]);
    await close();
  },
);

it("keeps the statement in the URL: a link opens it, Back returns", async () => {
  const { page, close } = await openPage(
    browser,
    `${panel.url}/sql?${new URLSearchParams({ sql: "SELECT 41 + 1 AS sum" })}`,
  );
  await page.getByRole("cell", { name: "42", exact: true }).waitFor();
  await write(page, "SELECT 43 AS next");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("cell", { name: "43", exact: true }).waitFor();
  await page.goBack();
  await page.getByRole("cell", { name: "42", exact: true }).waitFor();
  await soon(() => editor(page).innerText()).toContain("41 + 1");
  await close();
});

it("shows NULL as such, folds JSON, and holds ten thousand rows with a few in the page", async () => {
  const { page, complaints, close } = await openPage(browser, `${panel.url}/sql`);
  await write(
    page,
    "SELECT range AS n, NULL AS nothing, {'a': [1, 2], 'b': '<img src=x onerror=alert(1)>'} AS json FROM range(20000)",
  );
  await page.getByLabel("Rows at most").selectOption("10000");
  await page.keyboard.press("Control+Enter");
  await page.getByText("These are the first 10,000; there are more.").waitFor();
  expect(await rows(page).first().locator(".none").innerText()).toBe("NULL");
  expect(await rows(page).count()).toBeLessThan(100);
  const table = page.getByRole("table", { name: "Result" });
  expect(await table.getAttribute("aria-rowcount")).toBe("10001");
  await page.locator("call-lake-sql-table .scroll").evaluate((scroll) => scroll.scrollTo(0, scroll.scrollHeight));
  await page.getByRole("cell", { name: "9999", exact: true }).waitFor();
  const cell = rows(page).last().getByRole("button");
  await cell.click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("<img src=x onerror=alert(1)>").waitFor();
  await shoot(page, "sql-cell", false);
  await page.keyboard.press("Escape");
  await soon(() => cell.evaluate((button) => (button.getRootNode() as ShadowRoot).activeElement === button)).toBe(true);
  expect(complaints).toEqual([]);
  await close();
});

it("says where a statement is wrong, and goes there", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/sql`);
  await write(page, "SELECT outcome,\n  providr_name\nFROM calls");
  await page.getByRole("button", { name: /^Run/ }).click();
  await page.getByRole("alert").getByText("providr_name").waitFor();
  expect(await page.locator(".cm-wrong").innerText()).toBe("providr_name");
  await page.getByRole("button", { name: "Go to line 2, column 3" }).click();
  await page.keyboard.type("x");
  await soon(() => editor(page).innerText()).toContain("xprovidr_name");
  await shoot(page, "sql-error");
  await close();
});

it("cancels, and what was running ends", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/sql`);
  // More often than statements may run at once: had one gone on, the last would have to wait for it.
  for (let time = 1; time <= 3; time++) {
    await write(
      page,
      `SELECT ${time}, count(*) FROM range(100000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3`,
    );
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled; nothing is running any more.").waitFor();
  }
  await write(page, "SELECT 7 AS still_here");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("cell", { name: "7", exact: true }).waitFor();
  await close();
});

it("completes tables, columns and functions from the schema", async () => {
  const { page, complaints, close } = await openPage(browser, `${panel.url}/sql`);
  await page.locator("call-sql summary").getByText("tool_calls", { exact: true }).waitFor();
  await write(page, "");
  await page.keyboard.type("SELECT provider_n");
  await page.locator(".cm-tooltip-autocomplete").getByText("provider_name").waitFor();
  // For a moment after the list has come, Enter is still a new line: nobody has seen the list by then.
  await page.waitForTimeout(300);
  await page.keyboard.press("Enter");
  await page.keyboard.type(", quantile_c");
  await page.locator(".cm-tooltip-autocomplete").getByText("quantile_cont").waitFor();
  await shoot(page, "sql-completion");
  await soon(() => editor(page).innerText()).toContain("SELECT provider_name, ");
  expect(complaints).toEqual([]);
  await close();
});

it("saves a query for the next visit, and takes it away", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/sql`);
  await write(page, "SELECT count(*) AS mine FROM calls");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.keyboard.type("My <b>count</b>");
  await page.keyboard.press("Enter");
  await page.reload();
  await page.getByRole("button", { name: "My <b>count</b>", exact: true }).click();
  await page.getByRole("cell", { name: "600", exact: true }).waitFor();
  await page.getByRole("button", { name: "Delete the query My <b>count</b>" }).click();
  await page.reload();
  await page.getByText("None yet.").waitFor();
  await close();
});

it("gives the result as CSV, in which nothing is a formula", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/sql`);
  await write(
    page,
    `SELECT -5 AS minus, '=1+1' AS formula, 'a "b", c' AS quoted, NULL AS nothing, '' AS empty, '+15555550100' AS number`,
  );
  await page.keyboard.press("Control+Enter");
  await page.getByRole("cell", { name: "=1+1" }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).click(),
  ]);
  expect(await readFile((await download.path()) ?? "", "utf8")).toBe(
    `minus,formula,quoted,nothing,empty,number\r\n-5,'=1+1,"a ""b"", c",,"",+15555550100\r\n`,
  );
  await close();
});

it("is narrow without a scroll bar of the page", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/sql`, { viewport: { width: 390, height: 844 } });
  await page.getByRole("button", { name: "Outcomes and their share" }).click();
  await soon(() => rows(page).count()).toBeGreaterThan(2);
  await shoot(page, "sql-narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await close();
});
