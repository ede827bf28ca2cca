/** Masks: rows that readers must not show, because they are being erased or replaced by a higher revision. */
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { ensureDir, namesIn, placeFile, realFs, removeFile, type StoreFs, unlessCode } from "../fs.ts";
import { tmpPath } from "./layout.ts";

/** Above every revision: an erased row is hidden whatever its revision. */
export const ERASED_REV = Number.MAX_SAFE_INTEGER;

export interface Mask {
  readonly name: string;
  readonly reason: "erase" | "supersede";
  /** id -> rows of it whose rev is below this are hidden. */
  readonly ids: ReadonlyMap<string, number>;
  /** For an erasure: who asked for it and when, so that recover can write the receipt. */
  readonly who: string | null;
  readonly at: string | null;
  /** Holds that an erasure goes over, and those of them that go with it. */
  readonly holds?: readonly string[];
  readonly lift?: readonly string[];
  /** For an erasure: the mark of what was asked for, so that the same request knows its receipts. */
  readonly of?: string;
}

const masksDir = (dir: string) => join(dir, "masks");

/** Names of the masks that are there: equal names mean equal masks, since a name is never used twice. */
export async function maskNames(dir: string, fs: StoreFs = realFs): Promise<string[]> {
  return (await namesIn(masksDir(dir), fs)).filter((name) => name.endsWith(".json"));
}

/** All masks. One that goes away while we read is finished and counts as not there. */
export async function readMasks(dir: string, fs: StoreFs = realFs): Promise<Mask[]> {
  const masks: Mask[] = [];
  for (const name of await maskNames(dir, fs)) {
    const bytes = await unlessCode(fs.readFile(join(masksDir(dir), name)), "ENOENT");
    if (bytes !== undefined) masks.push(parseMask(name, bytes.toString("utf8")));
  }
  return masks;
}

/** id -> below which revision its rows are hidden, over all masks. */
export function mergeMasks(masks: readonly Mask[]): Map<string, number> {
  const merged = new Map<string, number>();
  for (const mask of masks)
    for (const [id, rev] of mask.ids) merged.set(id, Math.max(rev, merged.get(id) ?? Number.MIN_SAFE_INTEGER));
  return merged;
}

/** Hides rows from the moment this returns. A kill before leaves nothing but a file in tmp/. */
export async function writeMask(dir: string, mask: Omit<Mask, "name">, fs: StoreFs = realFs): Promise<Mask> {
  const { reason, who, at, holds, lift, of } = mask;
  const text = `${JSON.stringify({ reason, who, at, holds, lift, of, ids: Object.fromEntries(mask.ids) })}\n`;
  // A mask for a higher revision is named by what it says, so that doing it again after a kill is the same mask.
  const unique = reason === "erase" ? randomUUID() : createHash("sha256").update(text).digest("hex").slice(0, 24);
  const name = `${reason}-${unique}.json`;
  await ensureDir(masksDir(dir), fs);
  await placeFile(join(masksDir(dir), name), text, tmpPath(dir, "json"), fs);
  return { ...mask, name };
}

/** The last step of an erasure or a replacement. */
export async function removeMask(dir: string, mask: Mask, fs: StoreFs = realFs): Promise<void> {
  await removeFile(join(masksDir(dir), mask.name), fs);
  await fs.fsyncDir(masksDir(dir));
}

function parseMask(name: string, text: string): Mask {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || !("ids" in value) || !("reason" in value))
    throw new Error(`masks/${name} is not a mask. Run "call-lake verify".`);
  const ids = new Map<string, number>();
  for (const [id, rev] of Object.entries(value.ids ?? {})) if (typeof rev === "number") ids.set(id, rev);
  const listOf = (member: unknown) => (Array.isArray(member) ? member.map(String) : []);
  const despite = "holds" in value && "lift" in value ? { holds: listOf(value.holds), lift: listOf(value.lift) } : {};
  const textOf = (member: unknown) => (typeof member === "string" ? member : null);
  return {
    name,
    reason: value.reason === "erase" ? "erase" : "supersede",
    ids,
    who: "who" in value ? textOf(value.who) : null,
    at: "at" in value ? textOf(value.at) : null,
    ...despite,
    ...("of" in value && typeof value.of === "string" ? { of: value.of } : {}),
  };
}
