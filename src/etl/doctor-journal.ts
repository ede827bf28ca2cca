/** The doctor's look at the journal: what waits to be published, whose engine is gone, and masks that wait for one. */
import { realFs, unlessCode } from "../store/fs.ts";
import { segmentFile, writerFile } from "../store/journal/names.ts";
import { isSealed, listSegments, listWriters, mayGoOn, readSegment, writerIsGone } from "../store/journal/reader.ts";
import { readMasks } from "../store/lake/masks.ts";
import { type Examine, note, ok, wrong } from "./doctor.ts";

/** As in the etl's loop. */
const SEAL_GRACE_MS = 30_000;
const MASK_MS_MAX = 3_600_000;
const RUN_ETL = "Run call-lake etl (or the panel) beside the engines, or call-lake etl --once from cron.";

export const journalCheck: Examine = async ({ dir, nowMs, publish_seconds }) => {
  const waiting = { segments: 0, oldestMs: nowMs, bytes: 0 };
  const found = [];
  for (const writer of await listWriters(dir)) {
    const segments = await listSegments(dir, writer);
    const sealed = await isSealed(dir, writer);
    for (const segment of segments) {
      const stats = await unlessCode(realFs.stat(segmentFile(dir, writer, segment)), "ENOENT");
      if (stats === undefined) continue;
      waiting.bytes += stats.size;
      const part = await unlessCode(readSegment(dir, writer, segment), "ENOENT");
      if (part !== undefined && part.invalid > 0)
        found.push(
          wrong(
            `${part.invalid} whole lines of journal/${writer}, segment ${segment}, have a wrong CRC and are skipped.`,
            "Look for a failing disk; what the lines held is lost.",
          ),
        );
      if (segment === segments.at(-1) && !sealed) continue;
      waiting.segments++;
      waiting.oldestMs = Math.min(waiting.oldestMs, stats.mtimeMs);
    }
  }
  const seconds = Math.round((nowMs - waiting.oldestMs) / 1000);
  if (waiting.segments === 0)
    return [...found, ok(`Nothing waits to be published; ${waiting.bytes} bytes of journal.`)];
  const said = `${waiting.segments} closed segments wait to be published, the oldest since ${seconds} s; ${waiting.bytes} bytes of journal.`;
  if (seconds > 2 * publish_seconds + 60) found.push(wrong(said, RUN_ETL));
  return found.length > 0 ? found : [ok(said)];
};

export const writerCheck: Examine = async ({ dir, nowMs, publish_seconds }) => {
  const found = [];
  let alive = 0;
  for (const writer of await listWriters(dir)) {
    if (!(await writerIsGone(dir, writer, nowMs))) {
      alive++;
      continue;
    }
    const stats = await unlessCode(realFs.stat(writerFile(dir, writer)), "ENOENT");
    const since = stats === undefined ? nowMs : stats.mtimeMs;
    const said = `The engine of ${writer} is gone since ${new Date(since).toISOString()}`;
    if (await isSealed(dir, writer)) found.push(note(`${said}; it is sealed, and the next publish removes it.`));
    else if (await mayGoOn(dir, writer, nowMs, SEAL_GRACE_MS))
      found.push(note(`${said}; its open calls wait for it until ${new Date(since + SEAL_GRACE_MS).toISOString()}.`));
    else if (nowMs - since > 1000 * (2 * publish_seconds + 60))
      found.push(wrong(`${said}, and nobody has sealed and published it.`, RUN_ETL));
    else found.push(note(`${said}; the etl seals it with its next step.`));
  }
  return [...found, ok(`${alive} engines write.`)];
};

export const maskCheck: Examine = async ({ dir, nowMs }) => {
  const masks = await readMasks(dir);
  const old = masks.filter(({ at }) => at !== null && nowMs - Date.parse(at) > MASK_MS_MAX);
  const ids = masks.reduce((sum, mask) => sum + mask.ids.size, 0);
  if (old.length > 0) {
    const what = `${old.length} erasures wait for more than an hour, such as masks/${old[0]?.name}: an engine still holds a call in its open segment.`;
    return [wrong(what, `${RUN_ETL} It ends when the engine rotates, or is gone.`)];
  }
  return [
    masks.length > 0
      ? note(`${masks.length} masks hide ${ids} rows until the etl has finished them.`)
      : ok("No mask waits."),
  ];
};
