/** Records of our own as JSON: what the API and `call-lake export` give; ids and revisions are kept. */
import { isPlain } from "../../record/json.ts";
import { measure, piecesOf } from "./input.ts";
import { jsonValues } from "./json-values.ts";
import type { Item, Place, Source, ToldCall } from "./source.ts";

export const ndjson: Source = {
  summary: "records of our own as JSON lines (or an array), such as an export",
  mapping: [["each column of docs/record.md", "the same; id and rev are kept"]],
  in_time_order: false,
  keeps_ids: true,
  async *read({ from, meter }) {
    await measure(from, meter);
    for (const file of from)
      for await (const { value, number, problem } of jsonValues(piecesOf(file, meter)))
        yield problem === undefined
          ? ownRecord(value, { file, line: number })
          : { place: { file, line: number }, rows: 1, reason: problem };
  },
};

/** A record as it was written; whether it is whole is seen when it is made ready. */
export function ownRecord(value: unknown, place: Place): Item {
  if (!isPlain(value)) return { place, rows: 1, reason: "It is no record: that is a JSON object." };
  return { place, rows: 1, columns: value as ToldCall["columns"] };
}
