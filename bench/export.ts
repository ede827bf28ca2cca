/** Exports of a whole history through the real router, beside DuckDB's own COPY: time, processor and memory. `--calls N --dir DIR --formats csv,arrow`. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { serve } from "@hono/node-server";
import { createCallHistoryApi } from "../src/api/index.ts";
import { openCallLake } from "../src/query/index.ts";
import { COLUMN_NAMES, COLUMNS } from "../src/record/index.ts";
import { listFiles } from "../src/store/lake/listing.ts";
import { PARQUET_OPTIONS, quote } from "../src/store/lake/sql.ts";
import { type BenchRow, printRows, short } from "./kit.ts";
import { makeCalls } from "./make-calls.ts";

const FORMATS = ["csv", "ndjson", "json", "parquet", "arrow"] as const;
type Format = (typeof FORMATS)[number];

/** How DuckDB alone writes it; it has no Arrow. */
const COPIES: Readonly<Record<Format, string>> = {
  csv: "FORMAT csv, HEADER",
  ndjson: "FORMAT json, ARRAY false",
  json: "FORMAT json, ARRAY true",
  parquet: PARQUET_OPTIONS,
  arrow: "FORMAT json, ARRAY false",
};
const RATIO_MAX = 2;
const ABOVE_MB_MAX = 150;

/** What a process and its children have used up, as Linux counts it. */
interface Use {
  readonly cpu_seconds: number;
  readonly now_mb: number;
  readonly peak_mb: number;
}

const childrenOf = (pid: number): number[] => {
  const own = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
};

function usedBy(pid: number): Use {
  const sum = { cpu_seconds: 0, now_mb: 0, peak_mb: 0 };
  for (const one of [pid, ...childrenOf(pid)]) {
    const status = readFileSync(`/proc/${one}/status`, "utf8");
    const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
    // In ticks of 10 ms: user and system are the 14th and 15th of proc(5), after the name and the state.
    const times = readFileSync(`/proc/${one}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    sum.cpu_seconds += (Number(times[11]) + Number(times[12])) / 100;
    sum.now_mb += mb("VmRSS");
    sum.peak_mb += mb("VmHWM");
  }
  return sum;
}

/** From now on VmHWM is the peak of what comes. */
function forgetPeaks(pid: number): void {
  for (const one of [pid, ...childrenOf(pid)]) writeFileSync(`/proc/${one}/clear_refs`, "5");
}

/** A host with the API and its query child. */
async function host(dir: string): Promise<void> {
  const lake = await openCallLake({ dir });
  const api = createCallHistoryApi({ lake, allow_anonymous: true, dir });
  serve({ fetch: api.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send?.(port));
}

/** DuckDB alone, with as many threads and as much memory. */
async function copy(dir: string, format: Format, to: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "1GB" });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const flat = COLUMN_NAMES.filter(
    (name) => !["list", "map", "struct", "json"].includes(COLUMNS[name].shape.kind) || format !== "csv",
  );
  const paths = (await listFiles(dir)).map(({ path }) => quote(path)).join(", ");
  await connection.run(
    `COPY (SELECT ${flat.map((name) => `"${name}"`).join(", ")} FROM read_parquet([${paths}], hive_partitioning = false)) TO ${quote(to)} (${COPIES[format]})`,
  );
  connection.closeSync();
  instance.closeSync();
}

interface Ran {
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_mb: number;
}

/** Runs that role of this file in a process of its own until it has said something. */
async function started(...args: string[]): Promise<{ child: ChildProcess; said: unknown }> {
  const child = fork(import.meta.filename, args, { execArgv: ["--disable-warning=ExperimentalWarning"] });
  const said = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${String(code)}.`)));
  });
  return { child, said };
}

async function copied(dir: string, format: Format, to: string): Promise<Ran> {
  const { child, said } = await started("copy", dir, format, to);
  child.disconnect();
  return said as Ran;
}

interface Exported extends Ran {
  readonly idle_mb: number;
  readonly calls: number;
  readonly bytes: number;
}

