/** Serves the files of one folder, and nothing beside it: compressed as they were built, under the name of what is in them. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Context } from "hono";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
/** Letters, digits, `-`, `_` and single dots between slashes: no way up, no hidden file. */
const PATH = /^[\w-]+(\.[\w-]+)*(\/[\w-]+(\.[\w-]+)*)*$/;
/** A chunk has the hash of what is in it in its name. */
const NAMED_BY_CONTENT = /^chunks\/[\w-]+-[\w-]{8}\.js$/;
const FOR_EVER = "public, max-age=31536000, immutable";
const ASK_AGAIN = "no-cache";
/** What the build leaves beside a file, the smallest first. */
const ENCODINGS = [
  ["br", ".br"],
  ["gzip", ".gz"],
] as const;

type Bytes = Uint8Array<ArrayBuffer>;

interface Kept {
  readonly mtimeMs: number;
  readonly size: number;
  /** Of the file as it is, whatever it is sent as. */
  readonly hash: string;
  readonly bodies: ReadonlyMap<string, Bytes>;
}

/** One folder's files, kept in memory once they were asked for, read again when they have changed. */
export class StaticFiles {
  readonly #folder: string;
  readonly #kept = new Map<string, Kept>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The path with `?v=` and what is in the file: an answer under it never grows old. As it is where there is no file. */
  async versioned(path: string): Promise<string> {
    if (NAMED_BY_CONTENT.test(path)) return path;
    const kept = await this.#read(path);
    return kept ? `${path}?v=${kept.hash}` : path;
  }

  /** The answer for a file: 200, 304 by ETag, or 404. */
  async serve(c: Context, path: string): Promise<Response> {
    const type = TYPES[extname(path)];
    if (!type || !PATH.test(path)) return c.notFound();
    const kept = await this.#read(path);
    if (!kept) return c.notFound();
    const encoding = encodingOf(c.req.header("accept-encoding"), kept);
    const etag = `"${kept.hash}${encoding ? `-${encoding}` : ""}"`;
    const lasting = NAMED_BY_CONTENT.test(path) || c.req.query("v") === kept.hash;
    const headers = { etag, vary: "accept-encoding", "cache-control": lasting ? FOR_EVER : ASK_AGAIN };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    return c.body(kept.bodies.get(encoding) as Bytes, 200, {
      ...headers,
      "content-type": type,
      ...(encoding ? { "content-encoding": encoding } : {}),
    });
  }

  async #read(path: string): Promise<Kept | null> {
    try {
      const file = join(this.#folder, path);
      const { size, mtimeMs } = await stat(file);
      const before = this.#kept.get(path);
      if (before?.size === size && before.mtimeMs === mtimeMs) return before;
      const bytes = new Uint8Array(await readFile(file));
      const bodies = new Map([["", bytes]]);
      for (const [encoding, ending] of ENCODINGS) {
        const small = await compressed(file + ending, mtimeMs);
        if (small) bodies.set(encoding, small);
      }
      const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 12);
      const kept = { mtimeMs, size, hash, bodies };
      this.#kept.set(path, kept);
      return kept;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (["ENOENT", "EISDIR", "ENOTDIR"].includes(code)) return null;
      throw error;
    }
  }
}

/** The file as the build compressed it; null where it did not, or did with an older one. */
async function compressed(file: string, mtimeMs: number): Promise<Bytes | null> {
  try {
    // The build gives it the file's own time, in whole milliseconds.
    return (await stat(file)).mtimeMs >= Math.floor(mtimeMs) ? new Uint8Array(await readFile(file)) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The smallest form that the browser takes; "" is the file as it is. */
function encodingOf(accepted: string | undefined, { bodies }: Kept): string {
  const taken = (accepted ?? "")
    .split(",")
    .flatMap((one) => (/;\s*q=0(\.0*)?$/.test(one) ? [] : [one.split(";")[0]?.trim()]));
  return ENCODINGS.find(([encoding]) => taken.includes(encoding) && bodies.has(encoding))?.[0] ?? "";
}
