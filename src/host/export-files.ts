/** Calls as files: one file, or one a day, each whole or not there, in bounded memory. */
import { open, rename } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { CallLake, Filter, parseColumns, parseFormat, Scope } from "../query/index.ts";
import { COLUMN_NAMES } from "../record/index.ts";
import { ensureDir, isThere, namesIn, realFs, removeFile } from "../store/fs.ts";
import { addFile } from "../store/lake/add-file.ts";
import { ensureDataFolder } from "../store/lake/layout.ts";

interface Question {
  readonly filter: Filter;
  readonly format: ReturnType<typeof parseFormat>;
  readonly columns: ReturnType<typeof parseColumns>;
}

interface Exporting {
  readonly lake: CallLake;
  readonly scope: Scope;
  readonly signal: AbortSignal;
  /** Calls (of a folder) or bytes (of a file) that are written. */
  readonly on_progress: (done: number) => void;
}

export interface ExportReport {
  readonly calls: number;
  readonly files: number;
  readonly bytes: number;
}

const DAY_MS = 86_400_000;

/** All calls in one file, of one moment. Kill: a file that ends in .part. */
export async function exportToFile(question: Question, to: string, exporting: Exporting): Promise<ExportReport> {
  const path = resolve(to);
  await ensureDir(dirname(path));
  const { calls, bytes } = await writeTo(`${path}.part`, question, exporting, exporting.on_progress);
  await rename(`${path}.part`, path);
  await realFs.fsyncDir(dirname(path));
  return { calls, files: 1, bytes };
}

/**
 * One file a day, newest first, each day of one moment; days without such calls have none. With every column as Parquet
 * they lie as in a data folder, so that the folder is one. Throws if the folder holds something already.
 */
export async function exportToFolder(question: Question, to: string, exporting: Exporting): Promise<ExportReport> {
  const folder = resolve(to);
  const [there] = await namesIn(folder);
  if (there !== undefined) throw new Error(`${folder} is not empty (${there}); an export goes into an empty folder.`);
  await ensureDir(folder);
  const asLake = question.format === "parquet" && question.columns.length === COLUMN_NAMES.length;
  if (asLake) await ensureDataFolder(folder);
  const report = { calls: 0, files: 0, bytes: 0 };
  const writer = `export-${Date.now()}`;
  const days = await daysOf(exporting);
  for (const [index, day] of days.entries()) {
    exporting.signal.throwIfAborted();
    const filter = within(question.filter, day);
    if (filter === null || (await exporting.lake.count(filter, exporting.scope, exporting.signal)) === 0) continue;
    const write = async (path: string) => {
      const { calls, bytes } = await writeTo(path, { ...question, filter }, exporting, () => {});
      report.calls += calls;
      report.bytes += bytes;
      report.files++;
    };
    if (asLake) {
      // Days come newest first; a writer's segments ascend within a day, of which each has one.
      const segment = days.length - index;
      await addFile(folder, { day, writer, first: segment, last: segment, generation: 0 }, write);
    } else {
      const path = join(folder, `${day}.${question.format}`);
      await write(`${path}.part`);
      await rename(`${path}.part`, path);
    }
    exporting.on_progress(report.calls);
  }
  await realFs.fsyncDir(folder);
  return report;
}

async function daysOf({ lake, signal }: Exporting): Promise<string[]> {
  const days: string[] = [];
  const { rows } = await lake.sql('SELECT DISTINCT CAST("day" AS VARCHAR) AS d FROM calls ORDER BY d DESC', signal);
  for await (const row of rows) days.push(String(row["d"]));
  return days;
}

/** The filter held to one UTC day; null where it has nothing of that day. */
function within(filter: Filter, day: string): Filter | null {
  const begins = Date.parse(`${day}T00:00:00Z`);
  const start_ms = Math.max(begins, filter.start_ms ?? begins);
  const end_ms = Math.min(begins + DAY_MS, filter.end_ms ?? begins + DAY_MS);
  return start_ms < end_ms ? { ...filter, start_ms, end_ms } : null;
}

async function writeTo(
  path: string,
  { filter, format, columns }: Question,
  { lake, scope, signal }: Exporting,
  told: (bytes: number) => void,
): Promise<{ calls: number; bytes: number }> {
  if (await isThere(path)) await removeFile(path);
  const file = await open(path, "wx");
  try {
    const { total, bytes: pieces } = await lake.export({ filter, format, columns }, scope, signal);
    let bytes = 0;
    for await (const piece of pieces) {
      await file.writeFile(piece);
      bytes += piece.length;
      told(bytes);
    }
    await file.sync();
    return { calls: total, bytes };
  } catch (error) {
    await removeFile(path);
    throw error;
  } finally {
    await file.close();
  }
}
