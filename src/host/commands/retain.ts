/** `call-lake retain`: days older than the horizon leave the lake. */
import { retain } from "../../etl/index.ts";
import { type Command, EXIT } from "../command.ts";

export const command: Command = {
  summary: "drop days older than the retention now (the etl does it by itself)",
  usage: `call-lake retain [--days N] [--dir DIR]

--days N    how many days are kept (CALL_HISTORY_RETENTION_DAYS); 0 keeps all`,
  options: { days: { type: "string" } },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const days = given.whole("days", 0, 36_500) ?? given.config.retention_days;
    const report = await retain(given.dir, { days });
    given.report(
      report,
      report.days.length === 0
        ? "No day is older than that."
        : `Dropped ${report.days.length} days: ${report.days.join(", ")}.`,
    );
    return EXIT.ok;
  },
};
