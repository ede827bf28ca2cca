/** The bytes of one journal line: a JSON object whose last member is the CRC-32 of all that stands before it. */
import { crc32 } from "node:zlib";

export type LineKind =
  | "segment"
  | "started"
  | "message"
  | "turn"
  | "tool"
  | "barge_in"
  | "set"
  | "ended"
  | "partial"
  | "heard_turn"
  | "control"
  | "resumed";

export interface JournalLine {
  k: LineKind;
  /** Id of the call; absent in `segment`. */
  c?: string;
  /** Number of the event within its call, from 1; absent in `segment`. */
  n?: number;
  /** Time of the event, ISO 8601 in UTC. */
  t: string;
  b: { [name: string]: unknown };
}

/** The longest line that is written or read. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024;

const NEWLINE = 10;
const MARK = Buffer.from(',"crc":"');
/** `,"crc":"` + eight hex digits + `"}` + newline. */
const TAIL_BYTES = MARK.length + 11;

/**
 * A line without its CRC and closing brace, as the engine's main thread makes it; `sealLine` completes it in the worker.
 * `body` is text of JSON already, so that nothing is stringified twice.
 */
export function openLine(kind: LineKind, callKey: string, number: number, time: string, body: string): string {
  return `{"k":"${kind}","c":"${callKey}","n":${number},"t":"${time}","b":${body}`;
}

/** Kind and call of a text made by `openLine`, read off its fixed beginning without parsing it. */
export function headOf(opened: string): { kind: string; callKey: string } {
  const end = opened.indexOf('"', 6);
  return { kind: opened.slice(6, end), callKey: opened.slice(end + 7, opened.indexOf('"', end + 7)) };
}

export interface LineHead {
  readonly kind: string;
  readonly callKey: string;
  readonly n: number;
}

const HEAD = /^\{"k":"([a-z_]+)","c":"([^"\\]+)","n":(\d{1,15}),/;
const HEAD_BYTES_MAX = 200;

/** Kind, call and number of a line, read off its fixed beginning without parsing it; null for a line without a call. */
export function headOfBytes(line: Buffer): LineHead | null {
  const [, kind, callKey, n] = HEAD.exec(line.toString("latin1", 0, HEAD_BYTES_MAX)) ?? [];
  return kind === undefined || callKey === undefined ? null : { kind, callKey, n: Number(n) };
}

/** Completes a text made by `openLine`: adds the CRC of its UTF-8 bytes and the newline. */
export function sealLine(opened: string): string {
  return `${opened},"crc":"${crc32(opened).toString(16).padStart(8, "0")}"}\n`;
}

/** The text of a whole line, with CRC and newline. Its strings must be well-formed Unicode. */
export function encodeLine(line: JournalLine): string {
  const { k, c, n, t, b } = line;
  return sealLine(JSON.stringify({ k, c, n, t, b }).slice(0, -1));
}

/** Reads one line, given with its newline. Null if it is torn, altered, or not a line of this format. */
export function decodeLine(bytes: Buffer): JournalLine | null {
  const at = bytes.length - TAIL_BYTES;
  if (at <= 0 || bytes.length > LINE_BYTES_MAX || bytes[bytes.length - 1] !== NEWLINE) return null;
  if (!bytes.subarray(at, at + MARK.length).equals(MARK)) return null;
  const crc = crc32(bytes.subarray(0, at)).toString(16).padStart(8, "0");
  if (bytes.toString("latin1", at + MARK.length) !== `${crc}"}\n`) return null;
  try {
    const line: unknown = JSON.parse(bytes.toString());
    return isLine(line) ? line : null;
  } catch {
    return null;
  }
}

function isLine(value: unknown): value is JournalLine {
  if (typeof value !== "object" || value === null) return false;
  const { k, c, n, t, b } = value as Record<string, unknown>;
  // A kind of a later format is a valid line all the same: whoever folds it passes over it.
  if (typeof k !== "string" || typeof t !== "string") return false;
  if (typeof b !== "object" || b === null || Array.isArray(b)) return false;
  return k === "segment" || (typeof c === "string" && c !== "" && Number.isSafeInteger(n));
}
