/** The export: all calls under a filter as a stream of bytes, copied by DuckDB window by window, newest first. */
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UnreadableFile } from "../answers.ts";
import { type Ask, type Asking, type HeldView, Tries } from "../asking.ts";
import { type Filter, mayHold, whereOf } from "../filter.ts";
import { numberOf, textOf } from "../rows.ts";
import type { Scope } from "../scope.ts";
import { literal, raw, type Sql, sql } from "../statement.ts";
import { missingOf } from "../unreadable.ts";
import { sourceOf, type View } from "../view.ts";
import { copyOptions, type ExportColumn, type ExportFormat, exportColumns } from "./format.ts";
import { piecesOf } from "./pieces.ts";

export interface ExportQuestion {
  readonly filter: Filter;
  readonly format: ExportFormat;
  readonly columns: readonly ExportColumn[];
}

export interface Export {
  /** Calls the export holds. */
  readonly total: number;
  /** Files of its days that cannot be read: their calls are missing. */
  readonly unreadable: readonly UnreadableFile[];
  /** Read once; leaving it early stops the copying and removes what lies on disk. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Rows of one window, unless a single day has more: what lies on disk and in DuckDB's memory at a time. */
const WINDOW_ROWS = 20_000;

/** Read at once: with the default of 64 KiB the host spends its time on turns of its loop. */
const CHUNK_BYTES = 256 * 1024;

interface Window {
  readonly days: ReadonlySet<string>;
}

/** Looks a q up in the search index: which files can have such calls, and by which rows. */
export type Narrow = (view: View, ask: Ask, filter: Filter) => Promise<{ view: View; filter: Filter }>;

/** What is read: the view and the filter that a q has been looked up for. */
type Narrowed = Awaited<ReturnType<Narrow>>;

/** Counts the calls, then gives their bytes. One moment's calls, as the count says. */
export async function exportCalls(
  asking: Asking,
  narrow: Narrow,
  question: ExportQuestion,
  scope: Scope,
  signal: AbortSignal | undefined,
): Promise<Export> {
  const leave = new AbortController();
  const stop = signal ? AbortSignal.any([signal, leave.signal]) : leave.signal;
  const tries = new Tries();
  for (;;) {
    const held = await asking.hold(stop);
    try {
      const narrowed = await narrow(held.view, held.ask, question.filter);
      const { total, windows } = await plan(held.ask, narrowed, question.format, scope);
      const unreadable = missingOf(held.view.unreadable, (day) => mayHold(question.filter, day), scope);
      const pieces = bytesOf(asking, narrow, { held, narrowed }, question, scope, windows, leave, stop);
      const bytes = { [Symbol.asyncIterator]: () => releasing(pieces, () => held.leave()) };
      return { total, unreadable, bytes };
    } catch (error) {
      held.leave();
      // A part of the index or a file of the lake went away between listing and reading.
      if (!(await held.mended(error))) tries.again(error);
    }
  }
}

async function plan(
  ask: Ask,
  { view, filter }: Narrowed,
  format: ExportFormat,
  scope: Scope,
): Promise<{ total: number; windows: Window[] }> {
  const source = sourceOf(view, (day) => mayHold(filter, day));
  const rows = await ask(
    sql`SELECT CAST(day AS VARCHAR) AS day, count(*) AS calls FROM ${source} WHERE ${whereOf(filter, scope)} GROUP BY 1 ORDER BY 1 DESC`,
  );
  const windows: { days: Set<string>; calls: number }[] = [];
  let total = 0;
  for (const row of rows) {
    const day = textOf(row["day"]) ?? "";
    const calls = numberOf(row["calls"]) ?? 0;
    total += calls;
    const last = windows.at(-1);
    // One Parquet file is one COPY.
    if (last && (format === "parquet" || last.calls + calls <= WINDOW_ROWS)) {
      last.days.add(day);
      last.calls += calls;
    } else windows.push({ days: new Set([day]), calls });
  }
  if (windows.length === 0 && format === "parquet") windows.push({ days: new Set(), calls: 0 });
  return { total, windows };
}

async function* bytesOf(
  asking: Asking,
  narrow: Narrow,
  first: { held: HeldView; narrowed: Narrowed },
  question: ExportQuestion,
  scope: Scope,
  windows: readonly Window[],
  leave: AbortController,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { format, columns } = question;
  const folder = await mkdtemp(join(tmpdir(), "call-lake-export-"));
  let { held, narrowed } = first;
  const copyWindow = async (index: number): Promise<string> => {
    const file = join(folder, String(index));
    const tries = new Tries();
    for (;;) {
      try {
        await held.copy(copyStatement(narrowed, question, scope, windows[index], file));
        return file;
      } catch (error) {
        // What cannot be read is missing from the next export, which says so; this one has said how many calls it has.
        if (await held.mended(error)) throw error;
        // A file was compacted away meanwhile: the same days, as they lie now.
        tries.again(error);
        await rm(file, { force: true });
        held.leave();
        held = await asking.hold(signal);
        narrowed = await narrow(held.view, held.ask, question.filter);
      }
    }
  };
  try {
    const pieces = await piecesOf(format, columns);
    const begin = pieces.begin();
    if (begin.length > 0) yield begin;
    // While one window is read, the next one is being copied.
    let next = windows.length > 0 ? copyWindow(0) : null;
    for (let index = 0; next !== null; index++) {
      const file = await next;
      next = index + 1 < windows.length ? copyWindow(index + 1) : null;
      next?.catch(() => {});
      for await (const chunk of createReadStream(file, { signal, highWaterMark: CHUNK_BYTES }))
        yield* pieces.next(chunk as Buffer);
      await rm(file);
    }
    const end = pieces.end();
    if (end.length > 0) yield end;
  } finally {
    leave.abort();
    held.leave();
    await rm(folder, { recursive: true, force: true });
  }
}

function copyStatement(
  { view, filter }: Narrowed,
  { format, columns }: ExportQuestion,
  scope: Scope,
  window: Window | undefined,
  file: string,
): Sql {
  const source = sourceOf(view, (day) => window?.days.has(day) === true);
  // Sorting a whole history into one file would spill all of it to the disk first.
  const order = format === "parquet" ? raw("") : raw("ORDER BY start_time DESC, id DESC");
  return sql`COPY (SELECT ${exportColumns(columns, format, scope)} FROM (SELECT * FROM ${source} WHERE ${whereOf(filter, scope)} ${order}))
    TO ${raw(literal(file))} (${raw(copyOptions(format))})`;
}

/** A generator that is left before its first piece runs no `finally`: then `release` does its work. */
function releasing<T>(pieces: AsyncGenerator<T>, release: () => void): AsyncIterator<T> {
  let begun = false;
  return {
    next: () => {
      begun = true;
      return pieces.next();
    },
    return: () => {
      if (!begun) release();
      begun = true;
      return pieces.return(undefined);
    },
  };
}
