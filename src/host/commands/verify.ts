/** `call-lake verify`: reads a whole data folder and says what is wrong where. */
import { verify } from "../../etl/index.ts";
import { type Command, EXIT, print, stopSignal } from "../command.ts";
import { Progress } from "../progress.ts";

export const command: Command = {
  summary: "check every journal line and every Parquet file of a data folder",
  usage: `call-lake verify [--dir DIR]

Checks CRCs, ranges, days, counts and that every file can be read. Exit code 1 if something is wrong.`,
  options: {},
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const progress = new Progress("Checking", 0, "days");
    const report = await verify(given.dir, {
      signal: stopSignal(),
      on_progress: (days, all) => progress.at(days, all),
    });
    progress.clear();
    if (given.json) print(JSON.stringify(report));
    else {
      for (const { where, what } of report.problems) print(`WRONG  ${where}: ${what}`);
      for (const { where, what } of report.notes) print(`note   ${where}: ${what}`);
      const { lake_calls, files, days, journal_calls, segments } = report.counts;
      print(
        `${lake_calls} calls in ${files} files of ${days} days; ${journal_calls} finished calls in ${segments} journal segments.`,
      );
      print(report.ok ? "Everything is in order." : `${report.problems.length} things are wrong.`);
    }
    return report.ok ? EXIT.ok : EXIT.failed;
  },
};
