/** Asking an engine to end a call: taken once, answered, taken back, aged out, and never carried out late. */
import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerRequest, type EndAnswer, requestEnd, takeRequests } from "../../../src/store/journal/control.ts";
import { removeWriter, sealWriter } from "../../../src/store/journal/index.ts";
import { writerDir } from "../../../src/store/journal/names.ts";
import { idOf, newDir, newWriter } from "./kit.ts";

const asking = { who: "admin", reason: "test" };
const REQUEST = "0f8fad5b-d9cb-469f-a165-70867728950e";

function scene() {
  const dir = newDir();
  const writer = newWriter(dir).name ?? "";
  const folder = writerDir(dir, writer);
  return { dir, writer, folder, control: join(folder, "control") };
}

/** An engine that takes requests until it has answered `count`. */
async function engine(folder: string, count: number, answer: EndAnswer = { ok: true }): Promise<string[]> {
  const heard: string[] = [];
  while (heard.length < count) {
    for (const { request, id, who, reason } of takeRequests(folder)) {
      heard.push(`${id} ${who} ${reason}`);
      answerRequest(folder, request, answer);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return heard;
}

test("a request is heard once, answered, and leaves nothing", async () => {
  const { dir, writer, folder, control } = scene();
  expect(takeRequests(folder)).toEqual([]);
  const [heard, result] = await Promise.all([engine(folder, 1), requestEnd(dir, writer, idOf("a"), asking, 60_000)]);
  expect(heard).toEqual([`${idOf("a")} admin test`]);
  expect(result).toEqual({ ok: true });
  expect(readdirSync(control)).toEqual([]);
});

test("the engine's refusal is told in its words, to each of two who ask", async () => {
  const { dir, writer, folder } = scene();
  const ask = () => requestEnd(dir, writer, idOf("a"), asking, 60_000);
  const no: EndAnswer = { ok: false, message: "The call has no hangUp." };
  const [heard, one, two] = await Promise.all([engine(folder, 2, no), ask(), ask()]);
  expect(heard).toHaveLength(2);
  expect([one, two]).toEqual(Array(2).fill({ ok: false, code: "refused", message: "The call has no hangUp." }));
});

test("a request nobody took is taken back, and not carried out later", async () => {
  const { dir, writer, folder, control } = scene();
  const result = await requestEnd(dir, writer, idOf("a"), asking, 60);
  expect(result).toMatchObject({ ok: false, code: "no_answer" });
  expect(result).toHaveProperty("message", expect.stringContaining("taken back"));
  expect(takeRequests(folder)).toEqual([]);
  expect(readdirSync(control)).toEqual([]);
});

test("a request that was taken but not answered is told as such; its late answer ages out", async () => {
  const { dir, writer, folder, control } = scene();
  const waiting = requestEnd(dir, writer, idOf("a"), asking, 200);
  let taken = takeRequests(folder);
  while (taken.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    taken = takeRequests(folder);
  }
  expect(await waiting).toHaveProperty("message", expect.stringContaining("may still end"));
  answerRequest(folder, taken[0]?.request ?? "", { ok: true });
  takeRequests(folder);
  expect(readdirSync(control)).toHaveLength(1);
  takeRequests(folder, Date.now() + 61_000);
  expect(readdirSync(control)).toEqual([]);
});

test("what a dead backend left behind is removed, not carried out", () => {
  const { folder, control } = scene();
  mkdirSync(control);
  const path = join(control, `${REQUEST}.json`);
  writeFileSync(path, JSON.stringify({ id: idOf("a"), who: "x", reason: "" }));
  const before = new Date(Date.now() - 31_000);
  utimesSync(path, before, before);
  expect(takeRequests(folder)).toEqual([]);
  expect(existsSync(path)).toBe(false);
});

test("hostile files are not carried out", () => {
  const { folder, control } = scene();
  mkdirSync(control);
  const good = JSON.stringify({ id: idOf("a"), who: 7, reason: null });
  const named = (digit: string) => REQUEST.replace(/^./, digit);
  writeFileSync(join(control, "..evil.json"), good);
  writeFileSync(join(control, "DROP TABLE.json"), good);
  writeFileSync(join(control, `${named("1")}.json`), "{");
  writeFileSync(join(control, `${named("2")}.json`), JSON.stringify({ id: "../../etc" }));
  writeFileSync(join(control, `${named("3")}.json`), `${good}${" ".repeat(20_000)}`);
  symlinkSync("/etc/hostname", join(control, `${named("4")}.json`));
  mkdirSync(join(control, `${named("5")}.json`));
  writeFileSync(join(control, `${named("6")}.json`), good);
  expect(takeRequests(folder)).toEqual([{ request: named("6"), id: idOf("a"), who: "", reason: "" }]);
  expect(takeRequests(folder)).toEqual([]);
  expect(readdirSync(control).sort()).toEqual(["..evil.json", `${named("5")}.json`, "DROP TABLE.json"].sort());
});

test("an engine that is sealed, or gone while one waits, is told as gone", async () => {
  const { dir, writer, folder } = scene();
  const waiting = requestEnd(dir, writer, idOf("a"), asking, 60_000);
  await sealWriter(dir, writer);
  expect(await waiting).toMatchObject({ ok: false, code: "engine_gone" });
  expect(await requestEnd(dir, writer, idOf("a"), asking, 60_000)).toMatchObject({ code: "engine_gone" });
  expect(takeRequests(folder)).toEqual([]);
  mkdirSync(join(folder, "control"), { recursive: true });
  writeFileSync(join(folder, "control", "left"), "");
  await removeWriter(dir, writer);
  expect(existsSync(folder)).toBe(false);
  expect(await requestEnd(dir, writer, idOf("a"), asking, 60_000)).toMatchObject({ code: "engine_gone" });
});

test("a writer or an id that is none is refused before a path is made of it", async () => {
  const { dir, writer } = scene();
  await expect(requestEnd(dir, "../x", idOf("a"), asking, 1)).rejects.toThrow(RangeError);
  await expect(requestEnd(dir, writer, "../x", asking, 1)).rejects.toThrow(RangeError);
});
