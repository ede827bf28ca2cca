/** Reads the journal's folder: writers, their segments and lines, and whether a writer still lives. */
import { open, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errorCode, isThere, namesIn, realFs, removeFile, removeTree, type StoreFs, unlessCode } from "../fs.ts";
import { decodeLine, headOfBytes, type JournalLine, type LineHead } from "./line.ts";
import {
  isWriterName,
  journalDir,
  rotateFile,
  SILENCE_MS_MAX,
  sealFile,
  segmentFile,
  segmentOf,
  writerDir,
  writerFile,
} from "./names.ts";
import { processIsAlive } from "./process.ts";

const NEWLINE = 10;
/** So many bytes are decoded before others in the process get a turn. */
const TURN_BYTES = 512 * 1024;

/** Names of all writers that have a folder, sorted. `dir` is the data folder. */
export async function listWriters(dir: string): Promise<string[]> {
  return (await namesIn(journalDir(dir))).filter(isWriterName);
}

/** Numbers of a writer's segments, ascending; none if its folder is gone. */
export async function listSegments(dir: string, writer: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const name of await namesIn(writerDir(dir, writer))) {
    const number = segmentOf(name);
    if (number !== null) numbers.push(number);
  }
  return numbers.sort((a, b) => a - b);
}

export interface SegmentPart {
  lines: JournalLine[];
  /** Where the next read goes on: after the last whole line. */
  nextByte: number;
  /** Whole lines that are not valid; they are skipped. */
  invalid: number;
  /** Bytes after the last newline: a torn tail, or a line that is just being written. */
  tornBytes: number;
}

/**
 * The lines of a segment from `fromByte` (a line's beginning) on; those that `wants` refuses by their beginning are passed
 * over unread. Throws ENOENT if the segment is gone.
 */
export async function readSegment(
  dir: string,
  writer: string,
  segment: number,
  fromByte = 0,
  wants: ((head: LineHead) => boolean) | null = null,
): Promise<SegmentPart> {
  const bytes = await readFrom(segmentFile(dir, writer, segment), fromByte);
  const part: SegmentPart = { lines: [], nextByte: fromByte, invalid: 0, tornBytes: 0 };
  let at = 0;
  let turnEnds = TURN_BYTES;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, at) + 1;
    if (end === 0) break;
    const text = bytes.subarray(at, end);
    const head = wants && headOfBytes(text);
    if (!head || wants(head)) {
      const line = decodeLine(text);
      if (line) part.lines.push(line);
      else part.invalid += 1;
    }
    at = end;
    if (at >= turnEnds) {
      turnEnds = at + TURN_BYTES;
      await nextTurn();
    }
  }
  part.nextByte = fromByte + at;
  part.tornBytes = bytes.length - at;
  return part;
}

async function readFrom(path: string, fromByte: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.allocUnsafe(Math.max(0, size - fromByte));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, fromByte + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

/** Unlinks a published segment; nothing happens if it is gone already. */
export async function removeSegment(dir: string, writer: string, segment: number, fs: StoreFs = realFs): Promise<void> {
  await removeFile(segmentFile(dir, writer, segment), fs);
}

/**
 * Removes the folder of a sealed writer whose segments are all published (it still removes those that are there).
 * `sealed` goes last: a kill before leaves a sealed writer, a kill after it an empty folder that is sealed again.
 */
export async function removeWriter(dir: string, writer: string, fs: StoreFs = realFs): Promise<void> {
  const folder = writerDir(dir, writer);
  for (const name of await namesIn(folder, fs)) {
    if (name !== "sealed") await removeTree(`${folder}/${name}`, fs);
  }
  await removeFile(sealFile(dir, writer), fs);
  await unlessCode(fs.rmdir(folder), "ENOENT");
  await unlessCode(fs.fsyncDir(journalDir(dir)), "ENOENT");
}

/** Whether the writer may never acknowledge anything again. */
export function isSealed(dir: string, writer: string): Promise<boolean> {
  return isThere(sealFile(dir, writer));
}

/** Declares a writer gone: `sealed` is made, durably. From now on its last segment counts as closed. */
export async function sealWriter(dir: string, writer: string, fs: StoreFs = realFs): Promise<void> {
  await unlessCode(fs.writeFile(sealFile(dir, writer), ""), "EEXIST");
  await fs.fsyncDir(writerDir(dir, writer));
}

interface WriterFile {
  host: string;
  pid: number;
  pid_start: string | null;
  pid_namespace: string | null;
}

/**
 * Whether a writer's process is gone. Same host: no process has its pid with its start time. Elsewhere, or where that
 * cannot be told: no heartbeat for two minutes.
 */
export async function writerIsGone(dir: string, writer: string, nowMs = Date.now()): Promise<boolean> {
  const file = await readWriterFile(dir, writer);
  if (file && file.host === hostname()) {
    const alive = processIsAlive(file);
    if (alive !== undefined) return !alive;
  }
  const path = file ? writerFile(dir, writer) : writerDir(dir, writer);
  const stats = await unlessCode(realFs.stat(path), "ENOENT");
  return stats === undefined || nowMs - stats.mtimeMs > SILENCE_MS_MAX;
}

/**
 * Whether a writer that is gone left calls open so lately that a new start of its engine may still go on with them:
 * sealing it now would close them as lost under its feet. `graceMs` counts from its last sign of life.
 */
export async function mayGoOn(dir: string, writer: string, nowMs: number, graceMs: number): Promise<boolean> {
  if (graceMs <= 0) return false;
  const stats = await unlessCode(realFs.stat(writerFile(dir, writer)), "ENOENT");
  if (stats === undefined || nowMs - stats.mtimeMs > graceMs) return false;
  const segment = (await listSegments(dir, writer)).at(-1);
  if (segment === undefined) return false;
  const open = new Set<string>();
  for (const { k, c } of (await readSegment(dir, writer, segment)).lines) {
    if (c === undefined) continue;
    if (k === "ended") open.delete(c);
    else if (k === "started") open.add(c);
  }
  return open.size > 0;
}

/** Whether a writer's process ran on this machine, by its name. */
export async function isOfThisHost(dir: string, writer: string): Promise<boolean> {
  return (await readWriterFile(dir, writer))?.host === hostname();
}

/** What writer.json says; null if it is missing or torn (a kill while the writer started). */
async function readWriterFile(dir: string, writer: string): Promise<WriterFile | null> {
  const bytes = await unlessCode(realFs.readFile(writerFile(dir, writer)), "ENOENT", "ENOTDIR");
  if (bytes === undefined) return null;
  try {
    const file = JSON.parse(bytes.toString()) as Partial<WriterFile>;
    if (typeof file.host !== "string" || typeof file.pid !== "number") return null;
    return {
      host: file.host,
      pid: file.pid,
      pid_start: file.pid_start ?? null,
      pid_namespace: file.pid_namespace ?? null,
    };
  } catch {
    return null;
  }
}

/** Asks a living writer to start its next segment; it does so within about 250 ms. Nothing happens if it is gone. */
export async function requestRotation(dir: string, writer: string): Promise<void> {
  const path = rotateFile(dir, writer);
  try {
    await realFs.writeFile(path, "");
  } catch (error) {
    if (errorCode(error) === "EEXIST") await unlessCode(utimes(path, new Date(), new Date()), "ENOENT");
    else if (errorCode(error) !== "ENOENT") throw error;
  }
}
