/** The rule for spreadsheet formulas: DuckDB and TypeScript judge every cell alike. */
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { expect, it } from "vitest";
import { cellSql, cellText } from "../../src/query/export/formula.ts";

const KNOWN: readonly (readonly [string, string])[] = [
  ["=1+1", "'=1+1"],
  [" \t=1", "' \t=1"],
  ["\u00A0-1", "'\u00A0-1"],
  ["＝1", "'＝1"],
  ["\r", "'\r"],
  ["+15550100", "+15550100"],
  ["+15550100 ", "'+15550100 "],
  ["a=1", "a=1"],
  ["", ""],
];

it("puts an apostrophe before what would be a formula, here as in DuckDB", async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const sign = fc.constantFrom(..."=+-@＝＋－＠ \t\n\r\v\f\u00A0\u2003a1'\"", "😀");
  const random = fc.sample(
    fc.array(sign, { maxLength: 6 }).map((signs) => signs.join("")),
    500,
  );
  const texts = [...KNOWN.map(([text]) => text), ...random];
  const reader = await connection.runAndReadAll(
    `SELECT ${cellSql("c")} FROM (SELECT unnest(CAST(? AS JSON)::VARCHAR[]) AS c)`,
    [JSON.stringify(texts)],
  );
  expect(reader.getRows().map(([cell]) => cell)).toEqual(texts.map(cellText));
  expect(KNOWN.map(([text]) => cellText(text))).toEqual(KNOWN.map(([, cell]) => cell));
  connection.closeSync();
  instance.closeSync();
});
