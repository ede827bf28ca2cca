/** The engine's process gets no dependency and no native code, and its main thread never touches the disk. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** What a file imports; a worker's file only where asked for, types never. */
const IMPORT = /^(?:import|export) (?!type )[^;]*?from "([^"]+)"|^import "([^"]+)"/gm;
const WORKER = /\? "(\.[^"]+)" : "/g;

/** All files that are reached from `entry`, each with what it imports. */
function reach(entry: URL, workers: boolean, into = new Map<string, string[]>()): Map<string, string[]> {
  const text = readFileSync(entry, "utf8");
  const found = [...text.matchAll(IMPORT), ...(workers ? text.matchAll(WORKER) : [])];
  const names = found.map((match) => match[1] ?? match[2] ?? "");
  into.set(entry.pathname.replace(/.*\/src\//, ""), names);
  for (const name of names) {
    const next = new URL(name, entry);
    if (name.startsWith(".") && !into.has(next.pathname.replace(/.*\/src\//, ""))) reach(next, workers, into);
  }
  return into;
}

const entry = new URL("../../src/engine-hook/index.ts", import.meta.url);
const files = reach(entry, true);

test("only node's own modules and our own files", () => {
  expect([...files.keys()]).toContain("engine-hook/worker.ts");
  const foreign = [...files.values()].flat().filter((name) => !name.startsWith("node:") && !name.startsWith("."));
  expect(foreign).toEqual([]);
  for (const file of files.keys()) expect(file).toMatch(/^(engine-hook|record|store\/journal)\/|^store\/fs\.ts$/);
});

test("files are touched in the worker alone", () => {
  const touches = (names: string[]) => names.some((name) => /^node:(fs|child_process)/.test(name));
  expect([...files].filter(([, names]) => touches(names)).map(([file]) => file)).toContain("store/journal/writer.ts");
  const inMainThread = reach(entry, false);
  expect([...inMainThread.keys()]).toContain("engine-hook/queue.ts");
  expect([...inMainThread].filter(([, names]) => touches(names)).map(([file]) => file)).toEqual([]);
});
