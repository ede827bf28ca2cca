/** <call-history> in a real browser: rows, filters, paging, new calls, states and the keyboard. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { launch, openPage, shoot, soon, type WatchedPage } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { NOW, record } from "./kit/records.ts";
import { type Fixture, RUDE_COLOR, startFixture } from "./kit/server.ts";

let browser: Browser;
let host: Fixture;
let open: WatchedPage[] = [];
const CALLS = Array.from({ length: 180 }, (_, i) => record(i));

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startFixture([]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});
beforeEach(() => {
  host.calls = [...CALLS];
  host.failWith = 0;
  host.gate = Promise.resolve();
  return async () => {
    for (const one of open) {
      await one.close();
      expect(one.complaints).toEqual([]);
    }
    open = [];
  };
});

async function history(options = {}): Promise<Page> {
  const opened = await openPage(browser, `${host.url}/call-history`, options);
  open.push(opened);
  return opened.page;
}

const rows = (page: Page) => page.locator("call-history tbody tr");
/** Keeps what the element tells its host. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const told: unknown[] = [];
    Object.assign(window, { told });
    for (const name of ["call-open", "call-navigate"]) {
      document.addEventListener(name, (event) => told.push([name, (event as CustomEvent).detail]));
    }
  });
const told = (page: Page) => page.evaluate(() => (window as unknown as { told: unknown[] }).told);

it("shows the newest calls and turns pages by the cursor", async () => {
  const page = await history();
  await soon(() => rows(page).count()).toBe(50);
  expect(await page.getByText("1–50 of 180").count()).toBe(1);
  const first = await rows(page).first().innerText();
  expect(await page.getByRole("button", { name: "Previous" }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("51–100 of 180").waitFor();
  expect(await rows(page).first().innerText()).not.toBe(first);
  expect(host.asked.at(-1)).toContain("cursor=");
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByText("1–50 of 180").waitFor();
  expect(await rows(page).first().innerText()).toBe(first);
  await page.getByLabel("Rows").selectOption("100");
  await soon(() => rows(page).count()).toBe(100);
  await shoot(page, "history-light");
});

it("filters by what is chosen, tells the host its query, and drops a chip", async () => {
  const page = await history();
  await listen(page);
  await page.getByLabel("Outcome", { exact: true }).selectOption("error");
  const errors = CALLS.filter((call) => call.outcome === "error").length;
  await soon(() => rows(page).count()).toBe(errors);
  expect(await told(page)).toEqual([["call-navigate", { query: "outcome=error" }]]);
  expect(new Set(await page.locator("call-history tbody .outcome").allInnerTexts())).toEqual(new Set(["Error"]));
  await page.getByLabel("Number contains").fill("0101");
  await page.getByRole("button", { name: "Remove filter Number 0101" }).waitFor();
  expect(host.asked.some((path) => path.includes("caller_number=0101") && path.includes("outcome=error"))).toBe(true);
  await page.getByRole("button", { name: "Clear all" }).click();
  await soon(() => rows(page).count()).toBe(50);
  await page.getByLabel("Shortest duration in seconds").fill("60");
  await page.getByLabel("Shortest duration in seconds").press("Tab");
  await soon(() =>
    page
      .getByText(/calls$/)
      .first()
      .innerText(),
  ).toContain(String(CALLS.filter((call) => (call.duration_seconds ?? 0) >= 60).length));
  expect(await told(page)).toContainEqual(["call-navigate", { query: "min_duration=60" }]);
});

it("takes its filter and dates from the host, and reads dates in the zone of the page", async () => {
  const page = await history({ viewport: { width: 800, height: 900 }, colorScheme: "dark" });
  await page.evaluate(() => {
    Object.assign(document.querySelector("call-history") as Element, {
      filter: "?outcome=completed&page=3",
      timezone: "Europe/Berlin",
    });
  });
  await page.getByRole("button", { name: "Remove filter Outcome Completed" }).waitFor();
  await page.getByRole("button", { name: "7 d" }).click();
  await page.getByText("Times in Europe/Berlin").waitFor();
  const asked = host.asked.findLast((path) => path.includes("start_date")) ?? "";
  expect(asked).toContain("tz=Europe%2FBerlin");
  expect(asked).not.toContain("page=3");
  expect(await page.getByRole("button", { name: "7 d" }).getAttribute("aria-pressed")).toBe("true");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await shoot(page, "history-narrow-dark");
});

it("opens a call by keyboard, and is a real link when the host gives its route", async () => {
  const page = await history();
  await rows(page).first().waitFor();
  await listen(page);
  await page.locator("call-history .open").nth(1).focus();
  await page.keyboard.press("Enter");
  expect(await told(page)).toEqual([["call-open", { id: CALLS[1]?.id }]]);
  await page.evaluate(() => {
    Object.assign(document.querySelector("call-history") as Element, { route: "/calls/" });
  });
  const link = page.locator("call-history a.open").first();
  expect(await link.getAttribute("href")).toBe(`/calls/${CALLS[0]?.id}`);
  await link.focus();
  await page.keyboard.press("Enter");
  expect(await told(page)).toHaveLength(2);
  expect(page.url()).toBe(`${host.url}/call-history`);
});

it("sorts by a column and says so", async () => {
  const page = await history();
  await page.getByRole("button", { name: "Duration" }).click();
  await soon(() => page.getByRole("columnheader", { name: "Duration" }).getAttribute("aria-sort")).toBe("descending");
  expect(host.asked.at(-1)).toContain("sort=-duration_seconds");
  expect(await page.getByRole("columnheader", { name: "Time" }).getAttribute("aria-sort")).toBe("none");
});

it("keeps new calls behind a button until they are wanted", async () => {
  const page = await history();
  await soon(() => rows(page).count()).toBe(50);
  const first = await rows(page).first().innerText();
  host.calls = [...[-3, -2, -1].map((i) => ({ ...record(i), start_time: new Date(NOW).toISOString() })), ...CALLS];
  const pill = page.getByRole("button", { name: "3 new calls" });
  await pill.waitFor({ timeout: 20_000 });
  expect(await rows(page).first().innerText()).toBe(first);
  await shoot(page, "history-new-calls");
  await pill.click();
  await soon(() => rows(page).first().innerText()).not.toBe(first);
  expect(await page.getByText("183 calls").count()).toBe(1);
});

it("dims the rows while it asks again, and keeps them when the answer is an error", async () => {
  const page = await history();
  await rows(page).first().waitFor();
  let release = () => {};
  host.gate = new Promise((resolve) => {
    release = resolve;
  });
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.locator("call-history .dimmed[aria-busy=true]").waitFor();
  expect(await rows(page).count()).toBe(50);
  host.failWith = 503;
  release();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").innerText()).toContain("The lake is being moved.");
  expect(await rows(page).count()).toBe(50);
  host.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await soon(() => page.getByRole("alert").count()).toBe(0);
});

it("has a state for everything: loading, error, empty, nothing matches, not permitted", async () => {
  let release = () => {};
  host.gate = new Promise((resolve) => {
    release = resolve;
  });
  host.failWith = 503;
  const page = await history();
  await page.getByRole("status", { name: "Loading calls" }).waitFor();
  await shoot(page, "history-loading");
  release();
  await page.getByText("The calls could not be loaded").waitFor();
  await shoot(page, "history-error");

  host.failWith = 0;
  host.calls = [];
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("No calls yet").waitFor();
  expect(await page.locator("call-history pre").innerText()).toContain("openCallHistory");
  await shoot(page, "history-empty");

  await page.getByLabel("Name contains").fill("nobody");
  await page.getByText("No call matches").waitFor();
  await shoot(page, "history-nothing");
  host.calls = [...CALLS];
  await page.getByRole("button", { name: "Clear filters" }).click();
  await soon(() => rows(page).count()).toBe(50);

  host.failWith = 403;
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText("You may not see calls").waitFor();
  expect(await rows(page).count()).toBe(0);
});

it("asks for nothing when the host says the person may not", async () => {
  const page = await history();
  await rows(page).first().waitFor();
  const before = host.asked.length;
  await page.evaluate(() => {
    Object.assign(document.querySelector("call-history") as Element, { permissions: ["calls.delete"] });
  });
  await page.getByText("You may not see calls").waitFor();
  expect(host.asked.length).toBe(before);
});

it("ends its requests when it is taken from the page", async () => {
  const page = await history();
  await rows(page).first().waitFor();
  host.gate = new Promise(() => {});
  const failed = page.waitForEvent("requestfailed");
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.locator("call-history .dimmed").waitFor();
  await page.evaluate(() => document.querySelector("call-history")?.remove());
  expect((await failed).failure()?.errorText).toContain("ERR_ABORTED");
});

it("lets no rule of the host in, and none of its own out", async () => {
  const page = await history();
  await rows(page).first().waitFor();
  const colors = await page.evaluate(() => {
    const inside = document.querySelector("call-history")?.shadowRoot?.querySelector("td");
    const outside = document.createElement("table");
    document.body.append(outside);
    return [inside, outside].map((node) => (node ? getComputedStyle(node).color : ""));
  });
  expect(colors[0]).not.toBe(RUDE_COLOR);
  expect(colors[1]).toBe(RUDE_COLOR);
});
