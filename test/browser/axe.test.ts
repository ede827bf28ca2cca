/** axe on every page of the panel, in both themes and for each role: no violation. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AxeOptions, axeOf } from "./kit/axe.ts";
import { launch, openPage, quiet } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { lookAs, type Panel, startPanel } from "./kit/panel.ts";

let browser: Browser;
let panel: Panel;
let call = "";

beforeAll(async () => {
  await ensureBundle();
  [browser, panel] = await Promise.all([launch(), startPanel({ calls: 800, engine: true })]);
  const query = "where=tool_call_count:ge:1&where=total_turns:ge:3&limit=1";
  const list = (await (await fetch(`${panel.url}/api/calls?${query}`)).json()) as { calls: { id: string }[] };
  call = list.calls[0]?.id ?? "";
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await panel?.close();
});

/** Page, and what is there once its content is. */
const PAGES: readonly (readonly [string, string])[] = [
  ["/", "call-stat-card"],
  ["/dashboard", "call-lake-chart svg"],
  ["/calls", "call-history tbody tr[data-id]"],
  ["/calls?peek=:id", "call-lake-peek h2, call-lake-peek h3"],
  ["/calls/:id", "call-detail [role=tabpanel]"],
  ["/calls/:id?tab=transcript", "call-detail [role=tabpanel]"],
  ["/calls/:id?tab=tools", "call-detail [role=tabpanel]"],
  ["/calls/:id?tab=metrics", "call-lake-chart svg"],
  ["/calls/:id?tab=raw", "call-detail [role=tabpanel]"],
  ["/live", "call-live"],
  ["/sql", "call-sql .cm-content"],
  ["/sql?sql=SELECT+outcome,+count(*)+AS+n,+any_value(usage)+AS+u+FROM+calls+GROUP+BY+1", "call-lake-sql-table td"],
  ["/sql?view=chart&sql=SELECT+day,+count(*)+AS+n+FROM+calls+GROUP+BY+1+ORDER+BY+1", "call-lake-chart svg"],
  ["/sql?sql=SELECT+foe+FROM+calls", "call-sql [role=alert]"],
  ["/engine", "main table"],
  ["/assistants", "main table"],
  ["/providers", "main table"],
  ["/settings", "main table"],
  ["/nowhere", "main h1"],
];

/** The headings are the panel's own. */
const violations = (page: Page, options: AxeOptions = {}) => axeOf(page, { exclude: [], ...options });

async function settled(page: Page, mark: string): Promise<void> {
  await page.locator(mark).first().waitFor({ state: "attached" });
  await quiet(page);
}

it.each(PAGES)("%s, in the light theme and in the dark one", async (path, mark) => {
  const url = panel.url + path.replace(":id", call);
  const { page, complaints, close } = await openPage(browser, url, { colorScheme: "light" });
  await settled(page, mark);
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await quiet(page);
  expect(await violations(page, { colors: true })).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});

/** Four pages in one test: it has the time of two. */
it.each(["viewer", "client:harbor-hotel"])(
  "for the role %s",
  async (role) => {
    const { page, close } = await openPage(browser, `${panel.url}/settings`);
    await lookAs(page, role);
    for (const [path, mark] of [
      ["/", "call-stat-card"],
      ["/calls", "call-history tbody tr[data-id]"],
      ["/dashboard", "call-lake-chart svg"],
      ["/engine", "main p"],
    ] as const) {
      await page.goto(panel.url + path);
      await settled(page, mark);
      expect(await violations(page), path).toEqual([]);
    }
    await close();
  },
  120_000,
);

it("would notice a violation", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/settings`);
  await page.evaluate(() => document.querySelector("main")?.append(document.createElement("button")));
  expect((await violations(page)).join()).toContain("button-name");
  await close();
});
