/** Writes docs/record.md from the columns table; `--check` only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { COLUMN_NAMES, COLUMNS, columnOf, duckdbType, RECORD_VERSION } from "../src/record/index.ts";

const page = new URL("../docs/record.md", import.meta.url);

function recordPage(): string {
  const rows = COLUMN_NAMES.map((name) => {
    const column = columnOf(name) ?? COLUMNS[name];
    const unit = column.unit ?? "";
    return `| \`${name}\` | \`${duckdbType(column.shape).replaceAll('"', "")}\` | ${unit} | ${column.pii ? "yes" : ""} | ${column.doc} |`;
  });
  return [
    "# The CallRecord",
    "",
    `Made from \`src/record/columns.ts\` by \`node scripts/record-page.ts\`. Record version ${RECORD_VERSION}.`,
    'Null means "not known", never 0. Times are UTC.',
    "",
    "| column | type | unit | personal | meaning |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== recordPage()) {
    console.error("docs/record.md is not what src/record/columns.ts says; run: node scripts/record-page.ts");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, recordPage());
}
