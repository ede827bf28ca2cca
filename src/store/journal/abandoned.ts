/** The calls that engines of this host left open when they died: read by the next engine, which may still have them. */
import { realFs, unlessCode } from "../fs.ts";
import { CallFold, type OpenCall } from "./fold.ts";
import { headOf, type JournalLine } from "./line.ts";
import { segmentFile } from "./names.ts";
import { isOfThisHost, listSegments, listWriters, readSegment, writerIsGone } from "./reader.ts";

export interface AbandonedCall {
  /** The call as it stood. Its `started` line is there. */
  call: OpenCall;
  /** All its events, in the order of their numbers. */
  lines: JournalLine[];
  /** The last writer that had it. */
  writer: string;
}

/** No call lasts longer than this after its engine has written anything. */
const SILENCE_MS_MAX = 86_400_000;
const NEWLINE = 10;
/** Kind and id of a line stand within so many bytes. */
const HEAD_BYTES = 80;

/**
 * The calls that are open in the last segments of dead writers of this host, that did not end in another journal, and
 * that no living process has gone on with. A pure reading: nothing is changed, and the etl may close them at any time.
 */
export async function abandonedCalls(dir: string, nowMs = Date.now()): Promise<AbandonedCall[]> {
  const writers = (await listWriters(dir)).sort((a, b) => startOf(a) - startOf(b));
  const gone = new Set<string>();
  const found = new Map<string, { lines: Map<number, JournalLine>; writer: string; writtenMs: number }>();
  for (const writer of writers) {
    if (!(await isOfThisHost(dir, writer)) || !(await writerIsGone(dir, writer, nowMs))) continue;
    gone.add(writer);
    const { lines, writtenMs } = await openLines(dir, writer);
    for (const line of lines) {
      const { c = "", n = 0 } = line;
      const call = found.get(c) ?? { lines: new Map<number, JournalLine>(), writer, writtenMs };
      call.writer = writer;
      call.writtenMs = writtenMs;
      call.lines.set(n, line);
      found.set(c, call);
    }
  }
  // Most starts end here: only where something was left open are other journals looked through.
  for (const writer of found.size > 0 ? writers : []) {
    for (const id of await settledIn(dir, writer, !gone.has(writer))) found.delete(id);
  }
  return [...found].flatMap(([id, { lines, writer, writtenMs }]) => {
    const ordered = [...lines.values()].sort((a, b) => (a.n ?? 0) - (b.n ?? 0));
    const fold = new CallFold();
    for (const line of ordered) fold.apply(line);
    const call = fold.open.get(id);
    if (call?.started.call_id === undefined) return [];
    // The times of events are their sender's, who may tell of them late: the file's time is that of the writing.
    const lastMs = Math.max(Date.parse(call.last_event_time), writtenMs);
    return nowMs - lastMs < SILENCE_MS_MAX ? [{ call, lines: ordered, writer }] : [];
  });
}

/** A writer's name ends with the time of its start. */
const startOf = (writer: string): number => Number(writer.slice(writer.lastIndexOf("-") + 1));

/** The lines of the calls that are open at the end of a writer's last segment, to which all before were carried. */
async function openLines(dir: string, writer: string): Promise<{ lines: JournalLine[]; writtenMs: number }> {
  const segment = (await listSegments(dir, writer)).at(-1);
  if (segment === undefined) return { lines: [], writtenMs: 0 };
  const part = await unlessCode(readSegment(dir, writer, segment), "ENOENT");
  const stat = await unlessCode(realFs.stat(segmentFile(dir, writer, segment)), "ENOENT");
  const fold = new CallFold();
  for (const line of part?.lines ?? []) fold.apply(line);
  const lines = (part?.lines ?? []).filter(({ c }) => c !== undefined && fold.open.has(c));
  return { lines, writtenMs: stat?.mtimeMs ?? 0 };
}

/** Ids of the calls that ended in a writer's journal; of a living writer those that it began or goes on with as well. */
async function settledIn(dir: string, writer: string, lives: boolean): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const segment of await listSegments(dir, writer)) {
    const bytes = await unlessCode(realFs.readFile(segmentFile(dir, writer, segment)), "ENOENT");
    if (!bytes) continue;
    for (let at = 0, end = bytes.indexOf(NEWLINE); end >= 0; at = end + 1, end = bytes.indexOf(NEWLINE, at)) {
      const { kind, callKey } = headOf(bytes.toString("latin1", at, Math.min(end, at + HEAD_BYTES)));
      if (kind === "ended" || (lives && kind === "started")) ids.add(callKey);
    }
  }
  return ids;
}
