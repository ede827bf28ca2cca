/** `call-lake sql`: one statement over the views, fresh rows of the journal included. */
import { text } from "node:stream/consumers";
import { openCallLake, type SqlAnswer } from "../../query/index.ts";
import { type Command, EXIT, print, stopSignal, tell, UsageError } from "../command.ts";
import { csvLine, TextTable } from "../text-table.ts";

export const command: Command = {
  summary: "ask one SELECT over the views calls, messages, turns and tool_calls",
  usage: `call-lake sql [--csv | --json] [--dir DIR] "SELECT …"

The statement is DuckDB's SQL; without one it is read from stdin. Calls whose end is durable are in the answer
before they are in Parquet. A table by default; --csv for files, --json for one JSON object a line.`,
  options: { csv: { type: "boolean", default: false } },
  async run(given) {
    given.requireFolder();
    if (given.json && given.flag("csv")) throw new UsageError("Either --csv or --json.");
    const statement = await statementOf(given.positionals);
    const signal = stopSignal();
    const lake = await openCallLake({ dir: given.dir, engine: "in-process", log: tell });
    try {
      const answer = await lake.sql(statement, signal);
      if (given.json) for await (const row of answer.rows) print(JSON.stringify(row));
      else if (given.flag("csv")) await printCsv(answer);
      else await printTable(answer);
    } finally {
      await lake.close();
    }
    return EXIT.ok;
  },
};

async function statementOf(positionals: readonly string[]): Promise<string> {
  if (positionals.length > 1) throw new UsageError("The statement is one argument: put it in quotes.");
  const [given] = positionals;
  const statement =
    given === undefined || given === "-" ? (process.stdin.isTTY ? "" : await text(process.stdin)) : given;
  if (statement.trim() === "") throw new UsageError('A statement is needed, such as "SELECT count(*) FROM calls".');
  return statement;
}

async function printCsv({ columns, rows }: SqlAnswer): Promise<void> {
  print(csvLine(columns.map((column) => column.name)));
  for await (const row of rows) print(csvLine(columns.map((column) => row[column.name])));
}

async function printTable({ columns, rows }: SqlAnswer): Promise<void> {
  const table = new TextTable(columns, print);
  for await (const row of rows) table.add(columns.map((column) => row[column.name]));
  table.close();
}
