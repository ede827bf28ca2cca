/** The example hosts (plain HTML, React, Vue), built as a host would, before the real API, under a strict CSP. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDemoHistory } from "../../src/host/demo/history.ts";
import { launch, openPage, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type Example, startExample } from "./kit/example.ts";

let browser: Browser;
let hosts: Example;
let dir = "";

beforeAll(async () => {
  await ensureBundle();
  dir = await mkdtemp(join(tmpdir(), "call-lake-hosts-"));
  await makeDemoHistory({ dir, calls: 300, days: 5 });
  hosts = await startExample("hosts.mjs", dir);
  browser = await launch();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await hosts?.close();
  await rm(dir, { recursive: true, force: true });
});

describe.each(["plain", "react", "vue"])("a host in %s", (kind) => {
  it("passes properties, and hears events", async () => {
    const { page, complaints, close } = await openPage(browser, `${hosts.url}/${kind}/`, { colorScheme: "light" });
    // The token of the session came with each request: without it the API answers 401.
    const rows = page.locator("call-history tbody tr");
    await soon(() => rows.count()).toBeGreaterThan(20);
    await page.getByText("Europe/Berlin").first().waitFor();
    await shoot(page, `host-${kind}`, false);

    // A filter goes into the URL, and comes back from it.
    await page.getByRole("button", { name: "Today", exact: true }).first().click();
    await soon(() => page.url()).toContain("start_date=");
    await page
      .getByRole("status")
      .getByText(/^Asked for /)
      .first()
      .waitFor();
    await page.goBack();
    await soon(() => page.url()).not.toContain("start_date=");
    await soon(() => rows.count()).toBeGreaterThan(20);

    // A property that changes later.
    await page.getByLabel("Theme").first().selectOption("dark");
    const background = () =>
      page.locator("call-history").evaluate((element) => {
        const root = element.shadowRoot?.querySelector(".root");
        return root ? getComputedStyle(root).backgroundColor : "";
      });
    await soon(background).toBe("rgb(20, 22, 26)");
    expect(complaints).toEqual([]);
    await close();
  });

  it("shows the call of an event, by its address as well", async () => {
    const { page, complaints, close } = await openPage(browser, `${hosts.url}/${kind}/`);
    await page.locator("call-history tbody tr .open").first().click();
    await page.getByRole("button", { name: "Open page" }).click();
    await page.locator("call-detail").getByRole("tab", { name: "Transcript" }).waitFor();
    await soon(() => new URL(page.url()).searchParams.get("call")).toMatch(/^[0-9a-f-]{36}$/);
    const id = new URL(page.url()).searchParams.get("call");
    await soon(() => page.locator("p[role=status]").innerText()).toBe(`Opened ${id}`);
    await page.locator("call-detail").getByRole("tab", { name: "Tools" }).click();
    await soon(() => new URL(page.url()).searchParams.get("tab")).toBe("tools");
    await page.reload();
    const tools = page.locator("call-detail").getByRole("tab", { name: "Tools" });
    await soon(() => tools.getAttribute("aria-selected")).toBe("true");
    await close();
    expect(complaints).toEqual([]);
  });
});
