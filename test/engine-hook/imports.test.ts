/** The engine's process gets no dependency and no native code, and its main thread never touches the disk. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const IMPORT = /(?:from|import)\s+"([^"]+)"|\? "(\.[^"]+)" : "/g;

/** All files that are reached from `entry`, each with what it imports. */
function reach(entry: URL, into = new Map<string, string[]>()): Map<string, string[]> {
  const text = readFileSync(entry, "utf8");
  const names = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
  into.set(entry.pathname.replace(/.*\/src\//, ""), names);
  for (const name of names) {
    const next = new URL(name, entry);
    if (name.startsWith(".") && !into.has(next.pathname.replace(/.*\/src\//, ""))) reach(next, into);
  }
  return into;
}

const files = reach(new URL("../../src/engine-hook/index.ts", import.meta.url));

test("only node's own modules and our own files", () => {
  expect([...files.keys()]).toContain("engine-hook/worker.ts");
  const foreign = [...files.values()].flat().filter((name) => !name.startsWith("node:") && !name.startsWith("."));
  expect(foreign).toEqual([]);
  for (const file of files.keys()) expect(file).toMatch(/^(engine-hook|record|store\/journal)\//);
});

test("files are touched in the worker alone", () => {
  const touching = [...files].filter(([, names]) => names.some((name) => name.startsWith("node:fs")));
  expect(touching.map(([file]) => file).sort()).toEqual(["store/journal/process.ts", "store/journal/writer.ts"]);
  const importers = [...files].filter(([, names]) => names.some((name) => name.endsWith("/journal/writer.ts")));
  const values = importers.filter(([file]) =>
    /^import \{.*journal\/writer\.ts/m.test(readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8")),
  );
  expect(values.map(([file]) => file)).toEqual(["engine-hook/worker.ts"]);
});
