/** The list's search, its peek panel, and the whole of it by keyboard alone. */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { shoot, soon } from "./kit/browser.ts";
import { CALLS, focused, historyScene, holdBack, ids, peek, rows } from "./kit/history.ts";

const scene = historyScene();
const idOf = (n: number) => CALLS[n]?.id ?? "";
const params = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

it("searches what was said, marks the hits, and jumps to the message", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  await page.getByLabel("Search what was said").fill('"half past two" please');
  await page.locator("call-history mark").first().waitFor();
  const hits = CALLS.filter((call) => call.conversation?.some((one) => one.content === "Half past two, please."));
  await page.getByText(`${hits.length} calls`).waitFor();
  expect(await ids(page)).toEqual(hits.slice(0, 50).map((call) => call.id));
  expect(params(page)).toEqual({ q: '"half past two" please' });
  const marked = await page.locator("call-history mark").allInnerTexts();
  expect(new Set(marked.map((text) => text.toLowerCase()))).toEqual(new Set(["half past two", "please"]));
  await shoot(page, "history-search", false);
  const hit = page.locator("call-history a.hit[href*=message]").first();
  const address = new URL((await hit.getAttribute("href")) ?? "", scene.host.url);
  expect(address.pathname).toBe(`/calls/${hits[0]?.id}`);
  expect(address.searchParams.get("q")).toBe('"half past two" please');
  const index = Number(address.searchParams.get("message"));
  const said = hits[0]?.conversation?.[index]?.content ?? "";
  expect(await hit.innerText()).toContain(said);
  await hit.click();
  const opened = await page.evaluate(() => (window as unknown as { opened: string }).opened);
  expect(opened).toBe(`${hits[0]?.id}?${address.searchParams}`);
});

it("orders hits by rank when asked, and pages through them", async () => {
  const page = await scene.open("q=tuesday");
  await page.locator("call-history mark").first().waitFor();
  await page.getByLabel("Order").selectOption("Best match first");
  await soon(() => scene.host.asked.some((path) => path.includes("/search") && path.includes("sort=rank"))).toBe(true);
  await soon(() => page.locator("call-history .dimmed").count()).toBe(0);
  const best = await ids(page);
  expect(params(page)).toEqual({ q: "tuesday", sort: "rank" });
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("51–100 of").waitFor();
  const second = await ids(page);
  expect(second.some((id) => best.includes(id))).toBe(false);
  // Without the words there is no rank.
  await page.getByRole("button", { name: "Clear all" }).click();
  await soon(() => ids(page)).toEqual(CALLS.slice(0, 50).map((call) => call.id));
});

it("asks once when somebody has stopped typing, and gives up the question before", async () => {
  const page = await scene.open();
  await page.getByText("180 calls").waitFor();
  const box = page.getByLabel("Search what was said");
  scene.host.asked.length = 0;
  // Letter after letter without a pause, which a busy machine could make between two keys.
  await box.evaluate((input: HTMLInputElement) => {
    for (const letter of "appoint") {
      input.value += letter;
      input.dispatchEvent(new InputEvent("input", { bubbles: true, data: letter }));
    }
  });
  await soon(() => scene.host.asked.some((path) => path.includes("/search?q=appoint&"))).toBe(true);
  expect(scene.host.asked.filter((path) => path.includes("/search")).length).toBe(1);
  const release = holdBack(scene.host);
  await box.press("End");
  await box.pressSequentially("ment ", { delay: 15 });
  await soon(() => scene.host.asked.some((path) => path.includes("/search?q=appointment&"))).toBe(true);
  const failed = page.waitForEvent("requestfailed", (request) => request.url().includes("/search?q=appointment&"));
  await box.pressSequentially("tuesday", { delay: 15 });
  await failed;
  await soon(() => params(page)).toEqual({ q: "appointment tuesday" });
  release();
  await page
    .locator("call-history mark", { hasText: /tuesday/i })
    .first()
    .waitFor();
  // The space that was typed while it was asked is still there.
  expect(await box.inputValue()).toBe("appointment tuesday");
});

it("costs little for each key that is typed, whatever the table holds", async () => {
  const page = await scene.open();
  await page.getByLabel("Rows").selectOption("200");
  await soon(() => rows(page).count()).toBe(180);
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) tasks.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  const box = page.getByLabel("Search what was said");
  const session = await page.context().newCDPSession(page);
  // Time of the thread, not of the clock: how busy the machine is with other things is no matter of the page.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const spent = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (name: string) => (metrics.find((one) => one.name === name)?.value ?? 0) * 1000;
    return of("ScriptDuration") + of("LayoutDuration") + of("RecalcStyleDuration");
  };
  await box.focus();
  const text = "appointment on next tuesday";
  const costs: number[] = [];
  for (const letter of text) {
    const before = await spent();
    await page.keyboard.press(letter === " " ? "Space" : letter);
    costs.push((await spent()) - before);
  }
  const slow = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  const sorted = costs.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2);
  console.log(
    `Typing over 180 rows, script + style + layout a key: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms; ` +
      `longest event with the wait for its frame: ${Math.max(0, ...slow)} ms.`,
  );
  // A key that drew the table anew would cost several times this on any machine.
  expect(Number(at(0.5))).toBeLessThan(50);
});

