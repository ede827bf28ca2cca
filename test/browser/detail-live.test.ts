/** <call-detail> of a call that goes on: it is followed, and becomes the record when it has ended. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DetailHost, openDetail, startDetailHost, tab } from "./detail-kit.ts";
import { launch, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";

let browser: Browser;
let host: DetailHost;

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startDetailHost([]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

it("follows a live call without a reload, and shows its record when it ends", async () => {
  const call = host.history.startCall({ call_id: "live-1", source: "engine", caller_number: "+15555550142" });
  call.addMessage({ role: "assistant", content: "Good morning." });
  const { page, complaints, close } = await openDetail(browser, host, call.id);
  await page.getByText("This call is going on.").waitFor();
  expect(await page.locator(".badge").innerText()).toBe("Live");
  expect(await page.getByRole("button", { name: "Delete" }).count()).toBe(0);
  await tab(page, "Transcript").click();
  await page.getByText("Good morning.").waitFor();
  call.addMessage({ role: "user", content: "<i>Is anybody</i> there?" });
  await page.getByText("<i>Is anybody</i> there?").waitFor();
  call.addToolCall({ name: "look_up", params: { room: 7 }, status: "ok", duration_ms: 120 });
  await soon(() => page.locator("call-lake-transcript .tool").count()).toBe(1);
  await shoot(page, "detail-live");
  // It is told what happens: nothing but the transcript is asked for again.
  expect(host.asked.filter((path) => path.startsWith("/api/calls/live"))).toEqual([`/api/calls/live?id=${call.id}`]);
  expect(host.asked.filter((path) => /\/active(\?|$)/.test(path))).toEqual([]);
  await tab(page, "Raw JSON").click();
  expect(JSON.parse(await page.locator("call-detail pre").innerText())).not.toHaveProperty("outcome");
  await tab(page, "Transcript").click();
  await call.end({ outcome: "completed", ended_reason: "caller hung up" });
  await page.locator(".badge", { hasText: "Completed" }).waitFor();
  expect(await page.getByText("This call is going on.").count()).toBe(0);
  await soon(() => page.getByText("<i>Is anybody</i> there?").count()).toBe(1);
  const asked = host.asked.length;
  await new Promise((resolve) => setTimeout(resolve, 2500));
  // Nobody follows any more.
  expect(host.asked.length).toBe(asked);
  expect(complaints).toEqual([]);
  await close();
});

it("shows that a call goes on without what is said in it to whoever may not read that", async () => {
  const call = host.history.startCall({ call_id: "live-2", source: "engine", context_name: "support" });
  call.addMessage({ role: "assistant", content: "A secret." });
  host.permissions = ["calls.read"];
  const { page, close } = await openDetail(browser, host, call.id, { permissions: ["calls.read"] });
  await page.getByText("What is said in it is hidden from you.").waitFor();
  await page.getByText("support").waitFor();
  await tab(page, "Transcript").click();
  await page.getByRole("heading", { name: "Hidden from you" }).waitFor();
  expect(host.asked.filter((path) => path.includes("/transcript") && path.includes(call.id))).toEqual([]);
  await call.end({ outcome: "completed" });
  await page.locator(".badge", { hasText: "Completed" }).waitFor();
  await close();
});
