/** <call-history> over a real lake: rows, facets, filters, order, paging, new calls, its URL and its states. */
import { expect, it } from "vitest";
import { firstPageUrl } from "../../src/client/index.ts";
import { quiet, shoot, soon } from "./kit/browser.ts";
import { CALLS, folding, give, historyScene, holdBack, ids, rows, startListHost } from "./kit/history.ts";
import { NOW, record } from "./kit/records.ts";
import { RUDE_COLOR } from "./kit/server.ts";

const scene = historyScene();
const first = (n: number) => CALLS.slice(0, n).map((call) => call.id);
const sidebar = "call-lake-facets";

it("shows the newest calls and turns pages by the cursor", async () => {
  const page = await scene.open();
  await soon(() => ids(page)).toEqual(first(50));
  await page.getByText("1–50 of 180").waitFor();
  expect(await page.getByRole("button", { name: "Previous" }).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("51–100 of 180").waitFor();
  expect(await ids(page)).toEqual(CALLS.slice(50, 100).map((call) => call.id));
  expect(scene.host.asked.some((path) => path.includes("cursor="))).toBe(true);
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByText("1–50 of 180").waitFor();
  expect(await ids(page)).toEqual(first(50));
  await page.getByLabel("Rows").selectOption("100");
  await soon(() => rows(page).count()).toBe(100);
  await shoot(page, "history-light");
});

it("asks for the rows before it counts anything", async () => {
  const page = await scene.open();
  await page.getByText("180 calls").waitFor();
  await page.locator(`${sidebar} li`).first().waitFor();
  expect(scene.host.asked[0]).toBe("GET /api/calls?tz=UTC&limit=50&sort=-start_time");
});

it.each([
  "",
  "outcome=error&outcome=lost&sort=-duration_seconds&peek=x",
  "q=refund%20%26%20so&sort=rank",
  "tz=Asia/Tokyo&sort=rank&page=3&where=",
])("asks what a host can know beforehand: %s", async (query) => {
  await scene.open(query);
  const url = firstPageUrl({ api: "/api/calls", filter: query, timezone: "UTC" });
  await soon(() => scene.host.asked).toContain(`GET ${url}`);
});

it("draws the rows that the host gives it, and asks for others", async () => {
  const page = await scene.open("outcome=error");
  await rows(page).first().waitFor();
  const list = firstPageUrl({ api: "/api/calls", filter: "", timezone: "UTC" });
  const answer = await (await fetch(scene.host.url + list)).json();
  const begin = async (url: string, rowsGiven: unknown) => {
    scene.host.asked.length = 0;
    await page.evaluate(
      ([known, given]) => {
        const element = document.createElement("call-history");
        const before = document.querySelector("call-history") as Element;
        const { timezone, permissions } = before as Element & Record<string, unknown>;
        Object.assign(element, { timezone, permissions, firstRows: { url: known, answer: given } });
        before.replaceWith(element);
      },
      [url, rowsGiven] as const,
    );
  };
  await begin(list, { ...answer, calls: answer.calls.slice(0, 3) });
  await soon(() => ids(page)).toEqual(first(3));
  await page.getByText("180 calls").waitFor();
  expect(scene.host.asked.filter((path) => path.includes("limit=50"))).toEqual([]);
  // It is the answer to one question, once.
  await page.getByRole("button", { name: "Refresh" }).click();
  await soon(() => ids(page)).toEqual(first(50));
  await begin(firstPageUrl({ api: "/api/calls", filter: "outcome=error", timezone: "UTC" }), {
    calls: [],
    next_cursor: null,
  });
  await soon(() => ids(page)).toEqual(first(50));
  expect(scene.host.asked).toContain(`GET ${list}`);
});

it("filters by facets with counts, which count what choosing them would give", async () => {
  const page = await scene.open();
  const count = (test: (call: (typeof CALLS)[number]) => boolean) => CALLS.filter(test).length;
  const errors = count((call) => call.outcome === "error");
  const lost = count((call) => call.outcome === "lost");
  await page.getByRole("checkbox", { name: `Error, ${errors} calls` }).check();
  await soon(() => rows(page).count()).toBe(errors);
  expect(new URL(page.url()).search).toBe("?outcome=error");
  // The chosen facet goes on to show its other values; the others count under it.
  await page.getByRole("checkbox", { name: `Lost, ${lost} calls` }).waitFor();
  const local = count((call) => call.outcome === "error" && call.provider_name === "local");
  await page.getByRole("checkbox", { name: `local, ${local} calls` }).waitFor();
  await page.getByRole("checkbox", { name: `Lost, ${lost} calls` }).check();
  await soon(() => rows(page).count()).toBe(errors + lost);
  await page.getByRole("button", { name: "Remove filter Outcome Error" }).click();
  await soon(() => rows(page).count()).toBe(lost);
  expect(new URL(page.url()).search).toBe("?outcome=lost");
  await page.goBack();
  await soon(() => rows(page).count()).toBe(errors + lost);
  const none = count((call) => call.context_name === null);
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.getByRole("checkbox", { name: `not recorded, ${none} calls` }).check();
  await soon(() => rows(page).count()).toBe(none);
  await page.getByRole("button", { name: "Remove filter Context not recorded" }).waitFor();
});

it("has a facet of labels, unfolds the others, and looks for values by their beginning", async () => {
  const page = await scene.open();
  const vip = CALLS.filter((call) => call.labels?.includes("vip")).length;
  await page.getByRole("checkbox", { name: `vip, ${vip} calls` }).check();
  await soon(() => rows(page).count()).toBe(vip);
  await page.getByRole("button", { name: "Clear all" }).click();
  // Tools are read out of whole calls: nobody asks for them before they are unfolded.
  expect(scene.host.asked.some((path) => path.includes("/facets/tool_name"))).toBe(false);
  await page.getByRole("button", { name: "Tool", exact: true }).click();
  await page.getByRole("checkbox", { name: /^find_slot, / }).waitFor();
  expect(await page.getByRole("button", { name: "Tool", exact: true }).getAttribute("aria-expanded")).toBe("true");
  // What was unfolded is remembered.
  await page.reload();
  await page.getByRole("checkbox", { name: /^find_slot, / }).waitFor();
  await folding(page, true).click();
  await soon(() => page.locator(sidebar).count()).toBe(0);
  await page.reload();
  await folding(page, false).click();
  await page.locator(`${sidebar} li`).first().waitFor();
});

it("looks for a value of a long facet by its beginning", async () => {
  const many = Array.from({ length: 150 }, (_, i) => ({
    ...record(i),
    context_name: `Team ${String(i % 130).padStart(3, "0")}`,
  }));
  const host = await startListHost(many);
  const page = await scene.open();
  await page.goto(`${host.url}/call-history`);
  const contexts = page.getByRole("list", { name: "Context" }).getByRole("checkbox");
  await soon(() => contexts.count()).toBe(6);
  await page.getByRole("button", { name: /^More values.*Context$/ }).click();
  await soon(() => contexts.count()).toBe(130);
  await page.getByLabel("Find in Context").fill("team 12");
  await soon(() => contexts.count()).toBe(10);
  expect(host.asked.some((path) => path.includes("/facets/context_name?") && path.includes("prefix=team+12"))).toBe(
    true,
  );
  await contexts.nth(3).check();
  await soon(() => rows(page).count()).toBe(1);
  await page.getByLabel("Find in Context").fill("nothing");
  await page.getByText("Nothing begins like this.").waitFor();
  await host.close();
});

it("filters by number, duration and dates, read in the zone of the page", async () => {
  const page = await scene.open("outcome=completed&page=3", { colorScheme: "dark" });
  await page.getByRole("button", { name: "Remove filter Outcome Completed" }).waitFor();
  await give(page, { timezone: "Europe/Berlin" });
  await page.getByRole("button", { name: "7 d" }).click();
  await page.getByText("Times in Europe/Berlin").waitFor();
  const asked = () => scene.host.asked.findLast((path) => path.includes("start_date")) ?? "";
  await soon(asked).toContain("tz=Europe%2FBerlin");
  expect(asked()).not.toContain("page=3");
  await soon(() => page.getByRole("button", { name: "7 d" }).getAttribute("aria-pressed")).toBe("true");
  await shoot(page, "history-dark");
  await page.getByRole("button", { name: "Clear all" }).click();
  await page.getByLabel("Shortest duration in seconds").fill("60");
  await page.getByLabel("Shortest duration in seconds").press("Tab");
  const long = CALLS.filter((call) => (call.duration_seconds ?? 0) >= 60).length;
  await page.getByText(`${long} calls`).waitFor();
  await page.getByLabel("Number contains").fill("0101");
  await page.getByRole("button", { name: "Remove filter Number 0101" }).waitFor();
  expect(new URL(page.url()).search).toBe("?min_duration=60&caller_number=0101");
});

it("sorts by any column that has an order, and says so", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  const sorted = (name: string) => page.getByRole("columnheader", { name }).getAttribute("aria-sort");
  await page.getByRole("button", { name: "Duration" }).click();
  await soon(() => sorted("Duration")).toBe("descending");
  await soon(() => scene.host.asked.some((path) => path.includes("sort=-duration_seconds"))).toBe(true);
  expect(await sorted("Time")).toBe("none");
  expect(new URL(page.url()).search).toBe("?sort=-duration_seconds");
  await page.getByRole("button", { name: "Duration" }).click();
  await soon(() => sorted("Duration")).toBe("ascending");
  for (const name of ["Caller", "Outcome", "Provider", "Context", "Turns", "Tools"]) {
    await page
      .getByRole("button", { name, exact: name !== "Provider" })
      .and(page.locator(".sort"))
      .click();
    await soon(() => sorted(name)).not.toBe("none");
  }
  await soon(() => scene.host.asked.some((path) => path.includes("sort=-tool_error_count"))).toBe(true);
  await soon(() => page.locator("call-history [aria-busy=true]").count()).toBe(0);
  const failed = await page.locator("call-history tbody td.tools").first().innerText();
  expect(failed).toContain("2 failed");
});

