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
  const writer = new Writer();
  writer.struct(struct);
  return writer.taken();
}

/** The bytes of a field that is a list of structs, of which each is written already; `before` is the field before it. */
export function writeListOf(field: Field, before: number, structs: readonly Uint8Array[]): Buffer {
  const writer = new Writer();
  writer.head(field, before);
  writer.listHead(structs.length, STRUCT);
  return Buffer.concat([writer.taken(), ...structs]);
}

/** The bytes of one field. */
export function writeField(field: Field, before: number): Buffer {
  const writer = new Writer();
  writer.field(field, before);
  return writer.taken();
}

class Writer {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  taken(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  struct(struct: Struct): void {
    let before = 0;
    for (const field of struct) {
      this.field(field, before);
      before = field.id;
    }
    this.#byte(0);
  }

  field(field: Field, before: number): void {
    this.head(field, before);
    if (field.type !== TRUE && field.type !== FALSE) this.#value(field.type, field.value);
  }

  head({ id, type }: Field, before: number): void {
    const delta = id - before;
    if (delta > 0 && delta < 16) this.#byte((delta << 4) | type);
    else {
      this.#byte(type);
      this.#whole(id);
    }
  }

  listHead(length: number, type: number): void {
    if (length < 15) this.#byte((length << 4) | type);
    else {
      this.#byte(0xf0 | type);
      this.#varint(length);
    }
  }

  #value(type: number, value: Value): void {
    if (typeof value === "number") this.#whole(value);
    else if (value instanceof Uint8Array) {
      if (type === BINARY) this.#varint(value.length);
      this.#room(value.length);
      this.#bytes.set(value, this.#length);
      this.#length += value.length;
    } else if ("items" in value) {
      this.listHead(value.items.length, value.type);
      for (const item of value.items) this.#value(value.type, item);
    } else this.struct(value);
  }

  #whole(value: number): void {
    this.#varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = byte;
  }

  #room(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
