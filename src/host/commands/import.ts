/** `call-lake import`: calls recorded elsewhere, straight to Parquet; safe to kill, and to repeat. */
import { resolve } from "node:path";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isTimeZone } from "../../record/time.ts";
import { type Command, EXIT, type Given, print, stopSignal, tell, UsageError } from "../command.ts";
import { type ImportOptions, type ImportReport, importCalls, sampleCalls } from "../import/import-calls.ts";
import { isKind, KINDS, type Kind } from "../import/kinds.ts";
import { Progress } from "../progress.ts";

const KIND_LINES = Object.entries(KINDS).map(([kind, { summary }]) => `  ${kind.padEnd(15)}${summary}`);

export const command: Command = {
  summary: "bring in calls recorded elsewhere",
  usage: `call-lake import KIND FILE… [--dry-run] [OPTIONS]

${KIND_LINES.join("\n")}

Files may be packed (.gz, .zst). The same source again changes nothing; one that has grown adds what is new; a call
that was recorded live already (same source and call_id, about the same time) is left as it is. An import that was
killed or stopped by Ctrl-C goes on when it is started again.

--dry-run          what would become of the fields, and ten sample records; nothing is written
--time-zone ZONE   the clock of times that name no zone, e.g. Pacific/Auckland (UTC)
--client-id ID     the tenant of calls that name none
--source NAME      the source of all calls, in place of the kind's own; decides with call_id which calls are the same
--currency CODE    the currency of money that names none, e.g. USD (not known)
--again            also calls and people that were erased here on request, which are left out otherwise
--rejects FILE     where rows go that are no call, with line and reason (rejects-KIND-<time>.ndjson, here)

Exit code 1 if a row was rejected; 130 if it was stopped.`,
  options: {
    "dry-run": { type: "boolean", default: false },
    again: { type: "boolean", default: false },
    "time-zone": { type: "string" },
    "client-id": { type: "string" },
    source: { type: "string" },
    currency: { type: "string" },
    rejects: { type: "string" },
  },
  async run(given) {
    const [kind, ...from] = given.positionals;
    if (kind === undefined || !isKind(kind)) {
      const what = kind === undefined ? "missing" : JSON.stringify(kind);
      throw new UsageError(`The kind to import is one of ${Object.keys(KINDS).join(", ")}; it is ${what}.`);
    }
    if (from.length === 0) throw new UsageError("Name at least one file.");
    const options = { ...optionsOf(given, kind), from };
    return given.flag("dry-run") ? dryRun(given, options) : run(given, options);
  },
};

function optionsOf(given: Given, kind: Kind): Omit<ImportOptions, "from"> {
  const zone = given.text("time-zone");
  if (zone !== undefined && !isTimeZone(zone))
    throw new UsageError(
      `--time-zone must be an IANA time zone such as Pacific/Auckland; it is ${JSON.stringify(zone)}.`,
    );
  const currency = given.text("currency");
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency))
    throw new UsageError(`--currency must be a code of three letters such as USD; it is ${JSON.stringify(currency)}.`);
  const [source, client_id] = [given.text("source"), given.text("client-id")];
  return {
    dir: given.dir,
    kind,
    retention_days: given.config.retention_days,
    again: given.flag("again"),
    ...(zone === undefined ? {} : { zone }),
    ...(currency === undefined ? {} : { currency }),
    ...(source ? { source } : {}),
    ...(client_id ? { client_id } : {}),
  };
}

async function dryRun(given: Given, options: ImportOptions): Promise<number> {
  const { mapping } = KINDS[options.kind];
  const { records, problems } = await sampleCalls(options);
  if (given.json) {
    print(
      JSON.stringify({ kind: options.kind, mapping: mapping.map(([from, to]) => ({ from, to })), records, problems }),
    );
  } else {
    const width = Math.min(60, Math.max(...mapping.map(([from]) => from.length)));
    print(`${options.kind}: what becomes of the fields\n`);
    for (const [from, to] of mapping) print(`  ${from.padEnd(width)}  ->  ${to}`);
    print(`\nThe first ${records.length} records (null columns left out); nothing was written:\n`);
    for (const record of records) print(JSON.stringify(record, (_, value) => value ?? undefined, 2));
    for (const problem of problems) tell(problem);
  }
  return records.length > 0 ? EXIT.ok : EXIT.failed;
}

async function run(given: Given, options: ImportOptions): Promise<number> {
  const rejects_file = resolve(given.text("rejects") ?? `rejects-${options.kind}-${stamp()}.ndjson`);
  const bars = new Map<string, Progress>();
  const report = await importCalls({
    ...options,
    rejects_file,
    signal: stopSignal(),
    onLot: collector(),
    log: tell,
    onProgress: (phase, done, total, unit) => {
      const [one, shown] = unit === "bytes" ? [1e6, "MB"] : [1, unit];
      if (!bars.has(phase)) for (const bar of bars.values()) bar.close();
      const bar = bars.get(phase) ?? new Progress(phase, total / one, shown);
      bars.set(phase, bar);
      bar.at(done / one, total / one);
    },
  });
  [...bars.values()].at(-1)?.close();
  for (const problem of report.problems) tell(problem);
  given.report(report, words(report));
  if (report.interrupted) return EXIT.stopped;
  return report.rows_rejected === 0 ? EXIT.ok : EXIT.failed;
}

function words(report: ImportReport): string {
  const others = (["unchanged", "recorded_already", "repeated", "too_old"] as const)
    .filter((name) => report[name] > 0)
    .map((name) => `${report[name]} ${name.replaceAll("_", " ")}`);
  if (report.erased > 0) others.push(`${report.erased} left out, erased on request (--again brings them)`);
  const sentences = [
    `${report.rows_read} rows gave ${report.calls} calls: ${[`${report.added} added`, `${report.updated} updated`, ...others].join(", ")}.`,
  ];
  if (report.rows_rejected > 0)
    sentences.push(
      `${report.rows_rejected} rows were rejected${report.rejects_file ? `: see ${report.rejects_file}` : ""}.`,
    );
  if (report.interrupted) sentences.push("It was stopped before its end; start it again to go on.");
  return sentences.join(" ");
}

/** What written lots may leave behind before it is collected: two of them, about. Each time costs as much as 50 calls. */
const GARBAGE_BYTES_MAX = 24 * 1024 * 1024;

/** Collects what written lots leave behind. Left alone, V8 lets hundreds of MB of it lie before it looks. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const used = () => getHeapStatistics().used_heap_size;
  let least = used();
  return () => {
    if (used() - least < GARBAGE_BYTES_MAX) return;
    collect();
    least = used();
  };
}

const stamp = () => new Date().toISOString().replace(/[-:]|\.\d+Z$/g, "");
