/** `call-lake retain`: what has expired by the rules leaves the lake. */
import { type RetainReport, retain } from "../../etl/index.ts";
import { type Command, EXIT, stopSignal, tell } from "../command.ts";
import { rulesIn } from "../config.ts";
import { Progress } from "../progress.ts";

export const command: Command = {
  summary: "drop what has expired by the rules now (the etl does it by itself)",
  usage: `call-lake retain [--dry-run] [--yes] [--days N] [--dir DIR]

The rules are CALL_HISTORY_RETENTION_DAYS and CALL_HISTORY_RETENTION_RULES, or retention.json of the data folder
(docs/retention.md). What a hold keeps stays.

--days N    how many days are kept, instead of CALL_HISTORY_RETENTION_DAYS; 0 keeps all
--dry-run   only tell what would go
--yes       also when it is so much that the clock or a rule may be wrong

Ctrl-C stops it between two days; what is dropped by then stays so. Exit code 1 if it was refused.`,
  options: {
    days: { type: "string" },
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
  },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const days = given.whole("days", 0, 36_500) ?? given.config.retention_days;
    const dry_run = given.flag("dry-run");
    const rules = rulesIn(given.config);
    const limits = { days, rules, dry_run, yes: given.flag("yes") };
    const progress = new Progress("Retention", 0, "days");
    const report = await retain(given.dir, limits, {
      log: given.json ? () => {} : tell,
      signal: stopSignal(),
      on_progress: (days, all) => progress.at(days, all),
    });
    progress.clear();
    given.report(report, wordsOf(report, dry_run));
    return report.refused === null ? EXIT.ok : EXIT.failed;
  },
};

function wordsOf(report: RetainReport, dryRun: boolean): string {
  const { days, gone, held, bytes, by_rule, rewritten, refused } = report;
  if (refused !== null && !dryRun) return "Nothing was dropped.";
  const [drop, empty, free] = dryRun ? ["Would drop", "would empty", "at least"] : ["Dropped", "emptied", "about"];
  const untouched = gone.calls + gone.transcript + gone.recordings + days.length === 0;
  const lines = untouched
    ? ["Nothing has expired."]
    : [
        `${drop} ${gone.calls} calls, ${empty} ${gone.transcript} transcripts and the recordings of ${gone.recordings}; ${free} ${(bytes / 1e6).toFixed(1)} MB less in calls/.`,
        ...(days.length > 0 ? [`Whole days: ${days.join(", ")}.`] : []),
        ...(rewritten > 0 ? [`Files written anew: ${rewritten}.`] : []),
        ...Object.entries(by_rule).map(([rule, calls]) => `  ${calls} by "${rule}"`),
      ];
  if (held > 0) lines.push(`${held} calls are held and stay.`);
  if (refused !== null) lines.push(`Without --yes it would be refused: ${refused}`);
  return lines.join("\n");
}
