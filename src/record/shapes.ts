/** The few value shapes a CallRecord's column can have, each with its TypeScript type and its DuckDB type. */

export type Shape =
  | { readonly kind: "text" }
  | { readonly kind: "integer" }
  | { readonly kind: "number" }
  | { readonly kind: "boolean" }
  | { readonly kind: "instant" }
  | { readonly kind: "local_time" }
  | { readonly kind: "json" }
  | { readonly kind: "money" }
  | { readonly kind: "one_of"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "map"; readonly of: Shape }
  | { readonly kind: "struct"; readonly fields: { readonly [name: string]: Shape } };

/** A JSON value, as it stands in `params`, `metadata` and the like. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The TypeScript type of a shape; every value may be null, which means "not known". */
export type ValueOf<S extends Shape> = S extends { kind: "list"; of: infer E extends Shape }
  ? ElementOf<E>[] | null
  : ElementOf<S> | null;

type ElementOf<S extends Shape> = S extends { kind: "text" | "instant" | "local_time" }
  ? string
  : S extends { kind: "integer" | "number" | "money" }
    ? number
    : S extends { kind: "boolean" }
      ? boolean
      : S extends { kind: "json" }
        ? Json
        : S extends { kind: "one_of"; values: infer V extends readonly string[] }
          ? V[number]
          : S extends { kind: "list"; of: infer E extends Shape }
            ? ElementOf<E>[]
            : S extends { kind: "map"; of: infer E extends Shape }
              ? { [key: string]: ElementOf<E> }
              : S extends { kind: "struct"; fields: infer F extends { readonly [name: string]: Shape } }
                ? { -readonly [K in keyof F]: ValueOf<F[K]> }
                : never;

export const text = { kind: "text" } as const;
export const integer = { kind: "integer" } as const;
export const number = { kind: "number" } as const;
export const boolean = { kind: "boolean" } as const;
/** A point in time: an ISO 8601 string in UTC with milliseconds in JSON, TIMESTAMPTZ in DuckDB and Parquet. */
export const instant = { kind: "instant" } as const;
/** A wall-clock time without a zone: "2026-11-21T14:03:00.000" in JSON, TIMESTAMP in DuckDB. */
export const localTime = { kind: "local_time" } as const;
/** Any JSON value; text of JSON in Parquet. */
export const json = { kind: "json" } as const;
/** DECIMAL(12,6); a number in JSON. */
export const money = { kind: "money" } as const;
export const oneOf = <const V extends readonly string[]>(...values: V) => ({ kind: "one_of", values }) as const;
export const list = <const S extends Shape>(of: S) => ({ kind: "list", of }) as const;
export const map = <const S extends Shape>(of: S) => ({ kind: "map", of }) as const;
export const struct = <const F extends { readonly [name: string]: Shape }>(fields: F) =>
  ({ kind: "struct", fields }) as const;

/** The DuckDB type a shape is stored as, e.g. `STRUCT("role" VARCHAR, "content" VARCHAR)[]`. */
export function duckdbType(shape: Shape): string {
  switch (shape.kind) {
    case "text":
    case "one_of":
      return "VARCHAR";
    case "integer":
      return "BIGINT";
    case "number":
      return "DOUBLE";
    case "boolean":
      return "BOOLEAN";
    case "instant":
      return "TIMESTAMPTZ";
    case "local_time":
      return "TIMESTAMP";
    case "json":
      return "JSON";
    case "money":
      return "DECIMAL(12,6)";
    case "list":
      return `${duckdbType(shape.of)}[]`;
    case "map":
      return `MAP(VARCHAR, ${duckdbType(shape.of)})`;
    case "struct":
      return `STRUCT(${Object.entries(shape.fields)
        .map(([name, field]) => `"${name}" ${duckdbType(field)}`)
        .join(", ")})`;
  }
}
