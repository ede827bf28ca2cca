/** The doctor's look at the machine: versions, permissions, clock and disk. */
import { randomUUID } from "node:crypto";
import { access, constants, readdir, statfs } from "node:fs/promises";
import { join, relative } from "node:path";
import { RECORD_VERSION } from "../record/index.ts";
import { errorCode, isThere, namesIn, placeFile, realFs, removeFile } from "../store/fs.ts";
import { journalDir } from "../store/journal/names.ts";
import { checkFormat } from "../store/lake/layout.ts";
import { listDays } from "../store/lake/listing.ts";
import { callsDir } from "../store/lake/names.ts";
import { type Examine, note, ok, wrong } from "./doctor.ts";
import { readState } from "./retention-state.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const NAMED_MAX = 5;
const FREE_BYTES_MIN = 512 * 1024 * 1024;

export const versionCheck: Examine = async ({ dir, db }) => {
  const [found] = await db.rows("SELECT version() AS version");
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const said = `Node ${process.versions.node}, DuckDB ${String(found?.["version"])}, record version ${RECORD_VERSION}.`;
  if (major < 22 || (major === 22 && minor < 18)) return [wrong(said, "Install Node 22.18 or newer.")];
  if (!(await isThere(join(dir, "format.json")))) {
    if (await isThere(journalDir(dir)))
      return [note("Nothing has been published here yet.", "call-lake etl --once, or start the admin backend.")];
    return [wrong(`${dir} has no format.json.`, "Name a data folder, or let call-lake etl --once make this one.")];
  }
  await checkFormat(dir);
  return [ok(said)];
};

export const permissionCheck: Examine = async ({ dir }) => {
  const found = [];
  const { mode, uid } = await realFs.stat(dir);
  if ((mode & 0o007) !== 0) {
    found.push(note(`Others on this machine may look into ${dir}, which holds personal data.`, `chmod o-rwx ${dir}`));
  }
  const denied: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const needs = entry.isDirectory() ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK;
    await access(path, needs).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") denied.push(relative(dir, path));
    });
  }
  if (denied.length > 0) {
    const named = denied.slice(0, NAMED_MAX).join(", ");
    const what = `${denied.length} files and folders are closed to this user, such as ${named}.`;
    found.push(wrong(what, `Run engine, panel and command line as one user: chown -R ${uid} ${dir}`));
  }
  return found.length > 0 ? found : [ok("Everything can be read, and folders written.")];
};

/** Also proves that files can be made, fsynced and linked. */
export const clockCheck: Examine = async ({ dir, nowMs }) => {
  const path = join(dir, "tmp", `doctor-${randomUUID()}`);
  const before = Date.now();
  await placeFile(path, "", `${path}.part`);
  const { mtimeMs } = await realFs.stat(path);
  await removeFile(path);
  const apart = Math.round((mtimeMs - before) / 1000);
  const found = [];
  if (Math.abs(apart) > 60)
    found.push(wrong(`The clock of the disk is ${apart} s from this machine's.`, "Set both by NTP."));
  const [newest] = await listDays(dir);
  const tomorrow = new Date(nowMs + DAY_MS).toISOString().slice(0, 10);
  if (newest !== undefined && newest > tomorrow) {
    const what = `There are calls of ${newest}, and the clock says ${new Date(nowMs).toISOString()}.`;
    found.push(wrong(what, "Set the clock of this machine, or of the engine that wrote them, by NTP."));
  }
  const { last_at } = await readState(dir);
  if (last_at !== null && Date.parse(last_at) > nowMs + HOUR_MS) {
    const what = `Retention ran last at ${last_at}, which is still to come: the clock was ahead then, or is behind now.`;
    found.push(wrong(what, "Set the clock by NTP; calls that were dropped then are in a backup only."));
  }
  return found.length > 0 ? found : [ok("Clock, file times and calls agree; files can be made, synced and linked.")];
};

export const diskCheck: Examine = async ({ dir }) => {
  const { bavail, bsize, blocks, files, ffree } = await statfs(dir);
  const [free, all] = [bavail * bsize, blocks * bsize];
  const largest = await largestDay(dir);
  const needed = Math.max(FREE_BYTES_MIN, 2 * largest);
  const said = `${gigabytes(free)} of ${gigabytes(all)} are free; rewriting the largest day needs ${gigabytes(largest)}.`;
  const mend = "Make room, shorten the retention (docs/retention.md), or move the folder.";
  if (free < needed) return [wrong(said, mend)];
  if (files > 0 && ffree < files / 100) return [wrong(`Only ${ffree} of ${files} inodes are free.`, mend)];
  return [free < all / 10 ? note(said, mend) : ok(said)];
};

async function largestDay(dir: string): Promise<number> {
  let largest = 0;
  for (const folder of await namesIn(callsDir(dir))) {
    let bytes = 0;
    for (const name of await namesIn(join(callsDir(dir), folder)))
      bytes += await realFs.stat(join(callsDir(dir), folder, name)).then(
        ({ size }) => size,
        () => 0,
      );
    largest = Math.max(largest, bytes);
  }
  return largest;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(bytes < 1e9 ? 2 : 1)} GB`;
