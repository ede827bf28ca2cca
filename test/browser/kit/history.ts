/** What the tests of <call-history> have in common: one browser, one lake of 180 calls, a page that must not complain. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { CallDetail, Permission } from "../../../src/api/contract.ts";
import { launch, openPage, type WatchedPage } from "./browser.ts";
import { ensureBundle } from "./bundle.ts";
import { type LakeHost, startLakeHost } from "./lake-host.ts";
import { record } from "./records.ts";

export const CALLS: readonly CallDetail[] = Array.from({ length: 180 }, (_, i) => ({
  ...record(i),
  labels: i % 9 === 0 ? ["vip", "call back"] : i % 20 === 0 ? ["vip"] : [],
  sentiment: i % 3 === 0 ? "positive" : null,
  assistant_id: `assistant-${i % 2}`,
}));

const PERMISSIONS: readonly Permission[] = [
  "calls.read",
  "calls.read_pii",
  "calls.export",
  "calls.delete",
  "calls.label",
];

/** A host of the list, whose filter is in its URL, and which records what is told to it. */
export const startListHost = (calls: readonly CallDetail[]) =>
  startLakeHost(calls, { page: "url", records: true, permissions: PERMISSIONS });

export interface Scene {
  readonly host: LakeHost;
  readonly browser: Browser;
  /** Opens the list under a query, without "?". */
  open(query?: string, options?: BrowserContextOptions): Promise<Page>;
}

/** `calls` must be other ones for each file that changes them. */
export function historyScene(calls: readonly CallDetail[] = CALLS): Scene {
  let opened: WatchedPage[] = [];
  const scene: { host: LakeHost; browser: Browser; open: Scene["open"] } = {
    host: undefined as unknown as LakeHost,
    browser: undefined as unknown as Browser,
    async open(query = "", options = {}) {
      const one = await openPage(scene.browser, `${scene.host.url}/call-history${query ? `?${query}` : ""}`, options);
      opened.push(one);
      return one.page;
    },
  };
  beforeAll(async () => {
    await ensureBundle();
    scene.browser = await launch();
    scene.host = await startListHost(calls);
  });
  afterAll(async () => {
    await scene.browser?.close();
    await scene.host?.close();
  });
  beforeEach(() => {
    scene.host.failWith = 0;
    scene.host.gate = Promise.resolve();
    scene.host.permissions = PERMISSIONS;
    scene.host.asked.length = 0;
  });
  afterEach(async () => {
    const all = opened;
    opened = [];
    for (const one of all) {
      await one.close();
      expect(one.complaints).toEqual([]);
    }
  });
  return scene;
}

/** The rows of calls, without the lines of hits under them. */
export const rows = (page: Page) => page.locator("call-history tbody tr[data-id]");
export const ids = (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => (row as HTMLElement).dataset["id"]));
export const peek = (page: Page) => page.getByRole("complementary", { name: "Call at a glance" });

/** Sets a property of the element, as a host does. */
export const give = (page: Page, properties: object) =>
  page.evaluate((given) => Object.assign(document.querySelector("call-history") as Element, given), properties);

/** Holds the server's answers back; what comes back lets them go. */
export function holdBack(host: LakeHost): () => void {
  let release = () => {};
  host.gate = new Promise((resolve) => {
    release = resolve;
  });
  return () => {
    host.gate = Promise.resolve();
    release();
  };
}

/** The name of what has the focus, shadow trees included. */
export const focused = (page: Page) =>
  page.evaluate(() => {
    let at: Element | null = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.getAttribute("aria-label") || at?.textContent?.trim() || at?.tagName || "";
  });

/** The button that folds the filters away, or unfolds them. */
export const folding = (page: Page, expanded: boolean) =>
  page.locator("call-history").getByRole("button", { name: /^Filters/, expanded });
