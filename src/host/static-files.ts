/** Serves the files of one folder, and nothing beside it. */
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

/** The answer for the file `path` below `folder`: 200, 304 by ETag, or 404. */
export async function serveFile(c: Context, folder: string, path: string): Promise<Response> {
  const type = TYPES[extname(path)];
  if (!type || !PATH.test(path)) return c.notFound();
  try {
    const file = join(folder, path);
    const { size, mtimeMs } = await stat(file);
    const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    const headers = { etag, "cache-control": "no-cache", "content-type": type };
    if (c.req.header("if-none-match") === etag) return c.body(null, 304, headers);
    return c.body(new Uint8Array(await readFile(file)), 200, headers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || (error as NodeJS.ErrnoException).code === "EISDIR")
      return c.notFound();
    throw error;
  }
}