it("shows a call beside the list, in the URL, and gives the focus back", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  await rows(page)
    .nth(1)
    .click({ position: { x: 480, y: 12 } });
  await peek(page).waitFor();
  expect(params(page)).toEqual({ peek: idOf(1) });
  await soon(() => focused(page)).toBe(CALLS[1]?.caller_name ?? CALLS[1]?.caller_number ?? "no number");
  for (const expected of ["Transferred", "Failed tools", "The calendar did not answer", "How it began"])
    await soon(() => peek(page).innerText()).toContain(expected);
  expect(await rows(page).nth(1).getAttribute("aria-current")).toBe("true");
  const tools = peek(page).getByRole("link", { name: "Tools" });
  expect(await tools.getAttribute("href")).toBe(`/calls/${idOf(1)}?tab=tools`);
  await shoot(page, "history-peek", false);

  await page.keyboard.press("j");
  await soon(() => params(page)).toEqual({ peek: idOf(2) });
  await page.keyboard.press("k");
  await page.keyboard.press("k");
  await soon(() => params(page)).toEqual({ peek: idOf(0) });
  expect(await peek(page).getByRole("button", { name: "Previous call" }).isDisabled()).toBe(true);
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => (window as unknown as { opened: string }).opened)).toBe(idOf(0));
  await page.keyboard.press("Escape");
  await soon(() => peek(page).count()).toBe(0);
  expect(params(page)).toEqual({});
  await soon(() => focused(page)).toMatch(/^Open call of/);
  expect(
    await page.evaluate(
      () => document.querySelector("call-history")?.shadowRoot?.activeElement?.closest("tr")?.dataset["id"],
    ),
  ).toBe(idOf(0));
  // One step of the way back for the whole look, not one for each call.
  await page.goBack();
  await soon(() => params(page)).toEqual({ peek: idOf(0) });
  await peek(page).waitFor();
});

it("opens at the call the URL names, whatever page it is on, and says when it is gone", async () => {
  const page = await scene.open(`peek=${idOf(120)}`);
  await peek(page)
    .getByText(CALLS[120]?.ended_reason ?? "")
    .waitFor();
  const gone = await scene.open("peek=01a1feb6-7069-70ac-acde-bbf568b5e7f3");
  await gone.getByText("There is no such call").waitFor();
  await gone.getByRole("button", { name: "Close" }).click();
  await soon(() => peek(gone).count()).toBe(0);
  await rows(gone).first().waitFor();
});

it("goes on to the next page when the last call of a page has been looked at", async () => {
  const page = await scene.open(`peek=${idOf(49)}`);
  await rows(page).first().waitFor();
  await peek(page).getByRole("heading").first().waitFor();
  await page.keyboard.press("j");
  await soon(() => params(page)).toEqual({ peek: idOf(50) });
  await page.getByText("51–100 of 180").waitFor();
});

it("is used by keyboard alone: search, look, choose, filter, sort, and keys that can be turned off", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  const press = (...keys: string[]) =>
    keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
  await press("/");
  await soon(() => focused(page)).toBe("Search what was said");
  await page.keyboard.type("tuesday?");
  await page.locator("call-history mark").first().waitFor();
  expect(await page.getByLabel("Search what was said").inputValue()).toBe("tuesday?");
  await press("Control+a", "Delete");
  await soon(() => page.locator("call-history mark").count()).toBe(0);

  // From the first stop of the page past the filters into the table.
  await page.reload();
  await rows(page).first().waitFor();
  await press("Tab");
  await soon(() => focused(page)).toBe("Skip to the calls");
  await press("Enter");
  await soon(() => focused(page)).toBe("Table of calls");
  await press("j", "j");
  await soon(() => focused(page)).toMatch(/^Open call of/);
  await press("x");
  await page.getByText("1 selected").waitFor();
  await press("Enter");
  await peek(page).waitFor();
  expect(params(page)).toEqual({ peek: idOf(1) });
  await press("Escape");
  await soon(() => peek(page).count()).toBe(0);
  await press("Escape");
  await soon(() => page.getByText("1 selected").count()).toBe(0);

  await page.getByRole("button", { name: "Turns" }).focus();
  await press("Enter");
  await soon(() => params(page)).toEqual({ sort: "-total_turns" });
  await soon(() => focused(page)).toContain("Turns");
  const box = page.locator("call-lake-facets input[type=checkbox]").first();
  await box.focus();
  await press("ArrowDown", "Space");
  await soon(() => page.getByRole("button", { name: /^Remove filter Outcome/ }).count()).toBe(1);
  await press("ArrowUp", "ArrowUp");
  await soon(() => focused(page)).toContain("Outcome");

  await press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await help.waitFor();
  await shoot(page, "history-keys", false);
  await soon(() => focused(page)).toBe("Close");
  await help.getByLabel("Keys of one letter").uncheck();
  await press("Escape");
  await soon(() => help.count()).toBe(0);
  await soon(() => focused(page)).toContain("Outcome");
  await press("/");
  await soon(() => focused(page)).toContain("Outcome");
});
