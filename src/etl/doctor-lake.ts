/** The doctor's look at the lake: broken files, what is derived from the others, retention, and what nobody needs. */
import { join, relative } from "node:path";
import { dayOfTime } from "../record/index.ts";
import { namesIn } from "../store/fs.ts";
import { DERIVED, type Derived, derivedOfDay, derivedPath } from "../store/lake/derived.ts";
import { trashDir } from "../store/lake/layout.ts";
import { listFiles } from "../store/lake/listing.ts";
import { parseTrashName } from "../store/lake/names.ts";
import { indexKey, listIndexedMonths, listParts, servedBy } from "../store/lake/search.ts";
import { type Examine, note, ok, wrong } from "./doctor.ts";
import { readErased } from "./erased.ts";
import { listHolds } from "./holds.ts";
import { brokenFiles } from "./quarantine.ts";
import { readState } from "./retention-state.ts";
import { rulesOf } from "./rules.ts";

const DAY_MS = 86_400_000;

export const fileCheck: Examine = async ({ dir, db }) => {
  const found = [];
  for (const path of await brokenFiles(dir, db)) {
    const what = `${relative(dir, path)} can not be opened as Parquet, and every question that reads its day fails.`;
    found.push(wrong(what, "call-lake doctor --mend sets it aside in quarantine/; restore it from a backup."));
  }
  const aside = await namesIn(join(dir, "quarantine"));
  if (aside.length > 0) {
    const what = `${aside.length} broken files are set aside in quarantine/: ${aside.join(", ")}.`;
    found.push(note(what, "Restore what they held from a backup, then remove them: erasures can not search them."));
  }
  return found.length > 0 ? found : [ok("Every Parquet file can be opened.")];
};

export const derivedCheck: Examine = async ({ dir, nowMs }) => {
  const files = await listFiles(dir);
  const there = new Set<string>();
  for (const day of new Set(files.map((file) => file.day)))
    for (const kind of DERIVED) for (const path of await derivedOfDay(dir, kind, day)) there.add(path);
  const without = (kind: Derived) => files.filter((file) => !there.has(derivedPath(dir, kind, file))).length;
  const [rollups, narrow] = [without("rollups"), without("narrow")];
  const parts = [];
  for (const month of await listIndexedMonths(dir)) parts.push(...(await listParts(dir, month)));
  const served = servedBy(parts);
  const today = dayOfTime(nowMs);
  const unindexed = files.filter((file) => file.day < today && !served.has(indexKey(file))).length;
  const said = `Of ${files.length} files ${rollups} have no rollup, ${narrow} no narrow file and ${unindexed} of settled days no search index: they are scanned.`;
  const missing = rollups + narrow + unindexed > 0;
  return [missing ? note(said, "The etl makes all three; call-lake etl --once makes them now.") : ok(said)];
};

export const retentionCheck: Examine = async ({ dir, nowMs, retention }) => {
  const rules = await rulesOf(dir, retention);
  const holds = await listHolds(dir);
  const { last_at, refused } = await readState(dir);
  const unknown = await readErased(dir).then(
    () => null,
    (error: Error) => error.message,
  );
  if (unknown !== null) return [wrong(unknown, "Until then imports that do not say --again are refused.")];
  if (refused !== null)
    return [
      wrong(`Refused at ${refused.at}: ${refused.why}`, "Set the clock or the rules right, or call-lake retain --yes."),
    ];
  const said = `${rules.length} rules, ${holds.length} holds; the last run was ${last_at === null ? "never" : `at ${last_at}`}.`;
  const late = rules.length > 0 && (last_at === null || nowMs - Date.parse(last_at) > DAY_MS);
  return [late ? wrong(said, "Run call-lake etl or the panel, or call-lake retain from cron.") : ok(said)];
};

export const leftoverCheck: Examine = async ({ dir, nowMs }) => {
  const found = [];
  const old = (await namesIn(trashDir(dir))).filter((name) => {
    const at = parseTrashName(name)?.atMs;
    return at === undefined || nowMs - at > DAY_MS;
  });
  if (old.length > 0) {
    const what = `${old.length} folders are in trash/ for more than a day, such as ${old[0]}.`;
    found.push(wrong(what, "call-lake retain empties it of what retention put there; remove the rest by hand."));
  }
  const tmp = (await namesIn(join(dir, "tmp"))).length;
  if (tmp > 0)
    found.push(note(`${tmp} files are in tmp/: of jobs under way, or of killed ones, which the etl sweeps.`));
  return found.length > 0 ? found : [ok("Nothing is left behind in trash/ and tmp/.")];
};
