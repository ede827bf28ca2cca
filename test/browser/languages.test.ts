/** German and Arabic on every page of the panel: words, direction, nothing left in English, nothing cut. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, openPage, quiet, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { type Panel, startPanel } from "./kit/panel.ts";

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

const PAGES = [
  "/",
  "/dashboard",
  "/calls",
  "/calls/:id",
  "/calls/:id?tab=transcript",
  "/calls/:id?tab=metrics",
  "/live",
  "/sql",
  "/engine",
  "/settings",
];

/** As somebody who has chosen the language before. */
function inLanguage(code: string, path: string) {
  const localStorage = [{ name: "language", value: code }];
  const storageState = { cookies: [], origins: [{ origin: panel.url, localStorage }] };
  return openPage(browser, panel.url + path.replace(":id", call), { storageState });
}

/** What stands on the page, shadow trees included, without what comes from the calls. */
const wordsOf = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = [];
    const walk = (node: Node) => {
      if (node instanceof Text) found.push(node.data.trim());
      if (!(node instanceof Element)) {
        if (!(node instanceof ShadowRoot)) return;
      } else if (
        node.matches("bdi, code, pre, script, style, noscript, .cm-editor, svg, option, .mono, [dir=auto], [lang=en]")
      )
        return;
      if (node instanceof Element && node.shadowRoot) walk(node.shadowRoot);
      for (const child of node.childNodes) walk(child);
    };
    walk(document.body);
    return found.filter(Boolean);
  });

/** English words that no German or Arabic page has. */
const ENGLISH =
  /\b(the|of|all|with|calls?|show|open|close|from|loading|not recorded|refresh|search|latency|turns|caller|copy)\b/i;

describe.each(["de", "ar"])("the panel in %s", (code) => {
  it.each(PAGES)("%s", async (path) => {
    const { page, complaints, close } = await inLanguage(code, path);
    await page.locator("main h1").waitFor({ state: "attached" });
    await quiet(page);
    await soon(() => page.evaluate(() => document.documentElement.dir)).toBe(code === "ar" ? "rtl" : "ltr");
    await soon(async () =>
      (await wordsOf(page)).filter((text) => ENGLISH.test(text) && !text.includes("calls.") && !text.startsWith("/")),
    ).toEqual([]);
    await shoot(page, `panel-${code}${path.replace(/[/:?=]+/g, "-")}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });
});

it("speaks it in what comes after the list as well", async () => {
  const { page, close } = await inLanguage("ar", "/calls");
  await page.locator("call-lake-views").getByText("كل المكالمات").waitFor();
  await page.getByRole("checkbox", { name: /openai_realtime/ }).waitFor();
  await shoot(page, "panel-ar-list", false);
  await close();
});

it("changes the language of a page that is there", async () => {
  const { page, close } = await inLanguage("en", "/calls");
  await page.getByRole("columnheader", { name: "Duration" }).waitFor();
  await page.getByLabel("Language").selectOption("de");
  await page.getByRole("columnheader", { name: "Dauer" }).waitFor();
  expect(await page.locator("h1").innerText()).toBe("Anrufe");
  await page.getByLabel("Sprache").selectOption("ar");
  await page.getByRole("columnheader", { name: "المدة" }).waitFor();
  expect(await page.locator("call-history").evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
  await page.getByLabel("اللغة").selectOption("en");
  await page.getByRole("columnheader", { name: "Duration" }).waitFor();
  await close();
});
