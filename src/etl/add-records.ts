/** Records straight into Parquet, for importers and the demo's history: no journal, the same publish primitive. */
import type { CallRecord } from "../record/index.ts";
import { type JobOptions, runJob } from "./job.ts";
import { noRows, publishRows } from "./publish-rows.ts";
import type { Row } from "./write-rows.ts";

/**
 * Adds the records as what `writer` put into `segment`, one file a day, and returns how many rows were written.
 * All are held in memory: give some thousands at a time, under ascending segments. The same (writer, segment) again
 * adds nothing for a day that is there; calls the lake has in the same or a higher revision are left out.
 */
export async function addRecords(
  dir: string,
  writer: string,
  segment: number,
  records: Iterable<CallRecord> | AsyncIterable<CallRecord>,
  options: JobOptions = {},
): Promise<number> {
  const rows: Row[] = [];
  for await (const record of records) rows.push({ id: record.id, rev: record.rev, record });
  return runJob(dir, options, async (job) => {
    const counts = noRows();
    await publishRows(job, writer, segment, rows, counts);
    return counts.rows;
  });
}
