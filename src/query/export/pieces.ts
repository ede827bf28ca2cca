/** The pieces of an export: what DuckDB has copied to files, made into one answer of the format. */

import { type ArrowWriter, arrowWriter } from "../arrow/stream.ts";
import { parseRow, type Row } from "../rows.ts";
import { type ExportColumn, type ExportFormat, headerOf, typeOf } from "./format.ts";

/** Takes the files' bytes in their order. */
export interface Pieces {
  begin(): Uint8Array;
  next(chunk: Buffer): Iterable<Uint8Array>;
  end(): Uint8Array;
}

export async function piecesOf(format: ExportFormat, columns: readonly ExportColumn[]): Promise<Pieces> {
  if (format === "json") return new JsonPieces();
  if (format === "arrow") {
    const typed = columns.map((name) => ({ name, type: typeOf(name) }));
    return new ArrowPieces(await arrowWriter(typed));
  }
  const head = format === "csv" ? headerOf(columns) : "";
  return { begin: () => Buffer.from(head), next: (chunk) => [chunk], end: () => NOTHING };
}

const NOTHING = new Uint8Array();

/** JSON wants a comma between two rows, which DuckDB parts by line ends. */
class JsonPieces implements Pieces {
  /** What comes before the next byte, if one comes. */
  #before = "\n";

  begin(): Uint8Array {
    return Buffer.from("[");
  }

  *next(chunk: Buffer): Iterable<Uint8Array> {
    // Latin-1 maps bytes to characters and back one by one; line ends stand between rows only, JSON escapes the others.
    const text = chunk.toString("latin1");
    const ends = text.endsWith("\n");
    const joined = (ends ? text.slice(0, -1) : text).replaceAll("\n", ",\n");
    yield Buffer.from(this.#before + joined, "latin1");
    this.#before = ends ? ",\n" : "";
  }

  end(): Uint8Array {
    return Buffer.from("\n]\n");
  }
}

/** A batch is made of so many rows, or of so much JSON: what is in memory, and keeps the event loop, at a time. */
const BATCH_ROWS = 10_000;
const BATCH_CHARACTERS = 1024 * 1024;

/** The rows of NDJSON as record batches. */
class ArrowPieces implements Pieces {
  readonly #writer: ArrowWriter;
  readonly #text = new TextDecoder();
  #line: string[] = [];
  #rows: Row[] = [];
  #characters = 0;

  constructor(writer: ArrowWriter) {
    this.#writer = writer;
  }

  begin(): Uint8Array {
    return NOTHING;
  }

  *next(chunk: Buffer): Iterable<Uint8Array> {
    const [first = "", ...lines] = this.#text.decode(chunk, { stream: true }).split("\n");
    this.#line.push(first);
    for (const line of lines) {
      this.#take(this.#line.join(""));
      this.#line = [line];
      if (this.#rows.length >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS) yield this.#batch();
    }
  }

  end(): Uint8Array {
    const rest = this.#rows.length > 0 ? this.#batch() : NOTHING;
    return Buffer.concat([rest, this.#writer.end()]);
  }

  #take(line: string): void {
    this.#rows.push(parseRow(line));
    this.#characters += line.length;
  }

  #batch(): Uint8Array {
    const bytes = this.#writer.batch(this.#rows);
    this.#rows = [];
    this.#characters = 0;
    return bytes;
  }
}
