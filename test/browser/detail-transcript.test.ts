/** The transcript of <call-detail>: its search, thousands of messages without a slow frame, and the recording beside it. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CallDetail } from "../../src/api/contract.ts";
import { callIdentity } from "../../src/record/index.ts";
import { type DetailHost, openDetail, startDetailHost, tab } from "./detail-kit.ts";
import { launch, shoot, soon } from "./kit/browser.ts";
import { ensureBundle } from "./kit/bundle.ts";
import { hostileRecord, record } from "./kit/records.ts";

let browser: Browser;
let host: DetailHost;
const HOSTILE = hostileRecord(2000);
const LONG = hostileRecord(5000);
Object.assign(LONG, { id: callIdentity("engine", "long", Date.parse(LONG.start_time)), call_id: "long" });
const TOLD = record(0);
const HEARD = withRecordings();

/** Ten messages, 2 s apart, and recordings in each state. */
function withRecordings(): { [state: string]: CallDetail } {
  const recording = (url: string | null, more: object = {}) => [
    { url, channel: null, duration_seconds: 20, expires_at: null, ...more },
  ];
  const states: { [state: string]: CallDetail["recordings"] } = {
    good: recording("/recordings/tone.wav"),
    two: [...(recording("/recordings/tone.wav", { channel: "user" }) ?? []), ...(recording("/gone.wav") ?? [])],
    processing: recording(null),
    expired: recording("/recordings/tone.wav", { expires_at: "2026-01-02T03:04:05.000Z" }),
    missing: recording("/recordings/gone.wav"),
    script: recording("javascript:window.hacked=true"),
    stored: recording("s3://bucket/tone.wav"),
    data: recording("data:audio/wav;base64,UklGRg=="),
  };
  return Object.fromEntries(
    Object.entries(states).map(([state, recordings], i) => {
      const base = record(100 + i);
      const start = Date.parse(base.start_time);
      const at = (ms: number) => new Date(start + ms).toISOString();
      const conversation = Array.from({ length: 10 }, (_, n) => ({
        role: n % 2 ? "user" : "assistant",
        content: `Sentence number ${n + 1} of this call.`,
        at: at(n * 2000),
        offset_ms: n * 2000,
        interrupted: false,
        agent: n % 2 ? null : "front desk",
      }));
      const known = {
        recordings,
        conversation,
        tool_calls: [],
        tool_call_count: 0,
        answer_time: at(0),
        end_time: at(20_000),
      };
      return [state, { ...base, ...known }];
    }),
  );
}

beforeAll(async () => {
  await ensureBundle();
  browser = await launch();
  host = await startDetailHost([TOLD, HOSTILE, LONG, ...Object.values(HEARD)]);
});
afterAll(async () => {
  await browser?.close();
  await host?.close();
});

const entries = (page: Page) => page.locator("call-lake-transcript .entry");

it("finds words, and walks through the matches by keys", async () => {
  const { page, complaints, close } = await openDetail(browser, host, HOSTILE.id, { tab: "transcript" });
  const search = page.getByLabel("Search in the transcript");
  await search.fill("SEE YOU");
  const found = HOSTILE.conversation?.filter((message) => message.content?.includes("see you")).length ?? 0;
  await page.getByText(`1 of ${found}`).waitFor();
  await search.press("Enter");
  await page.getByText(`2 of ${found}`).waitFor();
  const inView = () => page.locator("mark.current").evaluate((mark) => mark.getBoundingClientRect().top < innerHeight);
  await soon(inView).toBe(true);
  await search.press("Shift+Enter");
  await search.press("Shift+Enter");
  await page.getByText(`${found} of ${found}`).waitFor();
  await soon(inView).toBe(true);
  await tab(page, "Transcript").focus();
  await page.keyboard.press("j");
  await page.getByText(`1 of ${found}`).waitFor();
  await page.keyboard.press("k");
  await page.getByText(`${found} of ${found}`).waitFor();
  await page.keyboard.press("/");
  await soon(() => search.evaluate((input) => input.matches(":focus"))).toBe(true);
  await search.fill("(.*");
  await page.getByText("no match").waitFor();
  expect(complaints).toEqual([]);
  await close();
});

