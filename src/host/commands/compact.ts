/** `call-lake compact`: small files of a day become one. */
import { compact } from "../../etl/index.ts";
import { type Command, EXIT, stopSignal } from "../command.ts";
import { Progress } from "../progress.ts";

const MEGABYTE = 1_000_000;

export const command: Command = {
  summary: "merge small Parquet files now (the etl does it by itself)",
  usage: `call-lake compact [--memory 256MB] [--dir DIR]

--memory SIZE   DuckDB's memory; what does not fit goes to tmp/ of the data folder

It works beside engines and queries. Ctrl-C stops after the merge that is under way; the next run goes on.`,
  options: { memory: { type: "string" } },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const memory_limit = given.memory();
    const progress = new Progress("Merging", 0, "MB");
    const report = await compact(given.dir, {
      ...(memory_limit === undefined ? {} : { memory_limit }),
      signal: stopSignal(),
      on_progress: (bytes, all) => progress.at(bytes / MEGABYTE, all / MEGABYTE),
    });
    if (report.merged > 0) progress.close();
    given.report(
      report,
      report.merged === 0 ? "There was nothing to merge." : `Merged ${report.merged} files into ${report.into}.`,
    );
    return EXIT.ok;
  },
};
