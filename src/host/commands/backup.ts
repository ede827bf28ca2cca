/** `call-lake backup`: a whole, checked copy of the data folder while everything goes on. */
import { backup } from "../../etl/index.ts";
import { type Command, EXIT, print, stopSignal, tell, UsageError } from "../command.ts";
import { Progress } from "../progress.ts";

const MEGABYTE = 1_000_000;

export const command: Command = {
  summary: "copy the data folder, consistent and checked, while calls go on",
  usage: `call-lake backup --to DIR [--keep N] [--link] [--dir DIR]

--to DIR    the folder of backups; each one is a folder named after its time, and a data folder of its own
--keep N    older backups go once this one is whole and in order
--link      the Parquet files get a second name instead of a copy (the same file system; no help if the disk fails)

Files the last backup in DIR has already are not copied again. Exit code 1 if the copy is not in order.`,
  options: { to: { type: "string" }, keep: { type: "string" }, link: { type: "boolean", default: false } },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const to = given.text("to");
    if (to === undefined) throw new UsageError("--to says where the backups go.");
    const keep = given.whole("keep", 1, 10_000);
    const progress = new Progress("Backup", 0, "MB");
    const report = await backup(given.dir, {
      to,
      link: given.flag("link"),
      ...(keep === undefined ? {} : { keep }),
      signal: stopSignal(),
      on_progress: (bytes, all) => progress.at(bytes / MEGABYTE, all / MEGABYTE),
      log: tell,
    });
    progress.close();
    if (!given.json) for (const { where, what } of report.problems) print(`WRONG  ${where}: ${what}`);
    const copied = (report.copied_bytes / MEGABYTE).toFixed(1);
    given.report(
      report,
      `${report.lake_calls} calls in Parquet and ${report.journal_calls} in the journal are in ${report.path} ` +
        `(${report.files} files, ${(report.bytes / MEGABYTE).toFixed(1)} MB, ${copied} MB copied now). ` +
        (report.problems.length === 0 ? "It is in order." : `${report.problems.length} things are wrong.`),
    );
    return report.problems.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
