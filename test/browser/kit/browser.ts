/** A real Chromium for the tests, and a page that notes whatever its console or CSP complains about. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from "playwright-core";
import { expect } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const ARTIFACTS = join(import.meta.dirname, "../../../artifacts");

/** Starts Chromium; says how to get one when there is none. */
export async function launch(): Promise<Browser> {
  const executablePath = [process.env["CHROMIUM"], ...PLACES].find((path) => path && existsSync(path));
  if (!executablePath) {
    throw new Error("No Chromium: install one (`apt-get install chromium`), or name it in CHROMIUM.");
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, page errors and CSP violations. */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** Opens a page. A request that a test made fail on purpose is no complaint. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, timezoneId: "UTC", ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    const noise = message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !noise) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const under = new Set<Request>();
  inFlight.set(page, under);
  page.on("request", (request) => {
    // The stream of what happens never ends.
    if (!/\/live(\?|$)/.test(request.url())) under.add(request);
  });
  page.on("requestfinished", (request) => under.delete(request));
  page.on("requestfailed", (request) => under.delete(request));
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

const inFlight = new WeakMap<Page, Set<Request>>();
const QUIET_MS = 250;
const QUIET_WAIT_MS = 3000;

/** Waits until the page has asked for nothing for a while; a page that asks again and again is let be after 3 s. */
export async function quiet(page: Page): Promise<void> {
  const until = Date.now() + QUIET_WAIT_MS;
  for (let since = Date.now(); Date.now() < until && Date.now() - since < QUIET_MS; ) {
    await page.waitForTimeout(50);
    if ((inFlight.get(page)?.size ?? 0) > 0) since = Date.now();
  }
}

/** Keeps a screenshot in artifacts/ for people to look at: the whole page, or what is in view of a very long one. */
export async function shoot(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: join(ARTIFACTS, `${name}.png`), fullPage });
}

/** Keeps a file that the page made, beside the screenshots. */
export function keep(name: string, bytes: Uint8Array): void {
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(join(ARTIFACTS, name), bytes);
}

/** Turns an element, and the inside it has, from right to left. */
export async function turn(page: Page, tag: string): Promise<void> {
  for (const one of await page.locator(tag).all()) {
    await one.evaluate((element) => {
      const all = (root: Element): Element[] =>
        [...(root.shadowRoot?.querySelectorAll("*") ?? [])].flatMap((one) => [one, ...all(one)]);
      for (const part of [element, ...all(element)]) if (part.shadowRoot) (part as HTMLElement).dir = "rtl";
    });
  }
}

const PATIENCE_MS = 20_000;

/** Asks again until the answer is the one expected: how fast the machine is is no matter of the test. */
export const soon = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: PATIENCE_MS });
