/** Columns of JSON values as Arrow: the Arrow type of each DuckDB type, and its values in Arrow's buffers. */
import type * as ArrowModule from "apache-arrow";
import type { DuckType } from "./duck-type.ts";

export type Arrow = typeof ArrowModule;
type Data = ArrowModule.Data;
type DataType = ArrowModule.DataType;
type Values = readonly unknown[];

/** How values of one DuckDB type stand in Arrow. */
export interface ArrowColumn {
  readonly type: DataType;
  /** Of values as JSON has them; null, undefined and what cannot be such a value are null. */
  data(values: Values): Data;
}

const DAY_MS = 86_400_000;
const UTF8 = new TextEncoder();

/**
 * Nested types are Arrow's own list, struct and map. What Arrow has no such value for (JSON, INTERVAL, UUID, TIME, maps
 * whose keys are no texts) is text: JSON as JSON, the others as DuckDB writes them.
 */
export function arrowColumn(arrow: Arrow, type: DuckType): ArrowColumn {
  if (type.kind === "list") return listOf(arrow, arrowColumn(arrow, type.of));
  if (type.kind === "decimal") return decimals(arrow, type.precision, type.scale);
  if (type.kind === "struct") {
    return structOf(
      arrow,
      type.fields.map(([name, field]) => [name, arrowColumn(arrow, field)]),
    );
  }
  if (type.kind === "map") {
    const named = type.key.kind === "plain" && type.key.name === "VARCHAR";
    return named ? mapOf(arrow, arrowColumn(arrow, type.of)) : texts(arrow, JSON.stringify);
  }
  return plain(arrow, type.name);
}

function plain(arrow: Arrow, name: string): ArrowColumn {
  const numbers = (type: DataType, array: { from(values: Iterable<number>): ArrayBufferView }) =>
    fixed(arrow, type, Number, (values) => array.from(values.map((value) => value ?? 0)));
  const bigs = (type: DataType, array: { from(values: Iterable<bigint>): ArrayBufferView }) =>
    fixed(arrow, type, bigOf, (values) => array.from(values.map((value) => value ?? 0n)));
  const times = (type: DataType) =>
    fixed(arrow, type, timeOf, (values) => BigInt64Array.from(values, (value) => BigInt(Math.floor(value ?? 0))));
  switch (name) {
    case "BOOLEAN":
      return fixed(arrow, new arrow.Bool(), Boolean, (values) => bitsOf(values, (value) => value === true));
    case "TINYINT":
      return numbers(new arrow.Int8(), Int8Array);
    case "SMALLINT":
      return numbers(new arrow.Int16(), Int16Array);
    case "INTEGER":
      return numbers(new arrow.Int32(), Int32Array);
    case "BIGINT":
      return bigs(new arrow.Int64(), BigInt64Array);
    case "UTINYINT":
      return numbers(new arrow.Uint8(), Uint8Array);
    case "USMALLINT":
      return numbers(new arrow.Uint16(), Uint16Array);
    case "UINTEGER":
      return numbers(new arrow.Uint32(), Uint32Array);
    case "UBIGINT":
      return bigs(new arrow.Uint64(), BigUint64Array);
    case "HUGEINT":
      return decimals(arrow, 38, 0);
    case "FLOAT":
      return numbers(new arrow.Float32(), Float32Array);
    case "DOUBLE":
      return numbers(new arrow.Float64(), Float64Array);
    case "DATE":
      return fixed(arrow, new arrow.DateDay(), timeOf, (values) =>
        Int32Array.from(values, (value) => Math.floor((value ?? 0) / DAY_MS)),
      );
    case "TIMESTAMP WITH TIME ZONE":
    case "TIMESTAMPTZ":
      return times(new arrow.TimestampMillisecond("UTC"));
    case "TIMESTAMP":
    case "TIMESTAMP_S":
    case "TIMESTAMP_MS":
    case "TIMESTAMP_NS":
      return times(new arrow.TimestampMillisecond());
    case "JSON":
      return texts(arrow, JSON.stringify);
    default:
      return texts(arrow, (value) => (typeof value === "string" ? value : JSON.stringify(value)));
  }
}

/** Values of a fixed width. `read` gives null for what is none. */
function fixed<T>(
  arrow: Arrow,
  type: DataType,
  read: (value: unknown) => T | null,
  store: (values: readonly (T | null)[]) => ArrayBufferView,
): ArrowColumn {
  return {
    type,
    data: (values) => {
      const known = values.map((value) => (value === null || value === undefined ? null : read(value)));
      return dataOf(arrow, type, known, { 1: store(known) });
    },
  };
}

