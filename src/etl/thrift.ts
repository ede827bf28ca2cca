/** Thrift's compact protocol as far as a Parquet footer needs it: read into fields, changed, and written again. */

/** Numbers of the wire types. */
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;
/** Of whole numbers (i16, i32, i64). */
const WHOLE: ReadonlySet<number> = new Set([4, 5, 6]);

export interface List {
  readonly type: number;
  readonly items: Value[];
}
export type Struct = Field[];
/** A whole number, the bytes of anything else that is not nested, or what is nested. */
export type Value = number | Uint8Array | List | Struct;
export interface Field {
  readonly id: number;
  readonly type: number;
  value: Value;
}

/** The field of that number; undefined where the struct has none. */
export const fieldOf = (struct: Struct, id: number): Field | undefined => struct.find((field) => field.id === id);

/** The items of a field that is a list of structs. Throws if it is none. */
export function structsOf(struct: Struct, id: number): Struct[] {
  const value = fieldOf(struct, id)?.value;
  if (value === undefined || typeof value !== "object" || !("items" in value) || value.type !== STRUCT)
    throw new Error(`Field ${id} of a Parquet footer should be a list of structs.`);
  return value.items as Struct[];
}

/** Reads one struct that begins at the first byte. Throws for bytes that are none. */
export function readStruct(bytes: Uint8Array): Struct {
  return new Reader(bytes).struct();
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(): Struct {
    const fields: Struct = [];
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      const [delta, type] = [head >> 4, head & 15];
      id = delta === 0 ? this.#whole() : id + delta;
      // A flag of a struct is its type.
      fields.push({ id, type, value: type === TRUE || type === FALSE ? new Uint8Array(0) : this.#value(type) });
    }
  }

  #value(type: number): Value {
    if (WHOLE.has(type)) return this.#whole();
    if (type === STRUCT) return this.struct();
    if (type === BINARY) return this.#take(this.#varint());
    if (type === DOUBLE) return this.#take(8);
    if (type === BYTE || type === TRUE || type === FALSE) return this.#take(1);
    if (type !== LIST && type !== SET) throw new Error(`A Parquet footer has a field of the unknown type ${type}.`);
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#varint() : head >> 4;
    return { type: head & 15, items: Array.from({ length }, () => this.#value(head & 15)) };
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error("A Parquet footer ends too early.");
    return byte;
  }

  #take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new Error("A Parquet footer ends too early.");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Offsets and counts are far below 2^53, so that a double holds them. */
  #varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.#byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  #whole(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}

/** The bytes of a struct. */
export function writeStruct(struct: Struct): Buffer {
  const pieces: Uint8Array[] = [];
  putStruct(struct, pieces);
  return Buffer.concat(pieces);
}

/** The bytes of a field that is a list of structs, of which each is written already; `before` is the field before it. */
export function writeListOf(field: Field, before: number, structs: readonly Uint8Array[]): Buffer {
  return Buffer.concat([headOf(field, before), listHead(structs.length, STRUCT), ...structs]);
}

/** The bytes of one field. */
export function writeField(field: Field, before: number): Buffer {
  const pieces: Uint8Array[] = [headOf(field, before)];
  if (field.type !== TRUE && field.type !== FALSE) putValue(field.type, field.value, pieces);
  return Buffer.concat(pieces);
}

function putStruct(struct: Struct, pieces: Uint8Array[]): void {
  let before = 0;
  for (const field of struct) {
    pieces.push(writeField(field, before));
    before = field.id;
  }
  pieces.push(Uint8Array.of(0));
}

function putValue(type: number, value: Value, pieces: Uint8Array[]): void {
  if (typeof value === "number") pieces.push(whole(value));
  else if (value instanceof Uint8Array) {
    if (type === BINARY) pieces.push(varint(value.length));
    pieces.push(value);
  } else if ("items" in value) {
    pieces.push(listHead(value.items.length, value.type));
    for (const item of value.items) putValue(value.type, item, pieces);
  } else putStruct(value, pieces);
}

function headOf({ id, type }: Field, before: number): Uint8Array {
  const delta = id - before;
  return delta > 0 && delta < 16 ? Uint8Array.of((delta << 4) | type) : Buffer.concat([Uint8Array.of(type), whole(id)]);
}

const listHead = (length: number, type: number): Uint8Array =>
  length < 15 ? Uint8Array.of((length << 4) | type) : Buffer.concat([Uint8Array.of(0xf0 | type), varint(length)]);

const whole = (value: number): Uint8Array => varint(value < 0 ? -value * 2 - 1 : value * 2);

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
