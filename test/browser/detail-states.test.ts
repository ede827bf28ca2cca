/** <call-detail> while data is missing, slow, gone or forbidden: each state says what is so, and the way out. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DetailHost, openDetail, startDetailHost, tab } from "./detail-kit.ts";
import { launch, quiet, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { record } from "./kit/records.ts";

let browser: Browser;
let host: DetailHost;
const CALLS = Array.from({ length: 5 }, (_, i) => record(i));
const id = CALLS[1]?.id ?? "";

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startDetailHost(CALLS);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

it("shows a skeleton first, then the call, without moving what is around", async () => {
  let open = () => {};
  host.gate = new Promise((resolve) => {
    open = resolve;
  });
  const { page, complaints, close } = await openDetail(browser, host, id);
  await page.getByLabel("Loading the call").waitFor();
  await shoot(page, "detail-skeleton");
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  open();
  await page.getByRole("heading", { level: 2 }).waitFor();
  await page.getByText("trunk").first().waitFor();
  await quiet(page);
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.02);
  expect(complaints).toEqual([]);
  await close();
});

it("keeps what was loaded in sight, dimmed, while it asks again, and when that fails", async () => {
  const { page, close } = await openDetail(browser, host, id);
  await page.getByRole("heading", { level: 2 }).waitFor();
  let open = () => {};
  host.gate = new Promise((resolve) => {
    open = resolve;
  });
  const refresh = () =>
    page.evaluate(() => void (document.querySelector("call-detail") as unknown as { refresh(): void }).refresh());
  await refresh();
  await page.locator(".panel.dimmed").waitFor();
  open();
  await soon(() => page.locator(".panel.dimmed").count()).toBe(0);
  host.failWith = 500;
  await refresh();
  await page.getByRole("alert").filter({ hasText: "The query engine failed (error 7f3a)." }).waitFor();
  expect(await page.getByRole("heading", { level: 2 }).count()).toBe(1);
  await shoot(page, "detail-error-stale", false);
  host.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await soon(() => page.getByRole("alert").count()).toBe(0);
  await close();
});

it("says what went wrong with its id, that there is no such call, and that nobody may see it", async () => {
  host.failWith = 500;
  const { page, set, close } = await openDetail(browser, host, id);
  await page.getByText("The query engine failed (error 7f3a).").waitFor();
  await shoot(page, "detail-error", false);
  host.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { level: 2 }).waitFor();
  await set({ callId: "00000000-0000-7000-8000-000000000000" });
  await page.getByText("There is no such call").waitFor();
  host.permissions = [];
  await set({ callId: id });
  await page.getByText("You may not see calls").waitFor();
  host.permissions = ["calls.read", "calls.read_pii"];
  const asked = host.asked.length;
  await set({ permissions: [] });
  await page.getByText("You may not see calls").waitFor();
  expect(host.asked.length).toBe(asked);
  await close();
});

it("comes back by itself when the connection does", async () => {
  const { page, close } = await openDetail(browser, host, id);
  await page.getByRole("heading", { level: 2 }).waitFor();
  await page.context().setOffline(true);
  await page.evaluate(() => void (document.querySelector("call-detail") as unknown as { refresh(): void }).refresh());
  await page.getByRole("alert").filter({ hasText: "The server did not answer" }).waitFor();
  await page.context().setOffline(false);
  await soon(() => page.getByRole("alert").count()).toBe(0);
  await close();
});

it("is read at 390 px, at 200 % zoom, and from right to left", async () => {
  const wide = (page: { evaluate<T>(run: () => T): Promise<T> }) =>
    page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const narrow = await openDetail(browser, host, id, {}, { viewport: { width: 390, height: 800 } });
  for (const name of ["Overview", "Transcript", "Tools", "Metrics", "Raw JSON"]) {
    await tab(narrow.page, name).click();
    await quiet(narrow.page);
    expect(await wide(narrow.page), name).toBeLessThanOrEqual(0);
    await shoot(narrow.page, `detail-390-${name.toLowerCase().split(" ")[0]}`);
  }
  await narrow.close();
  // A browser at 200 % has half as many pixels.
  const zoomed = await openDetail(
    browser,
    host,
    id,
    { tab: "transcript" },
    { viewport: { width: 640, height: 430 }, deviceScaleFactor: 2 },
  );
  await zoomed.page.locator("call-lake-transcript").waitFor();
  expect(await wide(zoomed.page)).toBeLessThanOrEqual(0);
  await shoot(zoomed.page, "detail-200");
  await zoomed.close();
  const rtl = await openDetail(browser, host, id, { tab: "tools", locale: "ar" });
  await rtl.page.evaluate(() => {
    document.documentElement.dir = "rtl";
  });
  await soon(() => rtl.page.locator("call-detail").evaluate((one) => one.matches(":dir(rtl)"))).toBe(true);
  const tabs = rtl.page.getByRole("tab");
  await soon(() => tabs.nth(0).innerText()).not.toBe("Overview");
  await tabs.nth(2).focus();
  await rtl.page.keyboard.press("ArrowLeft");
  expect(await tabs.nth(3).getAttribute("aria-selected")).toBe("true");
  await rtl.page.locator("call-lake-chart svg").first().waitFor();
  for (const [i, name] of ["overview", "transcript", "tools", "metrics", "raw"].entries()) {
    await tabs.nth(i).click();
    await quiet(rtl.page);
    expect(await wide(rtl.page), name).toBeLessThanOrEqual(0);
    await shoot(rtl.page, `detail-ar-${name}`);
  }
  await rtl.close();
});
