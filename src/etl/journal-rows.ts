/** The finished calls of the journal's segments, as the etl takes them. */

import type { CallRecord } from "../record/index.ts";
import { unlessCode } from "../store/fs.ts";
import { CallFold, lostRecord } from "../store/journal/fold.ts";
import { isSealed, listSegments, listWriters, readSegment } from "../store/journal/reader.ts";
import { eventsOfOpen } from "../store/journal/taken-over.ts";
import type { Row } from "./write-rows.ts";

export interface SegmentRows {
  readonly rows: Row[];
  /** Whole lines that were not valid. */
  readonly invalid: number;
}

/**
 * The calls that ended in a segment; `closing` adds those still open as lost, for the last segment of a sealed writer,
 * but for those that another writer holds with all their events: it has gone on with them.
 */
export async function rowsOfSegment(
  dir: string,
  writer: string,
  segment: number,
  closing: boolean,
  heldElsewhere: ReadonlyMap<string, number> = new Map(),
): Promise<SegmentRows> {
  const { lines, invalid } = await readSegment(dir, writer, segment);
  const fold = new CallFold();
  for (const line of lines) fold.apply(line);
  const records: CallRecord[] = [...fold.ended.values()];
  const events = closing && heldElsewhere.size > 0 ? eventsOfOpen(lines) : new Map<string, number>();
  for (const call of closing ? fold.open.values() : []) {
    const goesOn = (heldElsewhere.get(call.id) ?? -1) >= (events.get(call.id) ?? 0);
    if (!goesOn) records.push(lostRecord(call, writer));
  }
  return { rows: records.map((record) => ({ id: record.id, rev: record.rev, record })), invalid };
}

export interface JournalRow {
  readonly writer: string;
  readonly segment: number;
  readonly record: CallRecord;
}

/** Every finished call in every segment, the open ones included. A segment that goes away meanwhile is left out. */
export async function* journalRows(dir: string): AsyncGenerator<JournalRow> {
  for (const writer of await listWriters(dir)) {
    const sealed = await isSealed(dir, writer);
    const segments = await listSegments(dir, writer);
    for (const segment of segments) {
      const closing = sealed && segment === segments.at(-1);
      const found = await unlessCode(rowsOfSegment(dir, writer, segment, closing), "ENOENT");
      for (const row of found?.rows ?? []) yield { writer, segment, record: row.record as CallRecord };
    }
  }
}

/** Whether any segment holds a row of these ids below these revs. */
export async function journalHolds(dir: string, ids: ReadonlyMap<string, number>): Promise<boolean> {
  for await (const { record } of journalRows(dir)) if (record.rev < (ids.get(record.id) ?? -1)) return true;
  return false;
}
