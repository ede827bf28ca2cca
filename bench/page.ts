/** How soon the list's first rows are painted, in a real Chromium at the real panel: `--dir DIR --rounds N --path /calls --window MS`. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { type BenchRow, median, printRows, short } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";

const ROOT = dirname(import.meta.dirname);
const BAR_MS = 300;
/** Folders whose files are written once: the copy shares their bytes. */
const WRITTEN_ONCE = new Set(["calls", "rollups", "narrow", "search", "masks"]);
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** What one navigation cost, in ms since it began. */
interface Navigation {
  /** The page's HTML was there. */
  readonly html: number;
  /** The last script that came before the rows was there. */
  readonly scripts: number;
  /** The answer to a list that was asked for before its rows were there; 0 where they came with the page. */
  readonly answered: number;
  /** Something was painted; the first row was. */
  readonly something: number;
  readonly rows: number;
  /** Requests before the first row. */
  readonly requests: number;
  readonly kib: number;
  /** The sum of layout shifts a second later. */
  readonly shift: number;
}

/**
 * Runs in the page before its own scripts. The frame whose callback first finds a row is the one that paints it; a
 * message that is posted in the callback arrives after that paint.
 */
const WATCH = `(() => {
  window.measured = { rows: 0, shift: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.measured.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.measured.rows = performance.now(); };
  const look = () => {
    if (document.querySelector("call-history")?.shadowRoot?.querySelector("tr[data-id]")) channel.port2.postMessage(0);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()`;

/** A lake of hard links, so that the server's etl may work on it. */
function linked(from: string): string {
  const to = mkdtempSync(join(dirname(resolve(from)), "call-lake-page-"));
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const copy = join(to, path.slice(from.length));
    mkdirSync(dirname(copy), { recursive: true });
    if (WRITTEN_ONCE.has(path.slice(from.length + 1).split("/")[0] ?? "")) linkSync(path, copy);
    else cpSync(path, copy);
  }
  return to;
}

/** The panel as `call-lake serve` starts it, from dist/. */
async function startPanel(dir: string): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "dist/host/cli.js", "serve", "--json"],
    {
      cwd: ROOT,
      env: { ...process.env, CALL_HISTORY_DIR: dir, PORT: "0" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("{")) return { url: (JSON.parse(line) as { url: string }).url, child };
  }
  throw new Error("`call-lake serve` ended before it told its URL.");
}

/** Chromium fills a window that it opens with a popup of its own, of some 200 scripts: `window_ms` lets it do so first. */
async function navigate(context: BrowserContext, url: string, window_ms: number): Promise<Navigation> {
  const page = await context.newPage();
  await page.addInitScript(WATCH);
  await page.waitForTimeout(window_ms);
  await page.goto(url, { waitUntil: "commit" });
  const giveUp = performance.now() + 60_000;
  while (!(await page.evaluate("window.measured?.rows > 0"))) {
    if (performance.now() > giveUp) throw new Error(`No row was painted at ${url} within a minute.`);
    await page.waitForTimeout(250);
  }
  await page.waitForTimeout(1000);
  const measured = (await page.evaluate(`(() => {
    const [html] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const { rows, shift } = window.measured;
    const before = performance.getEntriesByType("resource").filter((one) => one.responseEnd > 0 && one.responseEnd < rows);
    const list = before.find((one) => /\\/api\\/calls\\?/.test(one.name));
    const scripts = before.filter((one) => /\\.js(\\?|$)/.test(one.name) && one.responseEnd < (rows));
    return {
      html: html.responseEnd,
      scripts: Math.max(...scripts.map((one) => one.responseEnd)),
      answered: list?.responseEnd ?? 0,
      something: paint?.startTime ?? NaN,
      rows, shift,
      requests: 1 + before.length,
      kib: (html.transferSize + before.reduce((sum, one) => sum + one.transferSize, 0)) / 1024,
    };
  })()`)) as Navigation;
  await page.close();
  return measured;
}

