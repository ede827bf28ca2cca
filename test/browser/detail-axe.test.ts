/** <call-detail> for everybody: axe finds nothing on any tab in either theme, and the whole page works by keyboard. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallDetail } from "../../src/api/contract.ts";
import { type DetailHost, openDetail, startDetailHost, tab } from "./detail-kit.ts";
import { axeOf } from "./kit/axe.ts";
import { launch } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { record } from "./kit/records.ts";

let browser: Browser;
let host: DetailHost;
const CALLS = Array.from({ length: 60 }, (_, i) => record(i));
const rich = CALLS.find((one) => (one.tool_error_count ?? 0) > 0 && (one.turns?.length ?? 0) > 4) as CallDetail;
Object.assign(rich, {
  labels: ["vip"],
  quality_flags: ["clock_step"],
  error_message: "The provider closed the connection.",
  recordings: [{ url: "/recordings/tone.wav", channel: null, duration_seconds: 20, expires_at: null }],
});

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startDetailHost(CALLS);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  it(`has no violation on any tab, in any form, in ${colorScheme}`, async () => {
    const options = { colorScheme, reducedMotion: "reduce" } as const;
    const { page, close } = await openDetail(browser, host, rich.id, {}, options);
    for (const [name, mark] of [
      ["Overview", "trunk"],
      ["Transcript", "Half past two"],
      ["Tools", "practice"],
      ["Metrics", "Lines: p50"],
      ["Raw JSON", '"caller_number"'],
    ] as const) {
      await tab(page, name).click();
      await page.getByText(mark).first().waitFor();
      if (name === "Transcript") {
        await page.getByLabel("Search in the transcript").fill("appointment");
        await page.locator("mark.current").waitFor();
        await page.getByText("Half past two").first().click();
        await page.locator(".entry[aria-current]").waitFor();
      }
      if (name === "Metrics") await page.locator("call-lake-chart summary").first().click();
      expect(await axeOf(page), name).toEqual([]);
    }
    for (const [opener, what] of [
      ["Export", "CSV"],
      ["Add a label", "Cancel"],
      ["Delete", "Cancel"],
    ] as const) {
      await page.getByRole("button", { name: opener, exact: true }).click();
      await page.getByRole("button", { name: what, exact: true }).waitFor();
      expect(await axeOf(page), opener).toEqual([]);
      await page.keyboard.press("Escape");
      await page.locator("call-lake-action").waitFor({ state: "detached" });
    }
    await close();
  });
}

it("has no violation while it loads, fails, or hides", async () => {
  host.failWith = 500;
  const { page, set, close } = await openDetail(browser, host, rich.id);
  await page.getByRole("button", { name: "Try again" }).waitFor();
  expect(await axeOf(page)).toEqual([]);
  host.failWith = 0;
  await set({ permissions: ["calls.read"] });
  await page.getByText("calls.read_pii is missing").waitFor();
  expect(await axeOf(page)).toEqual([]);
  await set({ permissions: [] });
  await page.getByText("You may not see calls").waitFor();
  expect(await axeOf(page)).toEqual([]);
  await close();
});
