/** Which calls of a dead writer another writer has gone on with, so that they are not lost. */
import { realFs, type StoreFs, unlessCode } from "../fs.ts";
import type { JournalLine } from "./line.ts";
import { segmentFile } from "./names.ts";
import { isSealed, listSegments, listWriters, readSegment, writerIsGone } from "./reader.ts";

/**
 * The calls that living writers other than `writer` have open, with the number of events each is known by there. Their
 * segments are synced before they are read: who relies on the answer may remove the dead writer's copy.
 */
export async function heldByOthers(
  dir: string,
  writer: string,
  nowMs: number,
  fs: StoreFs = realFs,
): Promise<Map<string, number>> {
  const held = new Map<string, number>();
  for (const other of await listWriters(dir)) {
    if (other === writer || (await isSealed(dir, other)) || (await writerIsGone(dir, other, nowMs))) continue;
    const segment = (await listSegments(dir, other)).at(-1);
    if (segment === undefined) continue;
    // Rotated and published meanwhile: then nothing is known, and the call is closed as lost, which its end replaces.
    const synced = await unlessCode(
      fs.fsyncFile(segmentFile(dir, other, segment)).then(() => true),
      "ENOENT",
    );
    const part = synced && (await unlessCode(readSegment(dir, other, segment), "ENOENT"));
    for (const [id, events] of eventsOfOpen(part ? part.lines : [])) held.set(id, events);
  }
  return held;
}

/** id -> number of different events, of the calls that have not ended. */
export function eventsOfOpen(lines: readonly JournalLine[]): Map<string, number> {
  const events = new Map<string, Set<number>>();
  for (const { k, c, n } of lines) {
    if (c === undefined || n === undefined) continue;
    if (k === "ended") events.delete(c);
    else events.set(c, (events.get(c) ?? new Set()).add(n));
  }
  return new Map([...events].map(([id, numbers]) => [id, numbers.size]));
}
