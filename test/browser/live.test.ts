/** <call-live> in a real browser: calls of a real engine's process, as they begin, are spoken, and end. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { axeOf } from "./kit/axe.ts";
import { launch, openPage, shoot, soon, turn, type WatchedPage } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type LakeHost, startLakeHost } from "./kit/lake-host.ts";
import { type LiveEngine, startEngine } from "./kit/live.ts";

let browser: Browser;
let host: LakeHost;
let engine: LiveEngine;
let open: WatchedPage[] = [];

const HOSTILE = `<img src=x onerror="window.hacked=true"><b>bold</b>\u202Etxt`;
const ALL = ["calls.read", "calls.read_pii", "calls.control"] as const;

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  host = await startLakeHost([]);
  host.permissions = ALL;
  engine = await startEngine(host.dir);
  return async () => {
    for (const one of open) {
      await one.close();
      expect(one.complaints).toEqual([]);
    }
    open = [];
    await engine.kill();
    await host.close();
  };
});

async function live(query = "", options = {}): Promise<Page> {
  const opened = await openPage(browser, `${host.url}/call-live${query}`, options);
  open.push(opened);
  return opened.page;
}

const rows = (page: Page) => page.locator("call-live li.row");
const rowOf = (page: Page, text: string) => page.locator("call-live li.row", { hasText: text });

async function callOf(call_id: string, columns: object = {}, hang_up: "ends" | "fails" = "ends"): Promise<void> {
  await engine.tell({ do: "start", call_id, columns: { caller_number: "+15555550101", ...columns }, hang_up });
}

const say = (call_id: string, role: string, content: string) => engine.tell({ do: "message", call_id, role, content });

it("shows calls as they begin, what is being said, and how they ended", async () => {
  await callOf("a", { caller_name: "Ada Example", provider_name: "openai_realtime", context_name: "support" });
  await say("a", "assistant", "Hello, how may I help you?");
  const page = await live();
  await rowOf(page, "Ada Example").waitFor();
  // What was said before the page was opened is there too.
  await rowOf(page, "how may I help you?").waitFor();
  await page.getByText("1 live call", { exact: true }).waitFor();
  await callOf("b", { caller_name: "Bo Beispiel" });
  await soon(() => rows(page).count()).toBe(2);
  // The newest is first.
  expect(await rows(page).first().innerText()).toContain("Bo Beispiel");

  await page.getByRole("button", { name: "Show what is said in the call of Ada Example" }).press("Enter");
  const talk = page.locator("call-live .talk");
  await talk.getByText("Hello, how may I help you?").waitFor();
  await engine.tell({ do: "segment", call_id: "a", text: "I would like to", final: false });
  await talk.getByText("I would like to…").waitFor();
  await rowOf(page, "I would like to").waitFor();
  await engine.tell({ do: "segment", call_id: "a", text: "I would like to book a table", final: true });
  await talk.getByText("I would like to book a table", { exact: true }).waitFor();
  await soon(() => talk.locator(".partial").count()).toBe(0);
  await engine.tell({ do: "tool", call_id: "a", name: "book_table", params: { seats: 4 } });
  await talk.getByText("book_table").waitFor();
  const before = await rowOf(page, "Ada Example").locator("call-lake-clock").innerText();
  await soon(() => rowOf(page, "Ada Example").locator("call-lake-clock").innerText()).not.toBe(before);

  await engine.tell({ do: "end", call_id: "b" });
  await rowOf(page, "Bo Beispiel").getByText("Abandoned").waitFor();
  await page.getByText("1 live call", { exact: true }).waitFor();
  // A moment later it is gone, and the other one is still there; but not while the list has the focus.
  await page.locator("call-live .talk").focus();
  await soon(() => rows(page).count()).toBe(1);
});

it("holds the list still under the pointer, and says how many calls came", async () => {
  await callOf("a", { caller_name: "Ada Example" });
  const page = await live();
  await rowOf(page, "Ada Example").hover();
  await callOf("b", { caller_name: "Bo Beispiel" });
  await callOf("c", { caller_name: "Cem Örnek" });
  const pill = page.getByRole("button", { name: "2 new calls" });
  await pill.waitFor();
  expect(await rows(page).count()).toBe(1);
  await page.mouse.move(0, 0);
  await soon(() => rows(page).count()).toBe(3);
  expect(await pill.count()).toBe(0);
  // The same by keyboard; the button shows them without leaving the page's order of focus.
  await page.getByRole("button", { name: /call of Cem/ }).focus();
  await page.keyboard.press("Tab");
  await callOf("d", { caller_name: "Dora" });
  await page.getByRole("button", { name: "1 new call" }).click();
  await soon(() => rows(page).count()).toBe(4);
  await page.evaluate(() => document.querySelector("call-live")?.remove());
});

it("asks before it ends a call, and says why one could not be ended", async () => {
  await callOf("stuck", { caller_name: "Stuck" }, "fails");
  await callOf("willing", { caller_name: "Willing" });
  await say("willing", "assistant", "Hello.");
  const page = await live();
  await page.evaluate(() => {
    document.addEventListener("call-open", (event) => {
      document.title = (event as CustomEvent<{ id: string }>).detail.id;
    });
  });
  await page.getByRole("button", { name: /call of Stuck/ }).click();
  const end = page.getByRole("button", { name: "End call" });
  await end.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "End this call?" });
  await dialog.getByText("The call of Stuck is hung up at once.").waitFor();
  await shoot(page, "live-end", false);
  // Esc keeps the call, and gives the focus back.
  await page.keyboard.press("Escape");
  await soon(() => end.evaluate((node) => node.matches(":focus"))).toBe(true);
  expect(host.asked.some((path) => path.endsWith("/end"))).toBe(false);
  await end.click();
  await dialog.getByRole("button", { name: "End the call" }).click();
  expect(await page.getByRole("alert").innerText()).toContain("the channel is stuck");

  await page.getByRole("button", { name: /call of Willing/ }).click();
  expect(await page.getByRole("alert").count()).toBe(0);
  await end.click();
  await dialog.getByRole("button", { name: "End the call" }).click();
  await page.locator("call-live .pane").getByText("Completed").waitFor();
  await page.locator("call-live .pane").getByRole("button", { name: "Open the call" }).click();
  await soon(() => page.title()).toMatch(/^[0-9a-f-]{36}$/);
  const id = await page.title();
  await soon(() => host.ask(`/${id}`)).toMatchObject({ outcome: "completed", ended_by: "system" });
});

it("goes on after the connection was lost, and misses nothing", async () => {
  await callOf("a", { caller_name: "Ada Example" });
  const page = await live();
  await rowOf(page, "Ada Example").waitFor();
  await page.getByRole("button", { name: /call of Ada/ }).click();
  await page.mouse.move(0, 0);
  await page.getByText("Live", { exact: true }).waitFor();
  host.failWith = 502;
  host.cut();
  await page.getByText("Connection lost.").waitFor();
  await shoot(page, "live-lost", false);
  await say("a", "user", "Are you still there?");
  await callOf("b", { caller_name: "Bo Beispiel" });
  host.failWith = 0;
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 40_000 });
  await page.locator("call-live .talk").getByText("Are you still there?").waitFor();
  await soon(() => rows(page).count()).toBe(2);
});

it("shows nothing that a person may not see, and takes no text for markup", async () => {
  const columns = { caller_name: HOSTILE, provider_name: HOSTILE, context_name: HOSTILE };
  await callOf("h", { ...columns, caller_number: "+15555550123" });
  await say("h", HOSTILE, HOSTILE);
  await engine.tell({ do: "tool", call_id: "h", name: HOSTILE, params: { a: HOSTILE } });
  const page = await live();
  await page.getByRole("button", { name: /img src/ }).click();
  const talk = page.locator("call-live .talk");
  await talk.getByText(HOSTILE).first().waitFor();
  await talk.locator("li.tool").waitFor();
  expect(await page.locator("call-live img, call-live b").count()).toBe(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);

  host.permissions = ["calls.read"];
  const poor = await live("", { viewport: { width: 390, height: 800 } });
  await poor.evaluate(() => {
    Object.assign(document.querySelector("call-live") as Element, { permissions: ["calls.read"] });
  });
  await soon(() => rows(poor).count()).toBe(1);
  await poor.getByRole("button", { name: /call of no number/ }).click();
  await poor.getByText("It needs the permission calls.read_pii").waitFor();
  expect(await poor.getByRole("button", { name: "End call" }).count()).toBe(0);
  expect(await poor.locator("body").innerText()).not.toContain("5555550123");
  host.permissions = [];
  const none = await live();
  await none.getByText("You may not see calls").waitFor();
});

it("says what of its filter does not apply, and that nobody calls", async () => {
  await callOf("a", { caller_name: "Ada Example", provider_name: "local" });
  await callOf("b", { caller_name: "Bo Beispiel", provider_name: "deepgram" });
  const page = await live(`?filter=${encodeURIComponent("provider_name=local&outcome=error&start_date=2026-01-01")}`);
  await rowOf(page, "Ada Example").waitFor();
  expect(await rows(page).count()).toBe(1);
  await page.getByText("Does not apply to running calls: Outcome, From.").waitFor();
  await page.evaluate(() => {
    Object.assign(document.querySelector("call-live") as Element, { filter: "provider_name=nobody" });
  });
  await page.getByText("No running call fits the filter.").waitFor();
  await shoot(page, "live-empty", false);
});

it.each([
  ["light", {}, ""],
  ["dark", { colorScheme: "dark" }, ""],
  ["narrow", { viewport: { width: 390, height: 844 } }, ""],
  ["rtl", {}, ""],
] as const)("looks right (%s)", async (name, options, query) => {
  for (const [i, who] of ["Ada Example", "محمد مثال", "Zoë Beispiel", "李雷"].entries()) {
    const call_id = `call-${i}`;
    await callOf(call_id, { caller_name: who, provider_name: "openai_realtime", context_name: "reception" });
    await say(call_id, "assistant", "Hello, this is the reception of Example Dental. How may I help you?");
    await say(call_id, "user", i === 1 ? "مرحبا، أريد تغيير الموعد" : "I would like to move my appointment, please.");
    await engine.tell({ do: "turn", call_id, e2e_ms: 700 + 100 * i });
    if (i === 2) await engine.tell({ do: "tool", call_id, name: "find_slot", params: {} });
  }
  await engine.tell({ do: "end", call_id: "call-3" });
  const page = await live(query, options);
  await soon(() => rows(page).count()).toBe(3);
  await engine.tell({ do: "end", call_id: "call-0" });
  await page.getByRole("button", { name: /call of Zoë/ }).click();
  await page.locator("call-live .talk").getByText("I would like to move").waitFor();
  await engine.tell({ do: "segment", call_id: "call-2", text: "On Tuesday, if that", final: false });
  await page.locator("call-live .talk").getByText("On Tuesday, if that").waitFor();
  await rowOf(page, "Ada").getByText("Completed").waitFor();
  if (name === "rtl") await turn(page, "call-live");
  await page.mouse.move(0, 0);
  await shoot(page, `live-${name}`, false);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(await axeOf(page)).toEqual([]);
});

it("keeps a thousand calls down to a hundred rows, and goes on reading them", async () => {
  const many = Array.from({ length: 1000 }, (_, i) => `many-${String(i).padStart(4, "0")}`);
  const starts = many.map((id) => ({ do: "start", call_id: id, columns: { caller_name: id } }) as const);
  // Calls of one millisecond have no order: so many at a time that the last ones are among the first rows.
  for (let from = 0; from < starts.length; from += 50) await engine.tell(...starts.slice(from, from + 50));
  const page = await live();
  await page.getByText("1,000 live calls").waitFor();
  expect(await rows(page).count()).toBe(100);
  await page.getByText("100 of 1,000 shown").waitFor();
  await page.evaluate(() => {
    const long: number[] = [];
    Object.assign(window, { long });
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: "longtask",
    });
  });
  const message = { do: "message", role: "user" } as const;
  await engine.tell(...many.map((call_id) => ({ ...message, call_id, content: `words of ${call_id}` })));
  await rowOf(page, "words of many-0999").waitFor();
  await soon(() => rows(page).filter({ hasText: "words of" }).count()).toBe(100);
  const long = await page.evaluate(() => (window as unknown as { long: number[] }).long);
  console.log(`1,000 live calls, 1,000 messages: ${long.length} tasks over 50 ms, longest ${Math.max(0, ...long)} ms`);
  await page.getByRole("button", { name: "Show 100 more" }).click();
  await soon(() => rows(page).count()).toBe(200);
});
