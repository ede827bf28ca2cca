/** A real Chromium for the tests, and a page that notes whatever its console or CSP complains about. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page, type Request } from "playwright-core";
import { expect, onTestFinished } from "vitest";

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
  // A page that a failed test leaves open would go on asking beside the tests that follow.
  onTestFinished(() => context.close());
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
const PATIENCE_MS = 20_000;
const QUIET_MS = 250;

/**
 * Waits until the page has asked for nothing for a while, what came is drawn, and what was moving has arrived.
 * A page that never comes to rest is let be when the patience is at its end.
 */
export async function quiet(page: Page): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  const busy = () => (inFlight.get(page)?.size ?? 0) > 0;
  for (let since = Date.now(); Date.now() < until && Date.now() - since < QUIET_MS; ) {
    await page.waitForTimeout(50);
    // A frame of a busy page comes late: what it has heard is drawn by then.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
    if (busy()) since = Date.now();
  }
  await arrived(page);
}

/** Transitions and animations that run, shadow trees included. */
const animations = (page: Page) =>
  page.evaluateHandle(() => {
    const within = (root: Document | ShadowRoot): Animation[] => [
      ...root.getAnimations(),
      ...[...root.querySelectorAll("*")].flatMap((one) => (one.shadowRoot ? within(one.shadowRoot) : [])),
    ];
    return within(document);
  });

/** Waits for what moves to arrive; what moves for ever is let be. */
export async function arrived(page: Page): Promise<void> {
  const all = await animations(page);
  await all.evaluate((each) => {
    const ends = each.filter((one) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    return Promise.allSettled(ends.map((one) => one.finished)).then(() => {});
  });
}

/** What moves, by the names of the animations. */
export const moving = async (page: Page): Promise<string[]> =>
  (await animations(page)).evaluate((each) =>
    each.map((one) => ("animationName" in one ? String(one.animationName) : "transition")),
  );

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

/** Asks again until the answer is the one expected: how fast the machine is is no matter of the test. */
export const soon = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: PATIENCE_MS });
