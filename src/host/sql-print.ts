/** An answer's rows as a table, CSV or JSON lines. */
import type { SqlRows } from "./sql-source.ts";
import { csvLine, TextTable } from "./text-table.ts";

export const SQL_MODES = ["table", "csv", "json"] as const;
export type SqlMode = (typeof SQL_MODES)[number];

/** Prints the rows as they come; returns how many there were. `width`: characters of a line, for tables. */
export async function printRows(
  { columns, rows }: SqlRows,
  mode: SqlMode,
  print: (line: string) => void,
  width?: number,
): Promise<number> {
  let count = 0;
  const table = mode === "table" ? new TextTable(columns, print, width) : null;
  if (mode === "csv") print(csvLine(columns.map((column) => column.name)));
  for await (const row of rows) {
    count++;
    if (mode === "json") print(JSON.stringify(row));
    else {
      const values = columns.map((column) => row[column.name]);
      if (table) table.add(values);
      else print(csvLine(values));
    }
  }
  table?.close();
  return count;
}
