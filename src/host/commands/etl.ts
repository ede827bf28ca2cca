/** `call-lake etl`: the loop that turns the journal into Parquet, or one round of it for cron. */
import { runEtl } from "../../etl/index.ts";
import { type Command, EXIT, stopSignal, tell } from "../command.ts";
import { rulesIn } from "../config.ts";

export const command: Command = {
  summary: "publish the journal as Parquet, compact and retain: as a loop, or once for cron",
  usage: `call-lake etl [--once] [--dir DIR]

Without --once it runs until Ctrl-C or SIGTERM, every CALL_HISTORY_PUBLISH_SECONDS.
--once      everything that can be published now, then end`,
  options: { once: { type: "boolean", default: false } },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const { dir, publish_seconds, retention_days } = given.config;
    const retention_rules = rulesIn(given.config);
    const once = given.flag("once");
    await runEtl({ dir, publish_seconds, retention_days, retention_rules, once, signal: stopSignal(), log: tell });
    given.report({ dir, done: true }, once ? "Everything that could be published is published." : "Stopped.");
    return EXIT.ok;
  },
};
