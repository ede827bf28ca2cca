/** Golden files of adapters that record live sessions: a file dropped into the folder is a test. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import type { CallRecord } from "../../src/record/index.ts";

export const GOLDEN = resolve(import.meta.dirname, "../golden");

/** The names of the inputs in a folder, without their ending. */
export function inputsIn(folder: string, ending: string): string[] {
  const names = readdirSync(join(GOLDEN, folder)).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).sort();
}

export function linesOf(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** What is known of a record: without nulls, and without what differs from run to run. */
export function heldOf(record: CallRecord | undefined): Record<string, unknown> {
  const held = withoutNulls(record ?? {}) as Record<string, unknown>;
  for (const name of ["writer", "created_at", "record_version", "rev"]) delete held[name];
  return held;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Compares with the expected record; `GOLDEN=write` writes it anew, to be read before it is committed. */
export function expectGolden(folder: string, name: string, record: CallRecord | undefined): void {
  const path = join(GOLDEN, folder, `${name}.expected.json`);
  const held = heldOf(record);
  if (process.env["GOLDEN"] === "write") writeFileSync(path, `${JSON.stringify(held, null, 2)}\n`);
  if (!existsSync(path)) throw new Error(`${path} is missing; GOLDEN=write makes it.`);
  expect(held).toEqual(JSON.parse(readFileSync(path, "utf8")));
}
