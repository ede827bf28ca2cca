/** axe on every page of the panel, in both themes and for each role: no violation. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, openPage, quiet } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type Panel, startPanel } from "./kit/panel.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

/** Violations as lines: the rule, the place, what is wrong. */
async function violations(page: Page): Promise<string[]> {
  // By the protocol: the page's CSP, which refuses scripts from elsewhere, does not see it.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.flat().join(" ")}: ${failureSummary}`),
  );
}

async function settled(page: Page, mark: string): Promise<void> {
  await page.locator(mark).first().waitFor({ state: "attached" });
  await quiet(page);
}

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  it.each(PAGES)("%s", async (path, mark) => {
    const { page, complaints, close } = await openPage(browser, panel.url + path.replace(":id", call), { colorScheme });
    await settled(page, mark);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });
});

it.each(["viewer", "client:harbor-hotel"])("for the role %s", async (role) => {
  const { page, close } = await openPage(browser, `${panel.url}/settings`);
  await page.getByLabel("Look as").selectOption(role);
  await page.waitForEvent("load");
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
});

it("would notice a violation", async () => {
  const { page, close } = await openPage(browser, `${panel.url}/settings`);
  await page.evaluate(() => document.querySelector("main")?.append(document.createElement("button")));
  expect((await violations(page)).join()).toContain("button-name");
  await close();
});