/** One export over a socket, read to its end and thrown away. */
async function exported(dir: string, format: Format): Promise<Exported> {
  const { child, said: port } = await started("host", dir);
  const pid = child.pid ?? 0;
  try {
    const url = `http://127.0.0.1:${String(port)}`;
    await (await fetch(`${url}/?limit=50`)).arrayBuffer();
    forgetPeaks(pid);
    const idle = usedBy(pid);
    const began = performance.now();
    const response = await fetch(`${url}/export?format=${format}`);
    if (!response.ok || !response.body) throw new Error(`The export answered ${response.status}.`);
    let bytes = 0;
    for await (const piece of response.body) bytes += piece.length;
    const seconds = (performance.now() - began) / 1000;
    const use = usedBy(pid);
    return {
      ...{ seconds, bytes, calls: Number(response.headers.get("X-Total-Count")) },
      ...{ cpu_seconds: use.cpu_seconds - idle.cpu_seconds, peak_mb: use.peak_mb, idle_mb: idle.now_mb },
    };
  } finally {
    child.kill();
  }
}

/** Rows about one lake, made of so many calls where there is none. */
export async function rows(
  calls = 1_000_000,
  dir = join(tmpdir(), `call-lake-bench-export-${calls}`),
  formats: readonly Format[] = FORMATS,
): Promise<BenchRow[]> {
  if (!existsSync(join(dir, "format.json"))) {
    mkdirSync(dir, { recursive: true });
    await makeCalls({ calls, dir });
  }
  const out = mkdtempSync(join(tmpdir(), "call-lake-bench-copy-"));
  const rows: BenchRow[] = [];
  try {
    for (const format of formats) {
      const own = await copied(dir, format, join(out, "copy"));
      rmSync(join(out, "copy"));
      const ours = await exported(dir, format);
      const what = `${format}, ${short(ours.calls)} calls, ${short(ours.bytes / 1e6)} MB`;
      const beside = `COPY${format === "arrow" ? " as NDJSON" : ""}`;
      const above = ours.peak_mb - ours.idle_mb;
      const [ratio, cpuRatio] = [ours.seconds / own.seconds, ours.cpu_seconds / own.cpu_seconds];
      rows.push(
        {
          ...{ what, value: ours.seconds, unit: "s", bar: `<= ${RATIO_MAX}x`, ratio, ok: ratio <= RATIO_MAX },
          beside: `${beside} ${short(own.seconds)} s`,
        },
        {
          ...{ what: "  its processor time", value: ours.cpu_seconds, unit: "s", bar: "", ratio: cpuRatio, ok: true },
          beside: `${short(own.cpu_seconds)} s`,
        },
        {
          ...{ what: "  memory above idle", value: above, unit: "MB", bar: `<= ${ABOVE_MB_MAX}`, ratio: null },
          ...{ beside: `idle ${short(ours.idle_mb)} MB; COPY's process ${short(own.peak_mb)} MB` },
          ok: above <= ABOVE_MB_MAX,
        },
      );
    }
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  return rows;
}

const [role, dir = "", format, to = ""] = process.argv.slice(2);
if (import.meta.main && role === "host") await host(dir);
else if (import.meta.main && role === "copy") {
  const [began, cpu] = [performance.now(), usedBy(process.pid).cpu_seconds];
  await copy(dir, format as Format, to);
  const { cpu_seconds, peak_mb } = usedBy(process.pid);
  process.send?.({ seconds: (performance.now() - began) / 1000, cpu_seconds: cpu_seconds - cpu, peak_mb } as Ran);
} else if (import.meta.main) {
  const { values } = parseArgs({
    options: { calls: { type: "string" }, dir: { type: "string" }, formats: { type: "string" } },
  });
  const chosen = FORMATS.filter((one) => values.formats?.split(",").includes(one) ?? true);
  printRows("export", await rows(Number(values.calls ?? 1_000_000), values.dir, chosen));
}
