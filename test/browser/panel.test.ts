/** The demo panel as people use it: its pages, its switches, a journey by keyboard, a page that is enlarged. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, openPage, quiet, shoot, soon } from "./kit/browser.ts";
import { ensureBundle, entryFiles } from "./kit/bundle.ts";
import { lookAs, type Panel, startPanel } from "./kit/panel.ts";

let browser: Browser;
let panel: Panel;

beforeAll(async () => {
  await ensureBundle();
  [browser, panel] = await Promise.all([launch(), startPanel({ calls: 800, engine: true })]);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await panel?.close();
});

const open = (path: string, options = {}) => openPage(browser, panel.url + path, options);
const rows = (page: Page) => page.locator("call-history tbody tr[data-id]");

it("shows every page of the plug-in's beside its own, without a complaint", async () => {
  const { page, complaints, close } = await open("/");
  const names = [
    ...["Overview", "Dashboard", "Call history", "Live calls", "SQL"],
    ...["Engine status", "Assistants", "Providers", "Settings"],
  ];
  await soon(() => page.locator("#nav a").allInnerTexts()).toEqual(names);
  for (const name of names) {
    await page.locator("#nav a").getByText(name, { exact: true }).click();
    await soon(() => page.title()).toBe(`${name} · Voice engine`);
    await page.locator("main h1").getByText(name, { exact: true }).waitFor();
  }
  await page.goto(`${panel.url}/`);
  await soon(() => page.locator("call-stat-card").count()).toBe(8);
  await soon(() => page.locator("call-lake-count button").first().innerText()).toMatch(/\d/);
  await soon(() => page.locator(":is(call-stat-card, call-count) .bone").count()).toBe(0);
  await shoot(page, "panel-overview");
  expect(complaints).toEqual([]);
  await close();
});

it("names in its page all that the list begins with", async () => {
  const query = "outcome=completed&outcome=error&min_duration=1&sort=-duration_seconds";
  const html = await (await fetch(`${panel.url}/calls?${query}&peek=x`)).text();
  for (const file of entryFiles().slice(1)) {
    expect(html).toContain(`<link rel="modulepreload" href="/elements/${file}">`);
  }
  const { page, complaints, close } = await open(`/calls?${query}`);
  await soon(() => rows(page).count()).toBeGreaterThan(10);
  const loaded = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map((one) => `${(one as PerformanceResourceTiming).initiatorType} ${new URL(one.name).pathname}`),
  );
  // Nothing that the page is told of itself is asked for by a script.
  expect(loaded).not.toContain("fetch /plugin.json");
  expect(complaints).toEqual([]);
  await close();
});

it("escapes in its page what the address brings", async () => {
  const html = await (
    await fetch(`${panel.url}/calls?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&tz=%22%3E%3Cb%3E`)
  ).text();
  expect(html).not.toMatch(/<script>alert|"><b>|<b>/);
  expect(html.match(/<script/g)).toHaveLength(4);
});

it("opens from a number of the overview the calls it counts", async () => {
  const { page, close } = await open("/");
  const count = page.getByRole("button", { name: /^\d+ Failed, 30 days$/ });
  const failed = Number.parseInt(await count.innerText(), 10);
  expect(failed).toBeGreaterThan(0);
  await count.click();
  await page.waitForURL("**/calls?*outcome=error*");
  const total = page
    .locator("call-history")
    .getByText(/^\d+ calls?$/)
    .first();
  const shown = Number.parseInt(await total.innerText(), 10);
  // The engine goes on meanwhile: its calls may have failed since, but none of those that were counted may be gone.
  const { search } = new URL(page.url());
  const { body } = await page.evaluate(async (query) => {
    const answer = await fetch(`/api/calls${query}&include=total&limit=1`);
    return { body: (await answer.json()) as { total: number } };
  }, search);
  expect(shown).toBeGreaterThanOrEqual(failed);
  expect(shown).toBeLessThanOrEqual(body.total);
  await close();
});

it("takes away what a role may not, and gives it back", async () => {
  const { page, complaints, close } = await open("/calls");
  await soon(() => rows(page).count()).toBeGreaterThan(10);
  await lookAs(page, "viewer");
  await soon(() => rows(page).count()).toBeGreaterThan(10);
  expect(await page.locator("#nav a").allInnerTexts()).not.toContain("SQL");
  expect(await page.locator("call-history").innerText()).not.toMatch(/\+1\d{3}5550/);
  await shoot(page, "panel-viewer", false);
  await page.goto(`${panel.url}/sql`);
  await page.getByText("There is no page at /sql.").waitFor();

  await lookAs(page, "client:citrus-clinic");
  await page.goto(`${panel.url}/assistants`);
  await soon(() => page.locator("main tbody tr").count()).toBe(1);
  await lookAs(page, "admin");
  await soon(() => page.locator("main tbody tr").count()).toBe(4);
  expect(complaints).toEqual([]);
  await close();
});

/** What has the focus, within shadow trees as well. */
const focused = (page: Page) =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    const name = active?.getAttribute("aria-label") ?? active?.textContent ?? "";
    return `${active?.localName} ${name.trim().replace(/\s+/g, " ")}`;
  });

async function tabTo(page: Page, wanted: RegExp): Promise<void> {
  for (let step = 0; step < 150; step++) {
    await page.keyboard.press("Tab");
    if (wanted.test(await focused(page))) return;
  }
  throw new Error(`150 times Tab never reached ${wanted}; the last was ${await focused(page)}.`);
}

it("can be walked by the keyboard alone: to a call, through its tabs, and back", async () => {
  const { page, complaints, close } = await open("/");
  await page.locator("#nav a").getByText("Call history", { exact: true }).waitFor();
  await tabTo(page, /^a Call history$/);
  await page.keyboard.press("Enter");
  await soon(() => rows(page).count()).toBeGreaterThan(10);
  await tabTo(page, /^(a|button) Open call of /);
  const first = await focused(page);
  await page.keyboard.press("Enter");
  await page.waitForURL("**peek=**");
  const peek = page.locator("call-lake-peek");
  await peek.getByText("Open page").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("Escape");
  await soon(() => focused(page)).toBe(first);
  await page.keyboard.press("Enter");
  await peek.getByText("Open page").waitFor();
  await tabTo(page, /^(a|button) Open page/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/calls\/[0-9a-f-]{36}/);
  await page.locator("call-detail").getByRole("tab", { name: "Overview" }).waitFor();
  await tabTo(page, /^button Overview/);
  await page.keyboard.press("ArrowRight");
  await soon(() => focused(page)).toMatch(/^button Transcript/);
  expect(page.url()).toContain("tab=transcript");
  await page.goBack();
  await soon(() => rows(page).count()).toBeGreaterThan(10);
  await tabTo(page, /^a SQL$/);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Calls a day" }).waitFor();
  await tabTo(page, /^button Calls a day/);
  await page.keyboard.press("Enter");
  await page.locator("call-lake-sql-table").getByRole("table").waitFor();
  expect(complaints).toEqual([]);
  await close();
}, 120_000);

it.each(["/", "/dashboard", "/calls", "/live", "/sql", "/engine", "/assistants", "/settings"])(
  "can be read at 200 %%: %s",
  async (path) => {
    // A window of 1280 x 860 at 200 % is one of 640 x 430 whose pixels are twice as large.
    const { page, complaints, close } = await open(path, {
      viewport: { width: 640, height: 430 },
      deviceScaleFactor: 2,
    });
    await page.locator("main h1").waitFor();
    await quiet(page);
    await shoot(page, `panel-zoom${path.replace("/", "-")}`, false);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  },
);
