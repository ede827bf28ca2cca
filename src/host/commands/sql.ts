/** `call-lake sql`: one statement over the views, or a prompt; of the data folder here, or of a server. */
import { text } from "node:stream/consumers";
import { type Command, EXIT, type Given, print, stopSignal, tell, UsageError } from "../command.ts";
import { printRows, type SqlMode } from "../sql-print.ts";
import { historyFile, runPrompt } from "../sql-prompt.ts";
import { openFolder, openRemote, type SqlSource } from "../sql-source.ts";

export const command: Command = {
  summary: "ask SELECTs over the views calls, messages, turns and tool_calls",
  usage: `call-lake sql [--csv | --json] [--dir DIR | --remote URL] ["SELECT …"]

The statement is DuckDB's SQL; without one it is read from stdin, and on a terminal there is a prompt. Calls whose end
is durable are in the answer before they are in Parquet. A table by default; --csv for files, --json for one JSON
object a line. docs/sql.md has the columns and thirty questions.

--remote URL      asks the API mounted there (http://127.0.0.1:8787/api/calls) instead of a folder: 10,000 rows at most
--header TEXT     a header for it, such as "authorization: Bearer …" (repeatable); better as CALL_LAKE_HEADER
--user NAME       for HTTP Basic, default admin; the password is CALL_HISTORY_PASSWORD`,
  options: {
    csv: { type: "boolean", default: false },
    remote: { type: "string" },
    header: { type: "string", multiple: true },
    user: { type: "string" },
  },
  async run(given) {
    if (given.json && given.flag("csv")) throw new UsageError("Either --csv or --json.");
    const mode: SqlMode = given.json ? "json" : given.flag("csv") ? "csv" : "table";
    if (given.positionals.length > 1) throw new UsageError("The statement is one argument: put it in quotes.");
    const [statement] = given.positionals;
    const prompting = statement === undefined && process.stdin.isTTY && process.stdout.isTTY;
    if (prompting && mode !== "table") throw new UsageError("At the prompt: .mode csv, or .mode json.");
    const asked = prompting ? "" : await statementOf(statement);
    const source = await sourceOf(given);
    try {
      if (prompting) {
        const { stdin: input, stdout: output } = process;
        await runPrompt({ source, input, output, terminal: true, history_file: historyFile(process.env) });
      } else {
        const answer = await source.ask(asked, stopSignal());
        const width = process.stdout.isTTY ? process.stdout.columns : undefined;
        await printRows(answer, mode, print, width);
        if (answer.truncated) tell("There are more rows than a server gives at once: add a LIMIT, or ask the folder.");
      }
    } finally {
      await source.close();
    }
    return EXIT.ok;
  },
};

async function statementOf(given: string | undefined): Promise<string> {
  const statement =
    given === undefined || given === "-" ? (process.stdin.isTTY ? "" : await text(process.stdin)) : given;
  if (statement.trim() === "") throw new UsageError('A statement is needed, such as "SELECT count(*) FROM calls".');
  return statement;
}

async function sourceOf(given: Given): Promise<SqlSource> {
  const url = given.text("remote");
  if (url === undefined) {
    given.requireFolder();
    return openFolder(given.dir, tell);
  }
  if (given.text("dir") !== undefined) throw new UsageError("Either --dir or --remote.");
  if (!/^https?:\/\//.test(url))
    throw new UsageError(
      `--remote is an address such as http://127.0.0.1:8787/api/calls; it is ${JSON.stringify(url)}.`,
    );
  const headers = [...given.texts("header"), ...[process.env["CALL_LAKE_HEADER"] ?? ""].filter((one) => one !== "")];
  const password = given.config.password || undefined;
  return openRemote({ url, headers, user: given.text("user") ?? "admin", password });
}
