/** How the list looks and whom it lets in: axe in both themes, narrow, zoomed, right to left, hostile texts, nothing that jumps. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { axeOf } from "./kit/axe.ts";
import { moving, quiet, shoot, soon } from "./kit/browser.ts";
import { CALLS, folding, give, historyScene, peek, rows, startListHost } from "./kit/history.ts";
import { hostileRecord } from "./kit/records.ts";

const HOSTILE =
  '"><img src=x onerror="window.hacked = true"><script>window.hacked = true</script>{{7*7}}\u202E\' OR 1=1 --';
const hostile = {
  ...hostileRecord(8),
  caller_number: HOSTILE,
  called_number: HOSTILE,
  provider_name: HOSTILE,
  pipeline_name: HOSTILE,
  context_name: HOSTILE,
  assistant_id: HOSTILE,
  client_id: HOSTILE,
  language: HOSTILE,
  sentiment: HOSTILE,
  source: HOSTILE,
  call_id: HOSTILE,
  ended_reason: HOSTILE,
  error_message: HOSTILE,
  transfer_destination: HOSTILE,
  summary: `${HOSTILE} hostileword`,
  currency: "<b>",
  cost_total: 1.5,
  labels: [HOSTILE],
  outcome: "error" as const,
};
const scene = historyScene([...CALLS, hostile]);

const settled = async (page: Page) => {
  await rows(page).first().waitFor();
  await page.locator("call-lake-facets li").first().waitFor();
  await page.getByText("181 calls").waitFor();
};
/** Whether something is wider than the window. */
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

it.each(["light", "dark"] as const)(
  "has nothing that axe complains about: %s",
  async (colorScheme) => {
    const page = await scene.open("outcome=completed", { colorScheme, viewport: { width: 1440, height: 900 } });
    await rows(page).first().waitFor();
    await page.locator("call-lake-facets li").first().waitFor();
    await give(page, { pageSize: 25 });
    await soon(() => rows(page).count()).toBe(25);
    expect(await axeOf(page)).toEqual([]);
    await page.getByLabel("Search what was said").fill("tuesday");
    await page.locator("call-history mark").first().waitFor();
    await rows(page).nth(2).getByRole("checkbox").check();
    await page.locator("call-history tbody .open").nth(1).click();
    await peek(page).getByText("Found here").waitFor();
    expect(await axeOf(page)).toEqual([]);
    await shoot(page, `history-peek-${colorScheme}`, false);
    await page.keyboard.press("Escape");
    for (const name of ["Columns", "Keys", "Export", "Label", "Delete"]) {
      await page
        .locator("call-history")
        .getByRole("button", { name, exact: true })
        .and(page.locator(".above button"))
        .click();
      await page.getByRole("dialog").waitFor();
      expect(await axeOf(page), name).toEqual([]);
      await page.keyboard.press("Escape");
      await soon(() => page.getByRole("dialog").count()).toBe(0);
    }
    await page.getByLabel("Search what was said").fill("nobodysaidthis");
    await page.getByText("No call matches").waitFor();
    expect(await axeOf(page)).toEqual([]);
  },
  120_000,
);

