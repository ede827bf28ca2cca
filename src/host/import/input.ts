/** Reads files of a source as text, piece by piece: plain, or compressed as .gz or .zst. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { Meter } from "./source.ts";

const PIECE_BYTES = 256 * 1024;
/** A line, document or row longer than this is not one. */
export const UNIT_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Adds the sizes of the files to what is to be read. Throws a sentence for one that is not there. */
export async function measure(files: readonly string[], meter: Meter): Promise<void> {
  meter.unit = "bytes";
  for (const file of files) {
    const stats = await stat(file).catch((error: Error) => {
      throw new Error(`${file} can not be read: ${error.message}`);
    });
    if (!stats.isFile()) throw new Error(`${file} is no file.`);
    meter.total += stats.size;
  }
}

/** The text of a file (UTF-8, without its byte order mark) in pieces. */
export async function* piecesOf(file: string, meter: Meter): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8");
  try {
    for await (const bytes of unpacked(file, meter)) {
      const text = decoder.decode(bytes, { stream: true });
      if (text !== "") yield text;
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_ZSTD)/.test(String(error.code)))
      throw new Error(`${file} is damaged or not complete: ${error.message}.`);
    throw error;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

function unpacked(file: string, meter: Meter): AsyncIterable<Uint8Array> {
  const bytes = counted(file, meter);
  const unpack = file.endsWith(".gz") ? createGunzip() : file.endsWith(".zst") ? createZstdDecompress() : null;
  if (!unpack) return bytes;
  // The error of either end comes out of the loop over the unpacked bytes.
  return pipeline(Readable.from(bytes), unpack, () => {});
}

async function* counted(file: string, meter: Meter): AsyncGenerator<Uint8Array> {
  for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
    meter.done += (piece as Buffer).length;
    yield piece as Buffer;
  }
}

export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** The lines of a text that comes in pieces, without their ends; the last one too if nothing ends it. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<Line> {
  let rest = "";
  let number = 0;
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
      number += 1;
      yield { text: withoutReturn(rest + piece.slice(from, end)), number };
      rest = "";
      from = end + 1;
    }
    rest += piece.slice(from);
    if (rest.length > UNIT_CHARACTERS_MAX)
      throw new Error(`Line ${number + 1} has more than ${UNIT_CHARACTERS_MAX} characters; that is no line of ours.`);
  }
  if (rest !== "") yield { text: withoutReturn(rest), number: number + 1 };
}

const withoutReturn = (line: string) => (line.endsWith("\r") ? line.slice(0, -1) : line);
