/** Copying a file whole and durably, with the checksum of exactly the bytes that were read. */
import { createHash, randomUUID } from "node:crypto";
import { link, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { removeFile, unlessCode } from "../store/fs.ts";

export interface Copied {
  readonly bytes: number;
  readonly sha256: string;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Copies what `from` holds at this moment (an open journal segment goes on growing) to `to`, by way of `tmp_dir` on the
 * same file system: a file under its final name is whole, with the mode it had, and its bytes are synced. The folder is the caller's to sync.
 * Throws ENOENT if `from` is gone.
 */
export async function copyWhole(from: string, to: string, tmp_dir: string, signal?: AbortSignal): Promise<Copied> {
  const source = await open(from, "r");
  const tmp = join(tmp_dir, `copy-${randomUUID()}`);
  try {
    const { size, mode } = await source.stat();
    // What only its owner may read stays so.
    const target = await open(tmp, "wx", mode & 0o777);
    try {
      const copied = await pour(source, size, signal, async (chunk) => {
        await target.writeFile(chunk);
      });
      await target.sync();
      await rename(tmp, to);
      return copied;
    } finally {
      await target.close();
    }
  } catch (error) {
    await removeFile(tmp);
    throw error;
  } finally {
    await source.close();
  }
}

/** Gives the file a second name in another folder; false where the file system can not (another one, too many names). */
export async function linkWhole(from: string, to: string): Promise<boolean> {
  const linked = await unlessCode(
    link(from, to).then(() => true),
    "EXDEV",
    "EMLINK",
    "EPERM",
    "ENOTSUP",
  );
  return linked ?? false;
}

/** The checksum of a file as it is. */
export async function checksumOf(path: string, signal?: AbortSignal): Promise<Copied> {
  const source = await open(path, "r");
  try {
    return await pour(source, (await source.stat()).size, signal, async () => {});
  } finally {
    await source.close();
  }
}

async function pour(
  source: Awaited<ReturnType<typeof open>>,
  size: number,
  signal: AbortSignal | undefined,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<Copied> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(size, 1)));
  let bytes = 0;
  while (bytes < size) {
    signal?.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, size - bytes), bytes);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await write(chunk);
    bytes += bytesRead;
  }
  return { bytes, sha256: hash.digest("hex") };
}