/** DECIMAL: 128 bits, exact; numbers of more than 15 digits come from JSON with 15. */
function decimals(arrow: Arrow, precision: number, scale: number): ArrowColumn {
  const unitsOf = (value: unknown): bigint | null => {
    const text = typeof value === "number" ? value.toFixed(scale) : String(value);
    const [whole = "", part = ""] = text.split(".");
    return bigOf(whole + part.padEnd(scale, "0").slice(0, scale));
  };
  return fixed(arrow, new arrow.Decimal(scale, precision, 128), unitsOf, (values) => {
    const halves = new BigInt64Array(values.length * 2);
    for (const [index, value] of values.entries()) {
      halves[2 * index] = BigInt.asIntN(64, value ?? 0n);
      halves[2 * index + 1] = (value ?? 0n) >> 64n;
    }
    return new Uint32Array(halves.buffer);
  });
}

function texts(arrow: Arrow, textOf: (value: unknown) => string): ArrowColumn {
  const type = new arrow.Utf8();
  return {
    type,
    data: (values) => {
      const bytes = values.map((value) =>
        value === null || value === undefined ? null : UTF8.encode(textOf(value).toWellFormed()),
      );
      const offsets = offsetsOf(bytes.map((one) => one?.length ?? 0));
      const all = new Uint8Array(offsets.at(-1) ?? 0);
      for (const [index, one] of bytes.entries()) if (one) all.set(one, offsets[index]);
      return dataOf(arrow, type, values, { 0: offsets, 1: all });
    },
  };
}

function listOf(arrow: Arrow, of: ArrowColumn): ArrowColumn {
  const type = new arrow.List(new arrow.Field("item", of.type, true));
  return {
    type,
    data: (values) => {
      const lists = values.map((value) => (Array.isArray(value) ? (value as unknown[]) : []));
      return dataOf(arrow, type, values, { 0: offsetsOf(lists.map((list) => list.length)) }, [of.data(lists.flat())]);
    },
  };
}

function structOf(arrow: Arrow, fields: readonly (readonly [string, ArrowColumn])[]): ArrowColumn {
  const type = new arrow.Struct(fields.map(([name, field]) => new arrow.Field(name, field.type, true)));
  const member = (value: unknown, name: string) => (value as Record<string, unknown> | null | undefined)?.[name];
  return {
    type,
    data: (values) => {
      const children = fields.map(([name, field]) => field.data(values.map((value) => member(value, name))));
      return dataOf(arrow, type, values, {}, children);
    },
  };
}

function mapOf(arrow: Arrow, of: ArrowColumn): ArrowColumn {
  const keys = texts(arrow, String);
  const fields = [new arrow.Field("key", keys.type, false), new arrow.Field("value", of.type, true)];
  const entry = new arrow.Struct<{ key: DataType; value: DataType }>(fields);
  const type = new arrow.Map_(new arrow.Field("entries", entry, false));
  return {
    type,
    data: (values) => {
      const maps = values.map((value) => Object.entries((value as object | null | undefined) ?? {}));
      const all = maps.flat();
      const pairs = dataOf(arrow, entry, all, {}, [
        keys.data(all.map(([key]) => key)),
        of.data(all.map(([, value]) => value)),
      ]);
      return dataOf(arrow, type, values, { 0: offsetsOf(maps.map((map) => map.length)) }, [pairs]);
    },
  };
}

/** Buffers by their number in Arrow's layout: 0 the offsets, 1 the values; which are null is said by 2. */
function dataOf(
  arrow: Arrow,
  type: DataType,
  values: Values,
  buffers: { 0?: Int32Array; 1?: ArrayBufferView },
  children: Data[] = [],
): Data {
  const nulls = values.reduce<number>((sum, value) => sum + (value === null || value === undefined ? 1 : 0), 0);
  const valid = nulls === 0 ? {} : { 2: bitsOf(values, (value) => value !== null && value !== undefined) };
  return new arrow.Data(type, 0, values.length, nulls, { ...buffers, ...valid }, children);
}

function bitsOf(values: Values, isSet: (value: unknown) => boolean): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (const [index, value] of values.entries()) {
    if (isSet(value)) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bits;
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  let sum = 0;
  for (const [index, length] of lengths.entries()) {
    sum += length;
    offsets[index + 1] = sum;
  }
  return offsets;
}

/** Milliseconds of a date, of an ISO text, or of DuckDB's own: "2026-11-21 10:00:00.123456+00"; without a zone UTC. */
function timeOf(value: unknown): number | null {
  const [, date, time, zone] = /^(\d{4}-\d\d-\d\d)(?:[ T]([\d:.]+)(Z|[+-]\d\d(?::\d\d)?)?)?$/.exec(String(value)) ?? [];
  if (date === undefined) return null;
  const offset = zone === undefined ? "Z" : zone.length === 3 ? `${zone}:00` : zone;
  const ms = Date.parse(time === undefined ? date : `${date}T${time}${offset}`);
  return Number.isNaN(ms) ? null : ms;
}

function bigOf(value: unknown): bigint | null {
  try {
    return BigInt(value as string | number);
  } catch {
    return null;
  }
}