async function navigations(url: string, rounds: number, window_ms: number) {
  const executablePath = [process.env["CHROMIUM"], ...BROWSERS].find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error("No Chromium: install one (`apt-get install chromium`), or name it in CHROMIUM.");
  const cold: Navigation[] = [];
  const warm: Navigation[] = [];
  const browser: Browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const viewport = { width: 1280, height: 860 };
    // One is for the browser's own start; what a machine has to read from its disk, everybody has read before.
    for (let round = -1; round < rounds; round++) {
      const context = await browser.newContext({ viewport });
      const one = await navigate(context, url, window_ms);
      if (round >= 0) cold.push(one);
      await context.close();
    }
    const context = await browser.newContext({ viewport });
    for (let round = -1; round < rounds; round++) {
      const one = await navigate(context, url, window_ms);
      if (round >= 0) warm.push(one);
    }
  } finally {
    await browser.close();
  }
  return { cold, warm };
}

function rowsOf(name: string, all: readonly Navigation[]): BenchRow[] {
  const of = (key: keyof Navigation) => median(all.map((one) => one[key]));
  const rows = of("rows");
  const split = [
    `HTML ${short(of("html"))}`,
    `scripts ${short(of("scripts"))}`,
    `something painted ${short(of("something"))}`,
    of("answered") === 0 ? "rows with the page" : `answer ${short(of("answered"))}`,
  ].join(", ");
  const worst = Math.max(...all.map((one) => one.shift));
  const beside = `${short(Math.min(...all.map((one) => one.rows)))} to ${short(Math.max(...all.map((one) => one.rows)))}; ${split}`;
  const base = { beside: "", ratio: null };
  return [
    {
      ...base,
      what: `first rows painted, ${name}`,
      value: rows,
      unit: "ms",
      bar: `<= ${BAR_MS}`,
      beside,
      ok: rows <= BAR_MS,
    },
    {
      ...base,
      what: `requests before them, ${name}`,
      value: of("requests"),
      unit: "",
      bar: "",
      beside: `${short(of("kib"))} KiB`,
      ok: true,
    },
    { ...base, what: `layout shift, ${name}`, value: worst, unit: "", bar: "<= 0.01", ok: worst <= 0.01 },
  ];
}

async function measure(from: string, rounds: number, path: string, window_ms = 0): Promise<BenchRow[]> {
  execFileSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
  const dir = linked(from);
  let panel: { url: string; child: ChildProcess } | null = null;
  try {
    // What the etl would make beside the measurement is there before it.
    execFileSync(process.execPath, ["dist/host/cli.js", "etl", "--once"], {
      cwd: ROOT,
      env: { ...process.env, CALL_HISTORY_DIR: dir },
      stdio: ["ignore", "ignore", "inherit"],
    });
    panel = await startPanel(dir);
    // The server has been up for a while: its footers are read, its rollups too.
    for (const asked of ["?limit=50", "/stats", "/facets"])
      await (await fetch(`${panel.url}/api/calls${asked}`)).text();
    const { cold, warm } = await navigations(panel.url + path, rounds, window_ms);
    return [...rowsOf("nothing cached", cold), ...rowsOf("visited before", warm)];
  } finally {
    if (panel && panel.child.exitCode === null) {
      const ended = new Promise((done) => panel?.child.once("exit", done));
      panel.child.kill("SIGTERM");
      await ended;
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The rows of this bench, at a size that is made in a minute. */
export async function rows(): Promise<BenchRow[]> {
  const dir = join(tmpdir(), `call-lake-bench-page-${process.pid}`);
  try {
    await makeCalls({ dir, calls: 100_000 });
    return await measure(dir, 7, "/calls");
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      calls: { type: "string", default: "1000000" },
      dir: { type: "string" },
      rounds: { type: "string", default: "7" },
      path: { type: "string", default: "/calls" },
      window: { type: "string", default: "0" },
    },
  });
  const calls = Number(values.calls);
  const dir = resolve(values.dir ?? join(tmpdir(), `call-lake-bench-${calls}`));
  if (!existsSync(join(dir, "calls"))) {
    mkdirSync(dir, { recursive: true });
    await makeCalls({ dir, calls });
  }
  printRows(
    `The list of ${dir} in Chromium`,
    await measure(dir, Number(values.rounds), values.path, Number(values.window)),
  );
}