it("shows times in the zone, a missing value as a word, and failed tools", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  const [call] = CALLS;
  if (!call) throw new Error("no call was made");
  const clock = (zone: string) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" }).format(Date.parse(call.start_time));
  expect(await rows(page).first().innerText()).toContain(clock("UTC"));
  await give(page, { timezone: "Asia/Tokyo" });
  await soon(() => rows(page).first().innerText()).toContain(clock("Asia/Tokyo"));
  const unknown = CALLS.slice(0, 50).filter((one) => one.direction === null).length;
  await soon(() => page.locator("call-history tbody td.direction").getByText("not recorded").count()).toBe(unknown);
});

/** Calls that end now, later than all others. */
const later = (...numbers: number[]) =>
  numbers.map((i) => ({ ...record(i), start_time: new Date(NOW + i).toISOString() }));

it("lets new calls in by themselves while nobody is at the rows, says so, and marks them", async () => {
  const page = await scene.open();
  await soon(() => rows(page).count()).toBe(50);
  // Both are there when the list looks, however long the disk takes for the second: no look is on its way before.
  await quiet(page);
  const release = holdBack(scene.host);
  await scene.host.end(later(800, 801));
  release();
  await soon(async () => (await ids(page))[2]).toBe(CALLS[0]?.id);
  expect(await rows(page).count()).toBe(50);
  expect(await page.getByRole("status").getByText("2 new calls").count()).toBe(1);
  expect(await page.locator("call-history tr.arrived").count()).toBe(2);
  await shoot(page, "history-arrived");
  expect(await page.getByRole("button", { name: /new call/ }).count()).toBe(0);
  // The mark goes again, the rows stay.
  await soon(() => page.locator("call-history tr.arrived").count()).toBe(0);
  expect((await ids(page))[2]).toBe(CALLS[0]?.id);
});