it("jumps to the first place where the words of a search were said", async () => {
  const query = `q=${encodeURIComponent('"after #4996" "and back #4998"')}`;
  const { page, complaints, set, close } = await openDetail(browser, host, LONG.id, { query });
  const mark = page.locator("mark.current");
  await mark.waitFor();
  expect(await mark.innerText()).toBe("after #4996");
  expect(await tab(page, "Transcript").getAttribute("aria-selected")).toBe("true");
  const inView = () => mark.evaluate((one) => one.getBoundingClientRect().top < innerHeight);
  await soon(inView).toBe(true);
  await page.keyboard.press("j");
  await soon(() => mark.innerText()).toBe("and back #4998");
  // The search takes full-width letters for plain ones: what it found is marked.
  await set({ query: `tab=transcript&q=${encodeURIComponent("SEE ＹＯＵ")}` });
  await soon(() => mark.innerText()).toBe("you");
  await page.keyboard.press("j");
  await soon(() => mark.innerText()).toBe("see");
  await soon(inView).toBe(true);
  // A link out of the list names the message that was clicked.
  await set({ query: `tab=transcript&${query}&message=4997` });
  await soon(() => mark.innerText()).toBe("and back #4998");
  expect(complaints).toEqual([]);
  await close();
});

it("goes from message to message by J and K", async () => {
  const { page, close } = await openDetail(browser, host, HEARD["good"]?.id ?? "", { tab: "transcript" });
  await entries(page).first().waitFor();
  const focused = () =>
    page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return (at as HTMLElement | null)?.dataset?.["i"] ?? null;
    });
  await page.keyboard.press("j");
  await soon(focused).toBe("0");
  await page.keyboard.press("j");
  await soon(focused).toBe("1");
  await page.keyboard.press("k");
  await soon(focused).toBe("0");
  await close();
});

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  tdur?: number;
  args: { name?: string };
}

it("scrolls through 5,000 messages without a task over 50 ms", async () => {
  const { page, complaints, close } = await openDetail(browser, host, LONG.id, { tab: "transcript" });
  await soon(() => entries(page).count()).toBe(5001);
  const texts = await page
    .locator("call-lake-transcript .content")
    .evaluateAll((all) => all.map((one) => one.textContent));
  // A lone surrogate does not survive the lake, which is UTF-8.
  expect(texts).toEqual(LONG.conversation?.map((message) => message.content?.toWellFormed()));
  await page.mouse.move(600, 600);
  await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline", "__metadata"] });
  for (let i = 0; i < 60; i++) await page.mouse.wheel(0, i < 40 ? 2500 : -1200);
  await page.keyboard.press("End");
  await soon(() => page.evaluate(() => innerHeight + scrollY >= document.documentElement.scrollHeight - 40)).toBe(true);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const main = trace.traceEvents.filter(
    (event) => event.name === "thread_name" && event.args.name === "CrRendererMain",
  );
  // Time of the thread, not of the clock: how busy the machine is with other things is no matter of the page.
  const tasks = trace.traceEvents.filter(
    (event) =>
      /RunTask$/.test(event.name) &&
      event.ph === "X" &&
      main.some(({ pid, tid }) => pid === event.pid && tid === event.tid),
  );
  expect(tasks.length).toBeGreaterThan(50);
  const longest = Math.max(...tasks.map((event) => (event.tdur ?? 0) / 1000));
  console.log(`longest task while scrolling 5,000 messages: ${longest.toFixed(1)} ms of ${tasks.length}`);
  expect(longest).toBeLessThan(50);
  await soon(() =>
    entries(page)
      .last()
      .evaluate((one) => one.getBoundingClientRect().top < innerHeight),
  ).toBe(true);
  await shoot(page, "detail-5000", false);
  expect(complaints).toEqual([]);
  await close();
});

/** The messages that have been heard from now on, by their numbers: each is it for two seconds, a look may come later. */
async function listen(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const heard: number[] = [];
    Object.assign(window, { heard });
    const root = document.querySelector("call-detail")?.shadowRoot?.querySelector("call-lake-transcript")?.shadowRoot;
    const look = () => {
      const i = root?.querySelector<HTMLElement>(".entry[aria-current]")?.dataset["i"];
      if (i !== undefined && Number(i) + 1 !== heard.at(-1)) heard.push(Number(i) + 1);
    };
    if (root) new MutationObserver(look).observe(root, { subtree: true, childList: true, attributes: true });
  });
  return () => page.evaluate(() => (window as unknown as { heard: number[] }).heard);
}

