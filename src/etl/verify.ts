/** Verify: checks a whole data folder and says what is wrong where. */
import { join, relative } from "node:path";
import { namesIn } from "../store/fs.ts";
import { isSealed, listSegments, listWriters, readSegment } from "../store/journal/reader.ts";
import { checkFormat, trashDir } from "../store/lake/layout.ts";
import { filesOfDay } from "../store/lake/listing.ts";
import { mergeMasks, readMasks } from "../store/lake/masks.ts";
import { callsDir, dayDir, dayOfFolder, type LakeFile, parseTrashName, visible } from "../store/lake/names.ts";
import { type Job, type JobOptions, runJob } from "./job.ts";
import { rowsOfSegment } from "./journal-rows.ts";
import { checkDay } from "./verify-day.ts";
import { checkDerived, checkSearch } from "./verify-derived.ts";

export interface Finding {
  /** A path below the data folder, or the id of a call. */
  readonly where: string;
  readonly what: string;
}

export interface VerifyReport {
  /** No problem was found; notes do not count. */
  ok: boolean;
  /** What is wrong. */
  problems: Finding[];
  /** What the next recover tidies up, or what waits for a live writer. */
  notes: Finding[];
  counts: {
    writers: number;
    segments: number;
    lines: number;
    /** Finished calls in the journal. */
    journal_calls: number;
    days: number;
    files: number;
    /** Rows that readers see in Parquet. */
    lake_calls: number;
    masks: number;
  };
}

export interface VerifyOptions extends JobOptions {
  readonly signal?: AbortSignal;
  /** Days of the lake that are checked, of all. */
  readonly on_progress?: (days: number, all: number) => void;
}

/** Reads every line and every file; takes the lock, so that no job changes the folder meanwhile. */
export function verify(dir: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  return runJob(dir, options, async (job) => {
    const counts = {
      writers: 0,
      segments: 0,
      lines: 0,
      journal_calls: 0,
      days: 0,
      files: 0,
      lake_calls: 0,
      masks: 0,
    };
    const report: VerifyReport = { ok: true, problems: [], notes: [], counts };
    await attempt(report, "format.json", () => checkFormat(dir, job.fs));
    const files = await checkLake(job, report, options);
    await checkJournal(job, report, files);
    await attempt(report, "derived files", () => checkDerived(job, report, files));
    await attempt(report, "search", () => checkSearch(job, report));
    await checkLeftovers(job, report);
    report.ok = report.problems.length === 0;
    return report;
  });
}

/** Runs one check; its error is a problem at that place. */
async function attempt(report: VerifyReport, where: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    report.problems.push({ where, what: error instanceof Error ? error.message : String(error) });
  }
}

async function checkLake(job: Job, report: VerifyReport, { signal, on_progress }: VerifyOptions): Promise<LakeFile[]> {
  const seen: LakeFile[] = [];
  let masks: ReadonlyMap<string, number> = new Map();
  await attempt(report, "masks", async () => {
    const all = await readMasks(job.dir, job.fs);
    masks = mergeMasks(all);
    report.counts.masks = all.length;
    for (const mask of all)
      report.notes.push({ where: `masks/${mask.name}`, what: `It hides ${mask.ids.size} calls until it is finished.` });
  });
  const names = await namesIn(callsDir(job.dir), job.fs);
  for (const [index, name] of names.entries()) {
    on_progress?.(index, names.length);
    signal?.throwIfAborted();
    const day = dayOfFolder(name);
    const where = `calls/${name}`;
    if (day === null) {
      report.problems.push({ where, what: "It is not a day's folder, and plain globs may read it." });
      continue;
    }
    report.counts.days++;
    await attempt(report, where, async () => {
      const files = await filesOfDay(job.dir, day, job.fs);
      const known = new Set(files.map((file) => file.path));
      for (const other of await namesIn(dayDir(job.dir, day), job.fs))
        if (!known.has(join(dayDir(job.dir, day), other)))
          report.problems.push({ where: `${where}/${other}`, what: "It is not a file of the lake." });
      const shown = visible(files);
      for (const file of files)
        if (!shown.includes(file))
          report.notes.push({ where: short(job, file.path), what: "It is invisible; recover removes it." });
      seen.push(...shown);
      report.counts.files += shown.length;
      report.counts.lake_calls += await checkDay(job, day, shown, masks, report.problems);
    });
  }
  return seen;
}

async function checkJournal(job: Job, report: VerifyReport, files: readonly LakeFile[]): Promise<void> {
  for (const writer of await listWriters(job.dir)) {
    report.counts.writers++;
    const sealed = await isSealed(job.dir, writer);
    const segments = await listSegments(job.dir, writer);
    const [first, last] = [segments[0], segments.at(-1)];
    if (first === undefined || last === undefined) continue;
    if (last - first + 1 !== segments.length)
      report.problems.push({
        where: `journal/${writer}`,
        what: `Segments between ${first} and ${last} are missing, though publishing removes them in ascending order.`,
      });
    for (const file of files)
      if (file.writer === writer && file.last > first)
        report.problems.push({
          where: short(job, file.path),
          what: `It was published before segment ${first} of its writer, which is still in the journal.`,
        });
    for (const segment of segments) {
      const where = `journal/${writer}, segment ${segment}`;
      await attempt(report, where, () =>
        checkSegment(job, report, { writer, segment, where }, sealed && segment === last),
      );
    }
  }
}

async function checkSegment(
  job: Job,
  report: VerifyReport,
  at: { writer: string; segment: number; where: string },
  closing: boolean,
): Promise<void> {
  const { lines, invalid, tornBytes } = await readSegment(job.dir, at.writer, at.segment);
  report.counts.segments++;
  report.counts.lines += lines.length;
  report.counts.journal_calls += (await rowsOfSegment(job.dir, at.writer, at.segment, closing)).rows.length;
  if (invalid > 0)
    report.problems.push({
      where: at.where,
      what: `The CRC of ${invalid} whole lines does not match; they are skipped.`,
    });
  if (tornBytes > 0)
    report.notes.push({
      where: at.where,
      what: `A tail of ${tornBytes} bytes is torn or being written; it was never acknowledged.`,
    });
  const head = lines[0];
  if (
    head !== undefined &&
    (head.k !== "segment" || head.b["writer"] !== at.writer || head.b["segment"] !== at.segment)
  )
    report.problems.push({
      where: at.where,
      what: "Its first line does not say that it is this segment of this writer.",
    });
}

async function checkLeftovers(job: Job, report: VerifyReport): Promise<void> {
  for (const name of await namesIn(join(job.dir, "tmp"), job.fs))
    if (!name.endsWith(".spill"))
      report.notes.push({ where: `tmp/${name}`, what: "It is left of a job or a rotation; recover sweeps it." });
  for (const name of await namesIn(trashDir(job.dir), job.fs))
    if (parseTrashName(name) === null)
      report.problems.push({ where: `trash/${name}`, what: "Retention did not put it there and will not remove it." });
}

const short = (job: Job, path: string) => relative(job.dir, path);
