/** <call-history> beside a real engine's process: a call is in the list as soon as it has ended, by the live feed alone. */
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { shoot, soon } from "./kit/browser.ts";
import { historyScene, holdBack, ids, rows } from "./kit/history.ts";
import { type LiveEngine, startEngine } from "./kit/live.ts";

const scene = historyScene();
let engine: LiveEngine;
let name = 0;

beforeEach(async () => {
  engine = await startEngine(scene.host.dir);
});
afterEach(() => engine.kill());

/** The list without its own turn every few seconds: what it shows anew it has heard of. */
async function open(query = ""): Promise<Page> {
  const page = await scene.open(query);
  await page.addInitScript(() => {
    Object.assign(window, { setInterval: () => 0 });
  });
  await page.goto("about:blank");
  scene.host.asked.length = 0;
  await page.goBack();
  await rows(page).first().waitFor();
  await soon(follows).toBe(1);
  return page;
}

/** How often a page has begun to follow the feed. */
const follows = () => scene.host.asked.filter((asked) => asked.startsWith("GET /api/calls/live")).length;

async function begin(columns: object = {}): Promise<string> {
  const call_id = `live-${name++}`;
  await engine.tell({ do: "start", call_id, columns: { caller_number: "+15555550101", ...columns } });
  await engine.tell({ do: "turn", call_id, e2e_ms: 800 });
  return call_id;
}
const end = (call_id: string) => engine.tell({ do: "end", call_id });
const top = (page: Page) => rows(page).first();

it("shows a call at once when it has ended, and not before", async () => {
  const page = await open();
  const [newest] = await ids(page);
  const call = await begin({ caller_name: "Ida Sample", provider_name: "openai_realtime" });
  const other = await begin({ caller_name: "Jo Sample" });
  await end(other);
  await top(page).getByText("Jo Sample").waitFor();
  await page.getByRole("status").getByText("1 new call").waitFor();
  expect((await ids(page))[1]).toBe(newest);
  // The other one goes on: it is no row of the history.
  expect(await rows(page).filter({ hasText: "Ida Sample" }).count()).toBe(0);
  await end(call);
  await soon(() => rows(page).filter({ hasText: "Ida Sample" }).count()).toBe(1);
  // By their beginning, as all rows are: the one that began later is above.
  expect(await rows(page).nth(1).innerText()).toContain("Ida Sample");
  expect((await ids(page))[2]).toBe(newest);
  expect(await page.locator("call-history tr.arrived").count()).toBeGreaterThan(0);
  await shoot(page, "history-live-ended", false);
  const all = await ids(page);
  expect(new Set(all).size).toBe(all.length);
});

it("keeps it behind a button while somebody is at the rows", async () => {
  const page = await open();
  const before = await ids(page);
  await rows(page).nth(3).hover();
  const place = await top(page).boundingBox();
  const [one, two] = [await begin({ caller_name: "Cy Sample" }), await begin()];
  await end(one);
  await page.getByRole("button", { name: "1 new call" }).waitFor();
  await end(two);
  const pill = page.getByRole("button", { name: "2 new calls" });
  await pill.waitFor();
  expect(await ids(page)).toEqual(before);
  expect(await top(page).boundingBox()).toEqual(place);
  await pill.click();
  await soon(async () => (await ids(page))[2]).toBe(before[0]);
  expect(await rows(page).nth(1).innerText()).toContain("Cy Sample");
});

it("hears only of calls under its filter", async () => {
  const page = await open("provider_name=openai_realtime");
  const [ours, theirs] = [
    await begin({ provider_name: "openai_realtime", caller_name: "Di Sample" }),
    await begin({ provider_name: "deepgram", caller_name: "Ed Sample" }),
  ];
  await end(theirs);
  await end(ours);
  await top(page).getByText("Di Sample").waitFor();
  await page.getByRole("status").getByText("1 new call").waitFor();
  expect(await rows(page).filter({ hasText: "Ed Sample" }).count()).toBe(0);
  expect(scene.host.asked).toContain("GET /api/calls/live?provider_name=openai_realtime");
});

it("misses no end while its connection is away", async () => {
  const page = await open();
  const call = await begin({ caller_name: "Flo Sample" });
  scene.host.failWith = 502;
  scene.host.cut();
  await end(call);
  scene.host.failWith = 0;
  await top(page).getByText("Flo Sample").waitFor();
});

it("hears a server that answers late: no look ends the one before", async () => {
  const page = await open();
  const aborted: string[] = [];
  page.on("requestfailed", (request) => aborted.push(request.url()));
  const calls = [await begin({ caller_name: "Kai Sample" }), await begin({ caller_name: "Lou Sample" })];
  const release = holdBack(scene.host);
  const looks = () => scene.host.asked.filter((asked) => asked.startsWith("GET /api/calls?")).length;
  const before = looks();
  await end(calls[0] ?? "");
  await soon(looks).toBeGreaterThan(before);
  await end(calls[1] ?? "");
  // Longer than the list waits between two looks.
  await page.evaluate(() => new Promise((passed) => setTimeout(passed, 2500)));
  release();
  await top(page).getByText("Lou Sample").waitFor();
  await rows(page).nth(1).getByText("Kai Sample").waitFor();
  expect(aborted).toEqual([]);
});

it("follows no feed where the person is at older calls or in another order, and takes it up again", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Duration" }).click();
  await soon(() => rows(page).count()).toBe(50);
  await soon(() => new URL(page.url()).searchParams.get("sort")).toBe("-duration_seconds");
  await soon(() => page.locator("call-history .dimmed").count()).toBe(0);
  const [longest] = await ids(page);
  const call = await begin({ caller_name: "Gil Sample" });
  await end(call);
  expect((await ids(page))[0]).toBe(longest);
  const before = follows();
  await page.goBack();
  // What ended meanwhile is in the answer; what ends now is told.
  await top(page).getByText("Gil Sample").waitFor();
  await soon(follows).toBe(before + 1);
  await end(await begin({ caller_name: "Hal Sample" }));
  // The heading that was pressed still has the focus: nothing moves under it.
  await page.getByRole("button", { name: "1 new call" }).click();
  await top(page).getByText("Hal Sample").waitFor();
});
