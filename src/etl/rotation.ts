/** Asking live writers to close their open segment, so that what they hold can be published now. */
import { setTimeout as sleep } from "node:timers/promises";
import { isSealed, listSegments, listWriters, requestRotation, writerIsGone } from "../store/journal/reader.ts";
import { rowsOfSegment } from "./journal-rows.ts";

const POLL_MS = 25;

interface OpenSegment {
  readonly writer: string;
  readonly segment: number;
}

/** The open segments of live writers that hold finished calls; `wanted` narrows which calls count. */
export async function openSegmentsWith(dir: string, wanted: (id: string) => boolean): Promise<OpenSegment[]> {
  const found: OpenSegment[] = [];
  for (const writer of await listWriters(dir)) {
    const segment = (await listSegments(dir, writer)).at(-1);
    if (segment === undefined || (await isSealed(dir, writer)) || (await writerIsGone(dir, writer))) continue;
    const { rows } = await rowsOfSegment(dir, writer, segment, false);
    if (rows.some((row) => wanted(row.id))) found.push({ writer, segment });
  }
  return found;
}

/** Asks for the next segment and waits until each of these is closed; returns those that are not after `wait_ms`. */
export async function closeSegments(dir: string, open: readonly OpenSegment[], waitMs: number): Promise<OpenSegment[]> {
  for (const { writer } of open) await requestRotation(dir, writer);
  const until = performance.now() + waitMs;
  let left = [...open];
  for (;;) {
    const still: OpenSegment[] = [];
    for (const one of left) if (!(await isClosed(dir, one))) still.push(one);
    left = still;
    if (left.length === 0 || performance.now() >= until) return left;
    await sleep(POLL_MS);
  }
}

async function isClosed(dir: string, { writer, segment }: OpenSegment): Promise<boolean> {
  const last = (await listSegments(dir, writer)).at(-1);
  return last === undefined || last > segment || (await isSealed(dir, writer));
}
