/** `call-lake compact`: small files of a day become one. */
import { compact } from "../../etl/index.ts";
import { type Command, EXIT } from "../command.ts";

export const command: Command = {
  summary: "merge small Parquet files now (the etl does it by itself)",
  usage: "call-lake compact [--dir DIR]",
  options: {},
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const report = await compact(given.dir);
    given.report(
      report,
      report.merged === 0 ? "There was nothing to merge." : `Merged ${report.merged} files into ${report.into}.`,
    );
    return EXIT.ok;
  },
};