it("keeps new calls behind a button while somebody is at the rows: nothing moves", async () => {
  const page = await scene.open();
  await soon(() => rows(page).count()).toBe(50);
  const before = await ids(page);
  await rows(page).nth(4).hover();
  const place = await rows(page).first().boundingBox();
  await scene.host.end(later(900, 901, 902));
  const pill = page.getByRole("button", { name: "3 new calls" });
  await pill.waitFor();
  expect(await ids(page)).toEqual(before);
  expect(await rows(page).first().boundingBox()).toEqual(place);
  await shoot(page, "history-new-calls");
  await pill.click();
  await soon(async () => (await ids(page))[3]).toBe(before[0]);

  // The same under the keyboard, with a selection, and further down the page.
  let at = 903;
  const waits = async () => {
    await page.mouse.move(0, 0);
    const now = await ids(page);
    await scene.host.end(later(at++));
    const one = page.getByRole("button", { name: "1 new call" });
    await one.waitFor();
    expect(await ids(page)).toEqual(now);
    await one.click();
    await soon(async () => (await ids(page))[1]).toBe(now[0]);
  };
  await rows(page).first().locator(".open").focus();
  await waits();
  await page.getByRole("searchbox").first().focus();
  await rows(page)
    .first()
    .getByRole("checkbox")
    .evaluate((box) => (box as HTMLElement).click());
  await waits();
  await page.getByRole("button", { name: "Clear selection" }).click();
  await page.getByRole("searchbox").first().focus();
  await page.evaluate(() => scrollTo(0, 600));
  await waits();
});

it("dims the rows while it asks again, and keeps them when the answer is an error with its id", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  const release = holdBack(scene.host);
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.locator("call-history .dimmed[aria-busy=true]").waitFor();
  await soon(() => rows(page).count()).toBe(50);
  scene.host.failWith = 503;
  release();
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("alert").innerText()).toContain("error 4f2a");
  expect(await rows(page).count()).toBe(50);
  scene.host.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await soon(() => page.getByRole("alert").count()).toBe(0);
});