it("plays the recording from the message that is clicked, and follows it", async () => {
  const { page, complaints, close } = await openDetail(browser, host, HEARD["good"]?.id ?? "", { tab: "transcript" });
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  expect(host.asked).not.toContain("/recordings/tone.wav");
  const heard = await listen(page);
  await page.getByText("Sentence number 6").click();
  await soon(async () => (await heard()).slice(0, 2)).toEqual([6, 7]);
  // The waveform came, under a CSP that allows no inline style.
  const drawn = () =>
    page.locator("call-lake-recording .wave > div > div").evaluate((one) => {
      const canvas = one.shadowRoot?.querySelector("canvas");
      if (!canvas || canvas.width === 0 || canvas.height === 0) return false;
      // A canvas that is read again and again makes the browser complain.
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
      copy?.drawImage(canvas, 0, 0);
      return copy?.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0) ?? false;
    });
  await soon(drawn).toBe(true);
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await shoot(page, "detail-recording");
  await page.getByRole("button", { name: "Hear from 0:02" }).click();
  await soon(heard).toContain(2);
  await page.getByLabel("Position in the recording").fill("18.5");
  await soon(heard).toContain(10);
  await page.emulateMedia({ colorScheme: "dark" });
  await shoot(page, "detail-recording-dark");
  expect(complaints).toEqual([]);
  await close();
});

it("plays what the host makes of a recording's address, and asks for it when somebody wants to hear it", async () => {
  const { page, complaints, close } = await openDetail(browser, host, HEARD["stored"]?.id ?? "", { tab: "transcript" });
  await page.getByText("not one that can be played: s3://bucket/tone.wav").waitFor();
  await page.evaluate(() => {
    const made: string[] = [];
    const recordingUrl = async (call: { id: string }, { url }: { url: string }) => {
      made.push(`${call.id} ${url}`);
      return "/recordings/tone.wav?signed=1";
    };
    Object.assign(window, { made });
    Object.assign(document.querySelector("call-detail") as Element, { recordingUrl });
  });
  const made = () => page.evaluate(() => (window as unknown as { made: string[] }).made);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  expect(await made()).toEqual([]);
  const heard = await listen(page);
  await page.getByText("Sentence number 6").click();
  await soon(heard).toContain(6);
  await page.getByRole("button", { name: "Hear from 0:02" }).click();
  expect(await made()).toEqual([`${HEARD["stored"]?.id} s3://bucket/tone.wav`]);
  expect(complaints).toEqual([]);
  await close();
  // What the host cannot give is told like a recording that is gone.
  for (const given of ["javascript:window.hacked=true", null]) {
    const other = await openDetail(browser, host, HEARD["stored"]?.id ?? "", { tab: "transcript" });
    await other.page.evaluate((url) => {
      const recordingUrl = () => (url === null ? Promise.reject(new Error("no")) : url);
      Object.assign(document.querySelector("call-detail") as Element, { recordingUrl });
    }, given);
    await other.page.getByRole("button", { name: "Play", exact: true }).click();
    await other.page.getByText("it is gone, or this page may not load from its address").waitFor();
    expect(other.complaints).toEqual([]);
    await other.close();
  }
});

it("says of a recording that it is not there, not yet there, no longer there, or not to be played", async () => {
  const said: { [state: string]: RegExp } = {
    processing: /being processed/,
    expired: /expired on 2 Jan 2026/,
    script: /not one that can be played: javascript:window\.hacked=true/,
    data: /not one that can be played: data:audio/,
  };
  for (const [state, text] of Object.entries(said)) {
    const { page, complaints, close } = await openDetail(browser, host, HEARD[state]?.id ?? "", { tab: "transcript" });
    await page.locator("call-lake-recording", { hasText: text }).waitFor();
    expect(await page.getByRole("button", { name: "Play", exact: true }).count()).toBe(0);
    expect(await page.locator("button.at").count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  }
  const none = await openDetail(browser, host, TOLD.id, { tab: "transcript" });
  await none.page.getByText("No recording", { exact: true }).waitFor();
  await none.close();
  const { page, close } = await openDetail(browser, host, HEARD["missing"]?.id ?? "", { tab: "transcript" });
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await page.getByText("it is gone, or this page may not load from its address").waitFor();
  await shoot(page, "detail-recording-missing", false);
  await close();
  const two = await openDetail(browser, host, HEARD["two"]?.id ?? "", { tab: "transcript" });
  const which = two.page.getByLabel("Which recording");
  await which.waitFor();
  expect(await which.locator("option").allInnerTexts()).toEqual(["Recording 1 · Caller", "Recording 2"]);
  await which.selectOption("Recording 2");
  await two.page.getByRole("button", { name: "Play", exact: true }).click();
  await two.page.getByText("it is gone").waitFor();
  await which.selectOption({ index: 0 });
  await two.page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await two.close();
});
