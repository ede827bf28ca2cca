/** The register of what was erased: salted hashes by which an import knows what must not come back, and nobody is named. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dayOfTime } from "../record/index.ts";
import { linkDurably, realFs, removeFile, type StoreFs, unlessCode } from "../store/fs.ts";
import { tmpPath } from "../store/lake/layout.ts";
import type { Job } from "./job.ts";
import { type Person, valuesOf } from "./person.ts";

/** A call by what its source calls it. */
export interface NamedCall {
  readonly source: string;
  readonly call_id: string;
  readonly start_ms: number;
}

/** What a mark is made of: a value that names a person, or a call's name and day. */
const KINDS = ["caller_number", "caller_name", "user_id", "device_id", "call"] as const;
type Kind = (typeof KINDS)[number];

const KEY_BYTES = 32;
/** 128 bits: two of a billion marks are never the same. */
const MARK_CHARACTERS = 22;

const keyPath = (dir: string) => join(dir, "erased.key");
const registerPath = (dir: string) => join(dir, "erased.jsonl");

const markOf = (key: Buffer, kind: Kind | "request", text: string): string =>
  createHmac("sha256", key).update(`${kind}\0${text}`).digest("base64url").slice(0, MARK_CHARACTERS);

const callText = ({ source, call_id }: NamedCall, day: string) => `${source}\0${call_id}\0${day}`;

/** Tells lines of another key from ours, and nothing of the key. */
const nameOfKey = (key: Buffer): string => createHash("sha256").update(key).digest("hex").slice(0, 8);

/** Puts a person and calls into the register, durably. Kill: they are in it or not; nothing was promised yet. */
export async function registerErased(
  job: Job,
  at: string,
  person: Person | null,
  calls: readonly NamedCall[],
): Promise<void> {
  const key = (await readKey(job.dir, job.fs)) ?? (await makeKey(job.dir, job.fs));
  const values = person === null ? [] : [...valuesOf(person)];
  const marks: Partial<Record<Kind, string[]>> = Object.fromEntries(
    values.map(([kind, value]) => [kind, [markOf(key, kind, value)]]),
  );
  if (calls.length > 0) marks.call = calls.map((call) => markOf(key, "call", callText(call, dayOfTime(call.start_ms))));
  const path = registerPath(job.dir);
  const known = (await unlessCode(job.fs.readFile(path), "ENOENT"))?.at(-1);
  // A kill may have left a torn line: it is set apart.
  const separator = known === undefined || known === 10 ? "" : "\n";
  await job.fs.appendFile(path, `${separator}${JSON.stringify({ at, key: nameOfKey(key), marks })}\n`);
  await job.fs.fsyncFile(path);
  await job.fs.fsyncDir(job.dir);
}

/** A mark of a request as a whole, by which its receipts are known and nobody is named; null before the first erasure. */
export async function markOfRequest(job: Job, request: object): Promise<string | null> {
  const key = await readKey(job.dir, job.fs);
  const told = Object.entries(request)
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].sort() : value])
    .sort();
  return key === undefined ? null : markOf(key, "request", JSON.stringify(told));
}

async function readKey(dir: string, fs: StoreFs): Promise<Buffer | undefined> {
  const bytes = await unlessCode(fs.readFile(keyPath(dir)), "ENOENT");
  if (bytes !== undefined && bytes.length !== KEY_BYTES)
    throw new Error(`${keyPath(dir)} is not the key of a register of erasures: it should have ${KEY_BYTES} bytes.`);
  return bytes;
}

async function makeKey(dir: string, fs: StoreFs): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  const tmp = tmpPath(dir, "key");
  // Nobody but its owner may read it from the first moment. Kill: it is there whole, or a file in tmp/.
  await writeFile(tmp, key, { flag: "wx", mode: 0o600 });
  await fs.fsyncFile(tmp);
  await linkDurably(tmp, keyPath(dir), fs);
  await removeFile(tmp, fs);
  return key;
}

/** What was erased, as an import asks for it. */
export class ErasedRegister {
  readonly #key: Buffer;
  /** Kind -> mark -> the time up to which it counts: calls that begin later are new. */
  readonly #marks = new Map<Kind, Map<string, number>>();

  constructor(key: Buffer, lines: readonly Line[]) {
    this.#key = key;
    for (const { at_ms, marks } of lines)
      for (const kind of KINDS) for (const mark of marks[kind] ?? []) this.#add(kind, mark, at_ms);
  }

  #add(kind: Kind, mark: string, at_ms: number): void {
    const known = this.#marks.get(kind) ?? new Map<string, number>();
    known.set(mark, Math.max(at_ms, known.get(mark) ?? 0));
    this.#marks.set(kind, known);
  }

  get isEmpty(): boolean {
    return this.#marks.size === 0;
  }

  /**
   * Whether a call was erased, or is of a person who was before it came: its start may differ by `window_ms` from the
   * one that was erased.
   */
  has(call: NamedCall, record: Readonly<Record<string, unknown>>, window_ms: number): boolean {
    const { start_ms } = call;
    const days = new Set(
      [start_ms - window_ms, start_ms, start_ms + window_ms].map((ms) => dayOfTime(Math.max(0, ms))),
    );
    const texts: readonly (readonly [Kind, unknown])[] = [
      ["caller_number", record["caller_number"]],
      ["caller_number", record["direction"] === "outbound" ? record["called_number"] : null],
      ["caller_name", record["caller_name"]],
      ["user_id", record["user_id"]],
      ["device_id", record["device_id"]],
      ...[...days].map((day) => ["call", callText(call, day)] as const),
    ];
    return texts.some(([kind, text]) => {
      const marks = this.#marks.get(kind);
      if (marks === undefined || typeof text !== "string" || text === "") return false;
      return start_ms <= (marks.get(markOf(this.#key, kind, text)) ?? -1);
    });
  }
}

interface Line {
  readonly at_ms: number;
  readonly key: string;
  readonly marks: Partial<Record<Kind, readonly string[]>>;
}

/** The register as it is. Throws a sentence if its key is not there: then nobody can tell who was erased. */
export async function readErased(dir: string, fs: StoreFs = realFs): Promise<ErasedRegister> {
  const text = (await unlessCode(fs.readFile(registerPath(dir)), "ENOENT"))?.toString("utf8") ?? "";
  const lines = text.split("\n").flatMap((line) => lineOf(line) ?? []);
  const key = lines.length === 0 ? Buffer.alloc(KEY_BYTES) : await readKey(dir, fs);
  const own = key === undefined ? "" : nameOfKey(key);
  if (key === undefined || lines.some((line) => line.key !== own))
    throw new Error(
      `${keyPath(dir)} is not the key by which erasures were noted, so it is not known whose calls must not come back: bring it from a backup, or import with --again.`,
    );
  return new ErasedRegister(key, lines);
}

function lineOf(line: string): Line | null {
  try {
    const { at, key, marks } = JSON.parse(line) as Record<string, unknown>;
    const at_ms = Date.parse(String(at));
    if (Number.isNaN(at_ms) || typeof marks !== "object" || marks === null) return null;
    return { at_ms, key: String(key), marks: marks as Line["marks"] };
  } catch {
    return null;
  }
}
