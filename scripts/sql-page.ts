/** Writes docs/sql.md from the columns table and the cookbook; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { scopeOf, sqlSchema } from "../src/query/index.ts";
import { COOKBOOK } from "./sql-cookbook.ts";

const page = new URL("../docs/sql.md", import.meta.url);

const HEAD = `# SQL

Made from \`src/record/columns.ts\` and \`scripts/sql-cookbook.ts\` by \`node scripts/sql-page.ts\`.

Four views, the same everywhere: \`calls\` (one row a call), \`messages\`, \`turns\` and \`tool_calls\` (one row an element, with the call's id, call_id and start_time). Null means "not known", never 0. Times are UTC; \`start_time_local\` is the call's own clock. \`day\` is the UTC day of start_time: a condition on it reads only those days' files.

| from where | how | what it sees |
|---|---|---|
| a terminal | \`call-lake sql\`: a prompt with history and completion, or one statement; \`--csv\`, \`--json\` | every call whose end is durable |
| a terminal elsewhere | \`call-lake sql --remote https://panel.example.com/api/calls\` | the same, within the server's limits and your tenant |
| the panel, scripts | \`POST /sql\`, as JSON or Arrow ([api.md](api.md)) | the same |
| the duckdb command line | \`cd data && duckdb -init calls.sql\` | what is published, right also during compaction and erasure |
| ClickHouse, Spark, pandas, hyparquet … | \`calls/*/*.parquet\` with schemas joined by name | what is published; see [lake-layout.md](lake-layout.md) for the milliseconds in which a plain glob sees a file twice |

Where speed matters: name the columns you need, put a condition on \`day\`, take latencies from \`turn_latencies_ms\` and counts from the counted columns instead of from nested text.
`;

function typeOf(type: string): string {
  return type.replaceAll('"', "").replaceAll("|", "\\|");
}

function sqlPage(): string {
  const views = sqlSchema(scopeOf({ read_pii: true })).views.map((view) =>
    [
      `### ${view.name}`,
      "",
      view.doc,
      "",
      "| column | type | meaning |",
      "|---|---|---|",
      ...view.columns.map(({ name, type, doc }) => `| \`${name}\` | \`${typeOf(type)}\` | ${doc} |`),
      "",
    ].join("\n"),
  );
  const questions = COOKBOOK.map(
    ({ question, sql }, index) => `### ${index + 1}. ${question}\n\n\`\`\`sql\n${sql};\n\`\`\`\n`,
  );
  return [HEAD, `## ${COOKBOOK.length} questions\n`, ...questions, "## The views\n", ...views].join("\n");
}

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== sqlPage()) {
    console.error("docs/sql.md is not what its sources say; run: node scripts/sql-page.ts");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, sqlPage());
}
