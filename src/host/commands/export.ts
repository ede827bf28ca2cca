/** `call-lake export`: the calls under a filter as files, in bounded memory. */
import { stat } from "node:fs/promises";
import { FILTER_PARAMETERS, openCallLake, parseColumns, parseFilter, parseFormat, scopeOf } from "../../query/index.ts";
import { type Command, EXIT, type Given, stopSignal, tell, UsageError } from "../command.ts";
import { exportToFile, exportToFolder } from "../export-files.ts";
import { Progress } from "../progress.ts";

const MEGABYTE = 1_000_000;

const FILTER_OPTIONS = Object.fromEntries(
  FILTER_PARAMETERS.map((name) => [name, { type: "string", multiple: true } as const]),
);

export const command: Command = {
  summary: "write the calls under a filter as Parquet, CSV, NDJSON, JSON or Arrow",
  usage: `call-lake export --to FILE|DIR/ [--format FORMAT] [--columns a,b,c] [FILTER] [--dir DIR]

--to FILE       one file, the newest calls first (Parquet: in no order)
--to DIR/       one file a day. With all columns as Parquet the folder is a data folder of its own, for every tool and
                for call-lake itself; else DIR/2026-11-21.csv
--format        parquet (default), csv, ndjson, json, arrow; FILE's ending says it too
--columns       default all; csv: those that are no lists

FILTER is the API's, each as often as you like: ${FILTER_PARAMETERS.map((name) => `--${name}`).join(" ")}
  call-lake export --to slice/ --client_id acme --start_date 2026-11-01 --where cost_total:gt:0.5`,
  options: { to: { type: "string" }, format: { type: "string" }, columns: { type: "string" }, ...FILTER_OPTIONS },
  async run(given) {
    given.noPositionals();
    given.requireFolder();
    const to = given.text("to");
    if (to === undefined || to === "") throw new UsageError("--to says where the calls go.");
    const folder = /[/\\]$/.test(to) || (await isFolder(to));
    const format = parseFormat(given.text("format") ?? (folder ? "parquet" : endingOf(to)));
    const columns = parseColumns(given.text("columns") ?? null, format);
    const filter = parseFilter(filterOf(given), given.config.time_zone);
    const signal = stopSignal();
    const lake = await openCallLake({
      dir: given.dir,
      engine: "in-process",
      memory_limit: "512MB",
      threads: 2,
      log: tell,
    });
    try {
      const scope = scopeOf({ read_pii: true });
      const progress = folder
        ? new Progress("Export", await lake.count(filter, scope, signal), "calls")
        : new Progress("Export", 0, "MB");
      const question = { filter, format, columns };
      const on_progress = (done: number) => progress.at(folder ? done : done / MEGABYTE);
      const exporting = { lake, scope, signal, on_progress };
      const report = await (folder ? exportToFolder : exportToFile)(question, to, exporting);
      progress.close();
      given.report(report, `${report.calls} calls are in ${to} (${report.files} files, ${report.bytes} bytes).`);
    } finally {
      await lake.close();
    }
    return EXIT.ok;
  },
};

function filterOf(given: Given): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of FILTER_PARAMETERS) for (const value of given.texts(name)) params.append(name, value);
  return params;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

/** What a file's ending says of its format; parquet where it says nothing. */
function endingOf(path: string): string {
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "parquet";
  return ending === "jsonl" ? "ndjson" : ending;
}
