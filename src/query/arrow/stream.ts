/** Rows as an Arrow IPC stream: one record batch after the other, no more than one of them in memory. */
import type { RecordBatch, Schema } from "apache-arrow";
import type { ColumnOfAnswer } from "../free-sql.ts";
import type { Row } from "../rows.ts";
import { type ArrowColumn, arrowColumn } from "./columns.ts";
import { parseDuckType } from "./duck-type.ts";

export const ARROW_MEDIA_TYPE = "application/vnd.apache.arrow.stream";

/** Writes batches; each call gives the bytes that are ready. */
export interface ArrowWriter {
  batch(rows: readonly Row[]): Uint8Array;
  /** The end of the stream; with the schema, if there was no batch. */
  end(): Uint8Array;
}

/** Columns by DuckDB's types. The package is loaded when it is first needed. `metadata` stands in the schema. */
export async function arrowWriter(
  columns: readonly ColumnOfAnswer[],
  metadata: ReadonlyMap<string, string> = new Map(),
): Promise<ArrowWriter> {
  const arrow = await import("apache-arrow");
  let pieces: Uint8Array[] = [];
  class Sink extends arrow.AsyncByteQueue {
    override write(piece: Uint8Array): void {
      pieces.push(piece);
    }
  }
  const taken = () => {
    const bytes = Buffer.concat(pieces);
    pieces = [];
    return bytes;
  };
  const made: readonly (readonly [string, ArrowColumn])[] = columns.map(({ name, type }) => [
    name,
    arrowColumn(arrow, parseDuckType(type)),
  ]);
  const fields = made.map(([name, column]) => new arrow.Field(name, column.type, true));
  const schema: Schema = new arrow.Schema(fields, new Map(metadata));
  const struct = new arrow.Struct(fields);
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(new Sink(), schema);
  return {
    batch: (rows) => {
      const children = made.map(([name, column]) => column.data(rows.map((row) => row[name])));
      const batch: RecordBatch = new arrow.RecordBatch(schema, new arrow.Data(struct, 0, rows.length, 0, {}, children));
      writer.write(batch);
      return taken();
    },
    end: () => {
      writer.finish();
      return taken();
    },
  };
}
