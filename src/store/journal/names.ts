/** Names and paths in the journal's folder. */
import { join } from "node:path";

const WRITER = /^[a-z0-9][a-z0-9-]{0,120}$/;
const SEGMENT = /^(\d{8})\.jsonl$/;

/** A writer without a sign of life for this long is gone, where its process cannot be looked at. */
export const SILENCE_MS_MAX = 120_000;

export const journalDir = (dir: string): string => join(dir, "journal");
export const writerDir = (dir: string, writer: string): string => join(dir, "journal", writer);
export const writerFile = (dir: string, writer: string): string => join(dir, "journal", writer, "writer.json");
export const sealFile = (dir: string, writer: string): string => join(dir, "journal", writer, "sealed");
export const rotateFile = (dir: string, writer: string): string => join(dir, "journal", writer, "rotate");
export const controlDir = (writerFolder: string): string => join(writerFolder, "control");
export const segmentFile = (dir: string, writer: string, segment: number): string =>
  join(dir, "journal", writer, `${segmentText(segment)}.jsonl`);
export const tmpSegmentFile = (dir: string, writer: string, segment: number): string =>
  join(dir, "tmp", `${writer}-${segmentText(segment)}.jsonl`);

const segmentText = (segment: number): string => String(segment).padStart(8, "0");

/** Whether a name is one a writer can have; all others in the folder are somebody else's. */
export const isWriterName = (name: string): boolean => WRITER.test(name);

/** The number of a segment's file name, or null. */
export function segmentOf(name: string): number | null {
  const match = SEGMENT.exec(name);
  return match ? Number(match[1]) : null;
}

/** `<host>-<epoch ms>`, the host reduced to lower-case letters, digits and hyphens. */
export function writerName(host: string, startMs: number): string {
  const clean = host
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${clean || "host"}-${startMs}`;
}