it("fits a telephone, for fingers", async () => {
  const page = await scene.open("", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await rows(page).first().waitFor();
  await page.getByText("181 calls").waitFor();
  expect(await overflow(page)).toBe(0);
  const shown = await page.locator("call-history thead th:visible").allInnerTexts();
  expect(shown.map((text) => text.trim()).filter(Boolean)).toEqual(["Time", "Caller", "Outcome"]);
  await shoot(page, "history-narrow", false);
  await folding(page, false).tap();
  await page.getByRole("checkbox", { name: /^Error, / }).tap();
  await folding(page, true).waitFor();
  await shoot(page, "history-narrow-facets", false);
  await folding(page, true).tap();
  const small = await page.evaluate(() => {
    const root = document.querySelector("call-history")?.shadowRoot;
    const stops = [...(root?.querySelectorAll<HTMLElement>("button, a, select, input") ?? [])];
    const visible = stops.filter((stop) => stop.checkVisibility() && !stop.matches(".skip, .open"));
    return visible
      .filter((stop) => (stop.closest("label") ?? stop).getBoundingClientRect().height < 24)
      .map((stop) => stop.outerHTML);
  });
  expect(small).toEqual([]);
  await rows(page)
    .first()
    .tap({ position: { x: 150, y: 20 } });
  await peek(page).waitFor();
  await soon(async () => (await peek(page).boundingBox())?.width).toBe(390);
  await soon(() => peek(page).getAttribute("aria-label")).toBe("Call at a glance");
  await peek(page).getByText("How it began").waitFor();
  await shoot(page, "history-narrow-peek", false);
  expect(await axeOf(page)).toEqual([]);
});

it("stands 200 % zoom, and right to left", async () => {
  // At 200 % a window of 1280 has 640 CSS pixels.
  const zoomed = await scene.open("", { viewport: { width: 640, height: 430 }, deviceScaleFactor: 2 });
  await rows(zoomed).first().waitFor();
  expect(await overflow(zoomed)).toBe(0);
  await shoot(zoomed, "history-zoomed", false);
  const page = await scene.open("", { viewport: { width: 1280, height: 860 } });
  await settled(page);
  await page.evaluate(() => {
    document.documentElement.dir = "rtl";
  });
  await give(page, { locale: "ar" });
  await soon(() => page.locator("call-lake-facets").getAttribute("dir")).toBe("rtl");
  await soon(() => page.getByText("Filters", { exact: true }).count()).toBe(0);
  await page.locator("call-history tbody .open").first().click();
  const panel = page.locator("call-lake-peek aside");
  await panel.locator("dl").waitFor();
  await soon(async () => (await panel.boundingBox())?.x).toBe(0);
  await shoot(page, "history-rtl-peek", false);
  const side = await page.locator("call-lake-facets").boundingBox();
  expect(side?.x ?? 0).toBeGreaterThan(900);
  expect(await overflow(page)).toBe(0);
  await page.keyboard.press("Escape");
  await soon(() => panel.count()).toBe(0);
  await shoot(page, "history-rtl", false);
});

it("shows hostile texts as texts, in every column, facet, chip, snippet and panel", async () => {
  const page = await scene.open("q=hostileword", { viewport: { width: 1600, height: 900 } });
  await page.locator("call-history mark").first().waitFor();
  await page.getByRole("button", { name: "Columns" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  for (const box of await dialog.getByRole("checkbox", { disabled: false }).all()) await box.check();
  await page.keyboard.press("Escape");
  await soon(() => page.locator("call-history thead th[data-key]").count()).toBe(24);
  for (const name of ["Pipeline", "Label", "Tool", "Sentiment", "Language", "Assistant", "Client"]) {
    const fold = page.locator("call-lake-facets").getByRole("button", { name, exact: true });
    if ((await fold.getAttribute("aria-expanded")) === "false") await fold.click();
  }
  const label = page.getByRole("checkbox", { name: HOSTILE }).last();
  await label.waitFor();
  await label.check();
  await page.locator("call-history tbody .open").first().click();
  await peek(page).getByText("Failed tools").waitFor();
  await shoot(page, "history-hostile", false);
  await page.keyboard.press("Escape");
  expect(await page.evaluate(() => (window as unknown as { hacked?: boolean }).hacked)).toBeUndefined();
  expect(await page.locator("call-history img, call-history tbody script, call-history tbody b").count()).toBe(0);
  expect((await rows(page).first().innerText()).split("onerror").length).toBeGreaterThan(8);
  expect(await overflow(page)).toBe(0);
});

it("does not jump while it is loaded, and moves nothing for those who want no motion", async () => {
  const page = await scene.open("", { reducedMotion: "reduce" });
  await page.evaluate(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
        if (!entry.hadRecentInput) shifts.push(entry.value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await settled(page);
  await quiet(page);
  const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
  const sum = shifts.reduce((a, b) => a + b, 0);
  console.log(`Layout shift while the list was loaded: ${sum.toFixed(4)} (good is below 0.1).`);
  expect(sum).toBeLessThan(0.02);
  expect(await moving(page)).toEqual([]);
});

it("says how to attach an engine while there is no call", async () => {
  const empty = await startListHost([]);
  const page = await scene.open();
  await page.goto(`${empty.url}/call-history`);
  await page.getByText("No calls yet").waitFor();
  expect(await page.locator("call-history pre").innerText()).toContain("openCallHistory");
  await shoot(page, "history-empty");
  expect(await axeOf(page)).toEqual([]);
  await empty.close();
});