it("says when a question takes long, and takes it back", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  const release = holdBack(scene.host);
  await page.getByRole("button", { name: "Duration" }).click();
  await page.getByText("This takes longer than usual.").waitFor();
  const failed = page.waitForEvent("requestfailed");
  await page.getByRole("button", { name: "Cancel" }).click();
  expect((await failed).failure()?.errorText).toContain("ERR_ABORTED");
  await page.getByText("Cancelled.").waitFor();
  expect(await rows(page).count()).toBe(50);
  release();
  await page.getByRole("button", { name: "Try again" }).click();
  await soon(() => page.getByText("Cancelled.").count()).toBe(0);
  await soon(() => page.locator("call-history .dimmed").count()).toBe(0);
});

it("goes on by itself when the connection is back", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  await page.context().setOffline(true);
  await page.getByText("No connection.").waitFor();
  await soon(() => rows(page).count()).toBe(50);
  await page.getByRole("button", { name: "Turns" }).click();
  // It has been asked, and has failed.
  await page.locator("call-history .dimmed[aria-busy=false]").waitFor();
  await page.context().setOffline(false);
  await soon(() => page.getByText("No connection.").count()).toBe(0);
  await soon(() => page.locator("call-history .dimmed").count()).toBe(0);
  expect(await page.getByRole("columnheader", { name: "Turns" }).getAttribute("aria-sort")).toBe("descending");
});

it("has a state for everything: loading, error, nothing matches, a wrong question, not permitted", async () => {
  const release = holdBack(scene.host);
  scene.host.failWith = 503;
  const page = await scene.open();
  await page.getByRole("status", { name: "Loading calls" }).waitFor();
  await shoot(page, "history-loading");
  release();
  await page.getByText("The calls could not be loaded").waitFor();
  await shoot(page, "history-error");
  scene.host.failWith = 0;
  await page.getByRole("button", { name: "Try again" }).click();
  await soon(() => rows(page).count()).toBe(50);

  await page.getByLabel("Name contains").fill("nobody");
  await page.getByText("No call matches").waitFor();
  await shoot(page, "history-nothing");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await soon(() => rows(page).count()).toBe(50);
  expect(await page.getByLabel("Name contains").inputValue()).toBe("");

  const wrong = await scene.open("where=no_such_column:eq:1");
  await wrong.getByText("no_such_column").first().waitFor();
  await wrong.getByRole("button", { name: "Clear filters" }).click();
  await soon(() => rows(wrong).count()).toBe(50);

  scene.host.permissions = [];
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.getByText("You may not see calls").waitFor();
  expect(await rows(page).count()).toBe(0);
});

it("asks for nothing when the host says the person may not", async () => {
  const page = await scene.open();
  await page
    .getByText(/^18\d calls/)
    .first()
    .waitFor();
  await page.locator(`${sidebar} li`).first().waitFor();
  // From the moment on in which it is said; what was asked before may still be on its way.
  await page.evaluate(() => {
    const asked: string[] = [];
    const { fetch } = window;
    Object.assign(window, {
      asked,
      fetch: (...given: Parameters<typeof fetch>) => {
        asked.push(String(given[0]));
        return fetch(...given);
      },
    });
    const list = document.querySelector("call-history") as HTMLElement & { refresh(): void };
    Object.assign(list, { permissions: ["calls.delete"] });
    list.refresh();
  });
  await page.getByText("You may not see calls").waitFor();
  await quiet(page);
  expect(await page.evaluate(() => (window as unknown as { asked: string[] }).asked)).toEqual([]);
});

it("offers nothing personal to ask by without the permission", async () => {
  scene.host.permissions = ["calls.read"];
  const page = await scene.open();
  await give(page, { permissions: ["calls.read"] });
  await rows(page).first().waitFor();
  await soon(() => page.getByLabel("Number contains").count()).toBe(0);
  expect(await page.getByLabel("Search what was said").count()).toBe(0);
  expect(await page.getByRole("columnheader", { name: "Caller" }).getByRole("button").count()).toBe(0);
  expect(await page.getByRole("checkbox", { name: /^Select/ }).count()).toBe(0);
});

it("ends its requests when it is taken from the page", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  holdBack(scene.host);
  const failed = page.waitForEvent("requestfailed");
  await page.getByRole("button", { name: "Refresh" }).click();
  await page.locator("call-history .dimmed").waitFor();
  await page.evaluate(() => document.querySelector("call-history")?.remove());
  expect((await failed).failure()?.errorText).toContain("ERR_ABORTED");
});

it("lets no rule of the host in, and none of its own out", async () => {
  const page = await scene.open();
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
