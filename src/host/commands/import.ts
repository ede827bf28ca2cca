/** `call-lake import`: recorded calls of elsewhere, through the hook. */
import { type Command, EXIT, stopSignal, tell, UsageError } from "../command.ts";
import { importConversations } from "../import-conversations.ts";
import { Progress } from "../progress.ts";

export const command: Command = {
  summary: "bring in calls recorded elsewhere",
  usage: `call-lake import conversations FILE… [--dir DIR]

conversations   NDJSON (or .gz), one a line: {source, source_id, language, messages[{role, content, offset_ms}],
                tool_calls[{name, params, result, success, after_message}], meta}

Each becomes a call with source "import:<source>"; the same conversation has the same id in every run.
\`call-lake etl --once\` then makes Parquet of them. Exit code 1 if any could not be imported.`,
  options: {},
  async run(given) {
    const [kind, ...files] = given.positionals;
    if (kind !== "conversations") {
      throw new UsageError(
        `The kind to import is "conversations"; it is ${kind === undefined ? "missing" : JSON.stringify(kind)}.`,
      );
    }
    if (files.length === 0) throw new UsageError("Name at least one file.");
    const progress = new Progress("Import", 0, "calls");
    const report = await importConversations({
      dir: given.dir,
      files,
      signal: stopSignal(),
      onProgress: (durable) => progress.at(durable),
    });
    progress.close();
    for (const problem of report.problems) tell(problem);
    const { read, durable, messages, tool_calls, failed } = report;
    given.report(
      report,
      `${durable} of ${read} conversations are durable (${messages} messages, ${tool_calls} tool calls); ${failed} failed.`,
    );
    return failed === 0 && durable === read ? EXIT.ok : EXIT.failed;
  },
};
