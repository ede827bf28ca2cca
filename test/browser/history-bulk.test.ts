/** Selecting calls and what is done with them; views, columns, and where they are remembered. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { CallList } from "../../src/api/contract.ts";
import { shoot, soon } from "./kit/browser.ts";
import { CALLS, focused, folding, give, historyScene, ids, rows } from "./kit/history.ts";

// Some are slow, so that the view of these has rows.
const slow = { avg_turn_latency_ms: 2100, max_turn_latency_ms: 2900 };
const scene = historyScene(
  CALLS.map((call, i) => ({ ...call, client_id: `client-${i % 2}`, ...(i % 9 === 0 ? slow : {}) })),
);
const box = (page: Page, n: number) => rows(page).nth(n).getByRole("checkbox");
const listed = async (query: string) =>
  (await (await fetch(`${scene.host.url}/api/calls?include=total&${query}`)).json()) as CallList;

it("selects rows, a range with shift, a page, and all that match", async () => {
  const page = await scene.open();
  await box(page, 1).check();
  await page.getByText("1 selected").waitFor();
  await box(page, 5).click({ modifiers: ["Shift"] });
  await page.getByText("5 selected").waitFor();
  expect(await page.locator("call-history tbody tr.selected").count()).toBe(5);
  await box(page, 3).uncheck();
  await page.getByText("4 selected").waitFor();
  const top = () =>
    rows(page)
      .first()
      .evaluate((row) => row.getBoundingClientRect().top + scrollY);
  const before = await top();
  await page.getByRole("checkbox", { name: "Select all calls of this page" }).check();
  await page.getByText("50 selected").waitFor();
  // They stay selected over pages, until the filter is another one.
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("51–100 of 180").waitFor();
  await box(page, 0).check();
  await page.getByText("51 selected").waitFor();
  expect(await top()).toBe(before);
  await shoot(page, "history-selected", false);
  await page.getByRole("button", { name: "Select all 180 that match" }).click();
  await page.getByText("All 180 matching calls selected").waitFor();
  expect(await box(page, 7).isChecked()).toBe(true);
  await page.getByRole("button", { name: "Failed" }).click();
  await soon(() => page.getByText("matching calls selected").count()).toBe(0);
});

it("exports what is selected or all that match, with the columns shown or all", async () => {
  const page = await scene.open("outcome=transferred");
  const wanted = CALLS.filter((call) => call.outcome === "transferred");
  await soon(() => rows(page).count()).toBe(wanted.length);
  await box(page, 0).check();
  await box(page, 2).check();
  const download = async (choose: (dialog: ReturnType<Page["getByRole"]>) => Promise<void>) => {
    await page.getByRole("button", { name: "Export" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await choose(dialog);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Download" }).click(),
    ]);
    await soon(() => page.getByRole("dialog").count()).toBe(0);
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
  };
  const csv = await download(async (dialog) => {
    expect(await dialog.getByRole("heading").innerText()).toBe("Export 2 calls");
    await shoot(page, "history-export", false);
  });
  const lines = csv.text.trim().split(/\r?\n/);
  expect(csv.name).toBe("calls.csv");
  expect(lines.length).toBe(3);
  expect(lines[0]).toContain("caller_number,caller_name,direction,duration_seconds,outcome");
  expect(csv.text).toContain(wanted[2]?.id);
  await page.getByRole("button", { name: /^Select all/ }).click();
  const json = await download(async (dialog) => {
    await dialog.getByLabel("JSON, one array").check();
    await dialog.getByLabel("All, with transcripts").check();
  });
  const records = JSON.parse(json.text) as { id: string; conversation: unknown[] }[];
  expect(records.map((one) => one.id)).toEqual(wanted.map((call) => call.id));
  expect(records[0]?.conversation.length).toBe(wanted[0]?.conversation?.length);
  // By headers it goes through memory: a link cannot carry them.
  await give(page, { headers: { "x-host": "1" } });
  const lake = await download((dialog) => dialog.getByLabel("Parquet, for analysts").check());
  expect(lake.name).toBe("calls.parquet");
  expect(lake.text.slice(0, 4)).toBe("PAR1");
});

it("labels what is selected", async () => {
  const page = await scene.open("client_id=client-0");
  await box(page, 0).check();
  await box(page, 1).check();
  const chosen = (await ids(page)).slice(0, 2);
  await page.getByRole("button", { name: "Label", exact: true }).and(page.locator(".bulk button")).click();
  const dialog = page.getByRole("dialog", { name: "Label 2 calls" });
  await dialog.getByLabel("Add labels").waitFor();
  expect(await dialog.innerText()).not.toContain("At most");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await dialog.getByText("Name a label to add or to take away.").waitFor();
  await dialog.getByLabel("Add labels").fill("to hear, <b>now</b>");
  await shoot(page, "history-label", false);
  await dialog.getByRole("button", { name: "Apply" }).click();
  await page.getByText("2 calls have other labels now.").waitFor();
  await soon(() => focused(page)).toBe("Table of calls");
  expect((await listed("label=to%20hear")).calls.map((call) => call.id)).toEqual(chosen);
  await page.getByRole("checkbox", { name: "<b>now</b>, 2 calls" }).check();
  await soon(() => ids(page)).toEqual(chosen);
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("dialog").getByLabel("Labels", { exact: true }).check();
  await page.keyboard.press("Escape");
  await soon(() => rows(page).first().locator(".tag").allInnerTexts()).toContain("<b>now</b>");
});

it("deletes for good after the number was shown and typed, and only with a filter", async () => {
  const page = await scene.open("client_id=client-1");
  const all = (await listed("")).total ?? 0;
  await box(page, 0).check();
  await box(page, 2).click({ modifiers: ["Shift"] });
  const gone = (await ids(page)).slice(0, 3);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete calls for good" });
  await dialog.getByText("3 calls will be erased").waitFor();
  const confirm = dialog.getByRole("button", { name: "Delete for good" });
  expect(await confirm.isDisabled()).toBe(true);
  await dialog.getByLabel("Type 3 to confirm").fill("4");
  expect(await confirm.isDisabled()).toBe(true);
  expect(scene.host.asked.filter((path) => path.startsWith("DELETE")).every((path) => path.includes("dry_run"))).toBe(
    true,
  );
  await dialog.getByLabel("Type 3 to confirm").fill("3");
  await shoot(page, "history-delete", false);
  await confirm.click();
  await page.getByText("3 calls deleted.").waitFor();
  expect((await listed("")).total).toBe(all - 3);
  await soon(async () => (await ids(page)).some((id) => gone.includes(id ?? ""))).toBe(false);
  await soon(() => focused(page)).toBe("Table of calls");

  const whole = await scene.open();
  await box(whole, 0).check();
  await whole.getByRole("button", { name: /^Select all \d+ that match/ }).click();
  await whole.getByRole("button", { name: "Delete", exact: true }).click();
  await whole.getByText("All calls are not deleted at once").waitFor();
});

it("offers only what the person may do", async () => {
  const page = await scene.open();
  await give(page, { permissions: ["calls.read", "calls.read_pii", "calls.export"] });
  await box(page, 0).check();
  await page.getByRole("button", { name: "Export" }).waitFor();
  expect(await page.getByRole("button", { name: "Delete", exact: true }).count()).toBe(0);
  expect(await page.locator(".bulk").getByRole("button", { name: "Label" }).count()).toBe(0);
  await give(page, { permissions: ["calls.read", "calls.read_pii"] });
  await soon(() => page.locator("call-history tbody input").count()).toBe(0);
});

it("has views of its own, and keeps those that are saved", async () => {
  const page = await scene.open("start_date=2020-01-01");
  const view = (name: string) => page.getByRole("button", { name, exact: true });
  const query = () => decodeURIComponent(new URL(page.url()).search);
  const views: [string, string][] = [
    ["Failed", "?outcome=error&outcome=lost&start_date=2020-01-01"],
    ["Slow", "?where=avg_turn_latency_ms:ge:1500&start_date=2020-01-01&sort=-avg_turn_latency_ms"],
    ["Tool errors", "?where=tool_error_count:ge:1&start_date=2020-01-01"],
    ["Interrupted often", "?where=barge_in_count:ge:2&start_date=2020-01-01&sort=-barge_in_count"],
    ["Transferred", "?outcome=transferred&start_date=2020-01-01"],
    ["Abandoned", "?outcome=abandoned&start_date=2020-01-01"],
    ["All calls", "?start_date=2020-01-01"],
  ];
  for (const [name, expected] of views) {
    await view(name).click();
    await soon(query).toBe(expected);
    await soon(() => view(name).getAttribute("aria-pressed")).toBe("true");
    await soon(() => page.locator("call-history .dimmed").count()).toBe(0);
    expect(await page.getByRole("alert").count()).toBe(0);
  }
  // What the rows are sorted by is seen, though it is none of the columns that were chosen.
  const heading = (name: string) => page.locator("call-history thead th").filter({ hasText: name });
  await view("Interrupted often").click();
  await rows(page).first().waitFor();
  await soon(() => heading("Barge-ins").getAttribute("aria-sort")).toBe("descending");
  await view("Slow").click();
  await soon(() => heading("Latency avg").getAttribute("aria-sort")).toBe("descending");
  await soon(() => page.locator("call-history .dimmed").count()).toBe(0);
  expect(await heading("Latency avg").count()).toBe(1);
  expect(await heading("Barge-ins").count()).toBe(0);
  await page.getByRole("button", { name: "Remove filter Average latency in ms ≥ 1500" }).waitFor();
  await page.getByRole("button", { name: "7 d" }).click();
  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByLabel("Name of the view").fill("Slow <i>this week</i>");
  await page.keyboard.press("Enter");
  await view("Slow <i>this week</i>").waitFor();
  await view("All calls").click();
  await page.reload();
  await view("Slow <i>this week</i>").click();
  await soon(query).toContain("sort=-avg_turn_latency_ms");
  await soon(() => page.getByRole("button", { name: "7 d" }).getAttribute("aria-pressed")).toBe("true");
  await soon(() => view("Slow <i>this week</i>").getAttribute("aria-pressed")).toBe("true");
  expect(await view("Slow").getAttribute("aria-pressed")).toBe("false");
  expect(await view("Save view").count()).toBe(0);
  await shoot(page, "history-views", false);
  await page.getByRole("button", { name: "Delete the view Slow <i>this week</i>" }).click();
  await soon(() => view("Slow <i>this week</i>").count()).toBe(0);
});

it("remembers columns, their order and widths, in the browser or in the host's storage", async () => {
  const page = await scene.open("", { viewport: { width: 1500, height: 860 } });
  const headers = () => page.locator("call-history thead th:not(.box)").allInnerTexts();
  await rows(page).first().waitFor();
  await page.getByRole("button", { name: "Columns" }).click();
  const dialog = page.getByRole("dialog", { name: "Columns" });
  await dialog.getByLabel("Cost", { exact: true }).uncheck();
  await dialog.getByLabel("Assistant", { exact: true }).check();
  await dialog.getByLabel("Outcome", { exact: true }).waitFor();
  for (const _ of [1, 2]) await dialog.getByRole("button", { name: "Move Duration up" }).click();
  await soon(() => focused(page)).toBe("Move Duration down");
  await dialog.getByLabel("Width of Caller in pixels").fill("300");
  await page.keyboard.press("Tab");
  await shoot(page, "history-columns", false);
  await page.keyboard.press("Escape");
  await soon(() => page.getByRole("dialog").count()).toBe(0);
  await soon(() => focused(page)).toBe("Columns");
  const order = (await headers()).map((text) => text.trim());
  expect(order.slice(0, 3)).toEqual(["Time", "Duration", "Caller"]);
  expect(order).toContain("Assistant");
  expect(order).not.toContain("Cost");
  // By the pointer, too.
  const edge = await page.locator("th[data-key=outcome] .edge").boundingBox();
  if (!edge) throw new Error("The header has no edge.");
  await page.mouse.move(edge.x + 4, edge.y + 10);
  await page.mouse.down();
  await page.mouse.move(edge.x + 64, edge.y + 10, { steps: 4 });
  await page.mouse.up();
  await page.reload();
  await rows(page).first().waitFor();
  await soon(async () => (await headers()).map((text) => text.trim())).toEqual(order);
  const width = (key: string) => page.locator(`th[data-key=${key}]`).evaluate((th) => (th as HTMLElement).offsetWidth);
  expect(await width("caller")).toBeGreaterThanOrEqual(300);
  expect(await width("outcome")).toBeGreaterThanOrEqual(170);

  await page.evaluate(() => {
    const kept = new Map([["call-lake-history", JSON.stringify({ columns: ["outcome", "no such column", 7] })]]);
    const storage = {
      getItem: async (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    };
    Object.assign(document.querySelector("call-history") as Element, { storage });
  });
  await soon(async () => (await headers()).map((text) => text.trim())).toEqual(["Time", "Outcome"]);
});

it("does without a storage that refuses", async () => {
  const page = await scene.open();
  await rows(page).first().waitFor();
  await page.evaluate(() => {
    const refuse = () => {
      throw new DOMException("no", "SecurityError");
    };
    Object.assign(document.querySelector("call-history") as Element, { storage: { getItem: refuse, setItem: refuse } });
  });
  await folding(page, true).click();
  await folding(page, false).waitFor();
  await soon(() => rows(page).count()).toBe(50);
});

it("exports and erases more than a hundred calls that were chosen one by one", async () => {
  const page = await scene.open("", { viewport: { width: 1280, height: 1400 } });
  await page.getByLabel("Rows").selectOption("200");
  await soon(() => rows(page).count()).toBeGreaterThan(150);
  const count = await rows(page).count();
  const chosen = [...(await ids(page))].slice(1).sort();
  await page.getByRole("checkbox", { name: "Select all calls of this page" }).check();
  await box(page, 0).uncheck();
  await page.getByText(`${count - 1} selected`).waitFor();
  const bar = page.locator("call-history .bulk");
  await bar.getByRole("button", { name: "Export" }).click();
  await page.getByRole("dialog").getByLabel("NDJSON").check();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("dialog").getByRole("button", { name: "Download" }).click(),
  ]);
  const lines = readFileSync(await file.path(), "utf8")
    .trimEnd()
    .split("\n");
  expect(file.suggestedFilename()).toBe("calls.ndjson");
  expect(lines.map((line) => (JSON.parse(line) as { id: string }).id).sort()).toEqual(chosen);
  expect(scene.host.asked.some((asked) => asked === "POST /api/calls/export")).toBe(true);
  await soon(() => page.getByRole("dialog").count()).toBe(0);
  await soon(() => focused(page)).toBe("Export");
  await bar.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByLabel(`Type ${count - 1} to confirm`).fill(String(count - 1));
  await page.getByRole("button", { name: "Delete for good" }).click();
  await page.getByText(`${count - 1} calls deleted.`).waitFor();
  // Counted by one request, erased by one.
  expect(scene.host.asked.filter((asked) => asked === "POST /api/calls/deletions")).toHaveLength(2);
  expect(scene.host.asked.filter((asked) => asked.startsWith("DELETE"))).toEqual([]);
  expect((await listed("")).total).toBe(1);
});
