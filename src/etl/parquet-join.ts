/** Joins Parquet files of one schema: their row groups are copied as they are, and one footer is written for all. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { fieldOf, readStruct, type Struct, structsOf, writeField, writeListOf, writeStruct } from "./thrift.ts";

const MAGIC = Buffer.from("PAR1");
/** The footer's length and the magic again. */
const TAIL_BYTES = 8;
const CHUNK_BYTES = 1024 * 1024;
/** Fields of parquet.thrift. */
const FILE = { schema: 2, num_rows: 3, row_groups: 4 };
const ROW_GROUP = { columns: 1, file_offset: 5, ordinal: 7 };
const CHUNK = { file_offset: 2, meta_data: 3 };
/** An index of pages has offsets of its own; readers do without it. */
const CHUNK_INDEXES = new Set([4, 5, 6, 7]);
const META_OFFSETS = new Set([9, 10, 11, 14]);

/** A file that grows by the row groups of others. In memory are only the parts of its footer. */
export class ParquetJoin {
  readonly #to: FileHandle;
  readonly #groups: Buffer[] = [];
  #first: Struct | undefined;
  #schema = "";
  #rows = 0;
  #at = 0;

  private constructor(to: FileHandle) {
    this.#to = to;
  }

  /** Makes the file. Throws EEXIST if it is there. */
  static async create(path: string): Promise<ParquetJoin> {
    const join = new ParquetJoin(await open(path, "wx"));
    await join.#write(MAGIC);
    return join;
  }

  /** Adds the row groups of a whole file behind those that are there. Throws a sentence if it is of another schema. */
  async add(path: string): Promise<void> {
    const from = await open(path, "r");
    try {
      const { footer, begins } = await footerOf(from, path);
      const schema = hashOf(footer);
      if (this.#first === undefined) [this.#first, this.#schema] = [footer, schema];
      else if (schema !== this.#schema) throw new Error(`${path} has another schema than the file it is joined to.`);
      // What stood behind the magic stands here now.
      const moved = this.#at - MAGIC.length;
      const groups = structsOf(footer, FILE.row_groups);
      for (const group of groups) this.#groups.push(writeStruct(movedGroup(group, moved, this.#groups.length)));
      this.#rows += numberOf(footer, FILE.num_rows);
      for (let at = MAGIC.length; at < begins; ) {
        const piece = await readAt(from, at, Math.min(CHUNK_BYTES, begins - at), path);
        await this.#write(piece);
        at += piece.length;
      }
    } finally {
      await from.close();
    }
  }

  /** Writes the footer and closes the file. Throws if nothing was added. */
  async finish(): Promise<void> {
    if (this.#first === undefined) throw new Error("A Parquet file of no files has no schema.");
    const pieces: Buffer[] = [];
    let before = 0;
    for (const field of this.#first) {
      if (field.id === FILE.row_groups) pieces.push(writeListOf(field, before, this.#groups));
      else pieces.push(writeField(field.id === FILE.num_rows ? { ...field, value: this.#rows } : field, before));
      before = field.id;
    }
    const footer = Buffer.concat([...pieces, Uint8Array.of(0)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    for (const piece of [footer, length, MAGIC]) await this.#write(piece);
    await this.close();
  }

  /** Closes what was begun, whole or not. */
  close(): Promise<void> {
    return this.#to.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#to.writeFile(bytes);
    this.#at += bytes.length;
  }
}

async function footerOf(file: FileHandle, path: string): Promise<{ footer: Struct; begins: number }> {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES, path);
  const begins = size - TAIL_BYTES - tail.readUInt32LE(0);
  if (!tail.subarray(4).equals(MAGIC) || begins < MAGIC.length) throw new Error(`${path} is no whole Parquet file.`);
  return { footer: readStruct(await readAt(file, begins, size - TAIL_BYTES - begins, path)), begins };
}

async function readAt(file: FileHandle, at: number, length: number, path: string): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  if (bytesRead < length) throw new Error(`${path} ends too early.`);
  return buffer;
}

const hashOf = (footer: Struct): string =>
  createHash("sha256")
    .update(writeStruct(footer.filter(({ id }) => id === FILE.schema)))
    .digest("hex");

function numberOf(struct: Struct, id: number): number {
  const value = fieldOf(struct, id)?.value;
  if (typeof value !== "number") throw new Error(`Field ${id} of a Parquet footer should be a number.`);
  return value;
}

/** A row group that stands `by` bytes further on. */
function movedGroup(group: Struct, by: number, ordinal: number): Struct {
  for (const chunk of structsOf(group, ROW_GROUP.columns)) {
    move(chunk, CHUNK.file_offset, by);
    const meta = fieldOf(chunk, CHUNK.meta_data)?.value;
    if (!Array.isArray(meta)) throw new Error("A column of a Parquet footer has no metadata.");
    for (const id of META_OFFSETS) move(meta, id, by);
    for (let at = chunk.length - 1; at >= 0; at--) if (CHUNK_INDEXES.has(chunk[at]?.id ?? 0)) chunk.splice(at, 1);
  }
  move(group, ROW_GROUP.file_offset, by);
  const place = fieldOf(group, ROW_GROUP.ordinal);
  if (place !== undefined) place.value = ordinal;
  return group;
}

/** 0 says that there is no such offset. */
function move(struct: Struct, id: number, by: number): void {
  const field = fieldOf(struct, id);
  if (field !== undefined && typeof field.value === "number" && field.value > 0) field.value += by;
}
