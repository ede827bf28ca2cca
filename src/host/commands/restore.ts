/** `call-lake restore`: a backup becomes a data folder again, every byte checked. */
import { restore } from "../../etl/index.ts";
import { type Command, EXIT, print, stopSignal, UsageError } from "../command.ts";
import { Progress } from "../progress.ts";

const MEGABYTE = 1_000_000;

export const command: Command = {
  summary: "make a data folder of a backup",
  usage: `call-lake restore --from DIR --dir DIR

--from DIR   a backup, or a folder of backups, of which the newest is taken
--dir DIR    an empty folder, or one that is not there yet

Calls that were erased since the backup come back with it: erase them again (audit.jsonl of the lost folder says when
that was). Exit code 1 if something is not as it was backed up.`,
  options: { from: { type: "string" } },
  async run(given) {
    given.noPositionals();
    const [from, dir] = [given.text("from"), given.text("dir")];
    // Not by CALL_HISTORY_DIR or by default: where a history is put must be said.
    if (from === undefined || dir === undefined) throw new UsageError("--from and --dir are needed.");
    const progress = new Progress("Restore", 0, "MB");
    const report = await restore(dir, {
      from,
      signal: stopSignal(),
      on_progress: (bytes, all) => progress.at(bytes / MEGABYTE, all / MEGABYTE),
    });
    progress.close();
    if (!given.json) for (const { where, what } of report.problems) print(`WRONG  ${where}: ${what}`);
    given.report(
      report,
      `${report.lake_calls} calls in Parquet and ${report.journal_calls} in the journal are in ${dir}, as they were at ${report.at}. ` +
        (report.problems.length === 0
          ? "Everything is in order; `call-lake etl --once` publishes the journal and makes the sums and the search index."
          : `${report.problems.length} things are wrong.`),
    );
    return report.problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
