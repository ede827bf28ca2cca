/** Retain: what has expired leaves the lake, day by day, unless it is so much that the clock or the rules must be wrong. */
import { basename, dirname } from "node:path";
import { EXPIRING, type Expiring, ruleText } from "../record/index.ts";
import { ensureDir } from "../store/fs.ts";
import { removeDerivedOfDay } from "../store/lake/derived.ts";
import { listDays, listFiles, visibleOfDay } from "../store/lake/listing.ts";
import { dayDir, parseTrashName, trashPath } from "../store/lake/names.ts";
import { dropParts, indexKey } from "../store/lake/search.ts";
import { quote } from "../store/lake/sql.ts";
import { appendReceipt } from "./audit.ts";
import { type Fate, fateOf, finishDoing, isTouched, rewriteExpired, rulesIn } from "./expire.ts";
import { listHolds } from "./holds.ts";
import { daysOf, type Job, type JobOptions, type JobSteps, runJob } from "./job.ts";
import { readState, writeState } from "./retention-state.ts";
import { hasReached, rulesOf, signatureOf, type Terms } from "./rules.ts";
import { emptyTrash } from "./trash.ts";

export interface RetainLimits {
  /** CALL_HISTORY_RETENTION_DAYS; 0 = no such rule. */
  readonly days: number;
  /** Rules as JSON gives them; without them those of retention.json count. */
  readonly rules?: unknown;
  /** Carry out what the guard would refuse. */
  readonly yes?: boolean;
  readonly dry_run?: boolean;
}

export interface RetainReport {
  /** Days that left the lake, or would. */
  days: string[];
  /** Folders of trash/ that left the disk. */
  removed: string[];
  /** Files that were written anew, or would be. */
  rewritten: number;
  /** Calls that left, and calls whose transcript or recordings were emptied. */
  gone: Record<Expiring, number>;
  /** Calls that a hold keeps from it. */
  held: number;
  /** What left calls/; in a dry run the size of whole days only. */
  bytes: number;
  /** Rule -> calls, in the words of the rules. */
  by_rule: Record<string, number>;
  /** Why nothing was done; null where it was. */
  refused: string | null;
}

/** Days that a run goes on with: the plan was approved as a whole. */
export interface RetainRun {
  readonly report: RetainReport;
  readonly left: string[];
  /** How many days there were at first. */
  readonly planned: number;
  readonly began: number;
  /** Files in which nothing is left to go, as in RetentionState. */
  readonly clean: Map<string, string>;
}

const SHARE_MAX = 0.2;
const DAYS_MAX = 3;
const PAUSE_MS_MAX = 4 * 86_400_000;
const STEP_MS = 3_000;
const FILES_AT_ONCE = 500;

/**
 * Drops and empties what has expired; the lock is free between its steps. Told in days, once while it plans and again
 * while it carries out. Throws a sentence for rules that make no sense.
 */
export function retain(dir: string, limits: RetainLimits, options: JobOptions & JobSteps = {}): Promise<RetainReport> {
  daysOf(limits.days);
  return (async () => {
    let run: RetainRun | null = null;
    do run = await runJob(dir, options, (job) => retainStep(job, limits, run, options));
    while (run.left.length > 0);
    return run.report;
  })();
}

/** One step of a run inside a job that holds the lock: the first one plans it, the others go on. */
export async function retainStep(
  job: Job,
  limits: RetainLimits,
  before: RetainRun | null,
  steps: JobSteps = {},
): Promise<RetainRun> {
  const until = performance.now() + STEP_MS;
  await finishDoing(job);
  const run = before ?? (await begin(job, limits, steps));
  const terms = await termsOf(job, limits);
  while (run.left.length > 0 && performance.now() < until) {
    steps.on_progress?.(run.planned - run.left.length, run.planned);
    steps.signal?.throwIfAborted();
    const day = run.left.shift();
    // Planned again: meanwhile something may have been published, held or erased.
    if (day !== undefined) await carryOut(job, terms, await planDay(job, terms, day, new Map()), run);
  }
  if (run.left.length > 0 || limits.dry_run) return run;
  await emptyTrash(job, run.report.removed);
  if (run.report.refused === null) await remember(job, run);
  return run;
}

async function termsOf(job: Job, limits: RetainLimits): Promise<Terms> {
  const rules = await rulesOf(job.dir, limits, job.fs);
  return { rules, holds: await listHolds(job.dir, job.fs), nowMs: job.now() };
}

const nothing = (): RetainReport => ({
  days: [],
  removed: [],
  rewritten: 0,
  gone: { calls: 0, transcript: 0, recordings: 0 },
  held: 0,
  bytes: 0,
  by_rule: {},
  refused: null,
});

/** Plans a run: which days have something to go, and whether it may. */
async function begin(job: Job, limits: RetainLimits, { signal, on_progress }: JobSteps): Promise<RetainRun> {
  const terms = await termsOf(job, limits);
  const state = await readState(job.dir, job.fs);
  const run = { report: nothing(), left: [] as string[], began: job.now(), clean: new Map<string, string>() };
  const days = { calls: 0, transcript: 0, recordings: 0 };
  const planned = nothing();
  const all = await listDays(job.dir, job.fs);
  for (const [index, day] of all.entries()) {
    signal?.throwIfAborted();
    on_progress?.(index, all.length);
    if (!terms.rules.some((rule) => hasReached(rule, day, terms.nowMs))) continue;
    const plan = await planDay(job, terms, day, state.clean);
    for (const what of EXPIRING) if (plan.fates.some(({ gone }) => gone[what] > 0)) days[what]++;
    addUp(planned, terms, plan.fates);
    for (const [key, signature] of plan.clean) run.clean.set(key, signature);
    if (plan.whole) planned.days.push(day);
    else planned.rewritten += plan.fates.filter(isTouched).length;
    if (plan.whole || plan.fates.some(isTouched)) run.left.push(day);
  }
  const why = await refusal(job, planned.gone, days, state.last_at);
  if (why !== null && !limits.yes) {
    planned.refused = why;
    if (!limits.dry_run) {
      job.log(`Retention: ${why}`);
      const refused = { at: new Date(job.now()).toISOString(), why };
      await writeState(job.dir, { ...state, refused }, job.fs);
    }
  }
  if (limits.dry_run || planned.refused !== null) return { ...run, report: planned, left: [], planned: 0 };
  run.report.held = planned.held;
  return { ...run, planned: run.left.length };
}

interface DayPlan {
  readonly day: string;
  /** Of its files, without those that are known to have nothing to go. */
  readonly fates: readonly Fate[];
  readonly clean: ReadonlyMap<string, string>;
  /** All of its calls go. */
  readonly whole: boolean;
}

/** What would happen to a day. */
async function planDay(job: Job, terms: Terms, day: string, known: ReadonlyMap<string, string>): Promise<DayPlan> {
  const signature = signatureOf(terms, day);
  const fates: Fate[] = [];
  const clean = new Map<string, string>();
  const files = await visibleOfDay(job.dir, day, job.fs);
  for (const file of files) {
    const key = indexKey(file);
    if (known.get(key) === signature) {
      clean.set(key, signature);
      continue;
    }
    try {
      const fate = await fateOf(job, terms, file);
      fates.push(fate);
      if (!isTouched(fate)) clean.set(key, signature);
    } catch (error) {
      if (!(error instanceof Error) || error.name === "Kill") throw error;
      // It must not keep the other days from leaving; `doctor` names it.
      job.log(`Retention can not read ${file.path} and leaves its day: ${error.message.split("\n")[0]}`);
      return { day, fates: [], clean: new Map(), whole: false };
    }
  }
  const calls = fates.reduce((sum, fate) => sum + fate.calls, 0);
  const gone = fates.reduce((sum, fate) => sum + fate.gone.calls, 0);
  const general = terms.rules.find((rule) => rule.what === "calls" && Object.keys(rule.where).length === 0);
  // A day without a row leaves as well, once every call of it would: its files only say what was published.
  const reached = calls > 0 || (general !== undefined && hasReached(general, day, terms.nowMs));
  return { day, fates, clean, whole: fates.length === files.length && fates.length > 0 && gone === calls && reached };
}

function addUp(report: RetainReport, terms: Terms, fates: readonly Fate[]): void {
  for (const fate of fates) {
    for (const what of EXPIRING) report.gone[what] += fate.gone[what];
    report.held += fate.held;
    if (fate.gone.calls === fate.calls) report.bytes += fate.bytes;
    for (const [place, rows] of fate.by_rule) {
      const rule = terms.rules[place];
      const text = rule === undefined ? "unknown" : ruleText(rule);
      report.by_rule[text] = (report.by_rule[text] ?? 0) + rows;
    }
  }
}

/** The sentence by which a run is refused, or null. */
async function refusal(
  job: Job,
  gone: Readonly<Record<Expiring, number>>,
  days: Readonly<Record<Expiring, number>>,
  lastAt: string | null,
): Promise<string | null> {
  if (EXPIRING.every((what) => days[what] === 0)) return null;
  const pause = lastAt === null ? 0 : Math.abs(job.now() - Date.parse(lastAt));
  const daysMax = pause > PAUSE_MS_MAX ? 0 : DAYS_MAX;
  const all = await countCalls(job);
  for (const what of EXPIRING) {
    const share = gone[what] / Math.max(1, all);
    if (share <= SHARE_MAX || days[what] <= daysMax) continue;
    const taken = what === "calls" ? "drop" : `empty the ${what} of`;
    const last = lastAt === null ? "there was no run before" : `the last run was at ${lastAt}`;
    return `It would ${taken} ${gone[what]} of ${all} calls (${Math.round(share * 100)} %) of ${days[what]} days, and ${last}: at most ${SHARE_MAX * 100} % or ${DAYS_MAX} days go by themselves. The clock says ${new Date(job.now()).toISOString()}. If that and the rules are right, run "call-lake retain --yes".`;
  }
  return null;
}

async function countCalls(job: Job): Promise<number> {
  const files = await listFiles(job.dir, job.fs);
  const db = await job.db();
  let calls = 0;
  for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
    const paths = files.slice(at, at + FILES_AT_ONCE).map((file) => quote(file.path));
    const [found] = await db.rows(
      `SELECT CAST(sum(num_rows) AS DOUBLE) AS n FROM parquet_file_metadata([${paths.join(", ")}])`,
    );
    calls += Number(found?.["n"]);
  }
  return calls;
}

async function carryOut(job: Job, terms: Terms, plan: DayPlan, { report, clean }: RetainRun): Promise<void> {
  const { day, fates } = plan;
  for (const [key, signature] of plan.clean) clean.set(key, signature);
  if (plan.whole) {
    await dropDay(job, terms, day, fates);
    report.days.push(day);
    addUp(report, terms, fates);
    return;
  }
  for (const fate of fates.filter(isTouched)) {
    const { path, freed } = await rewriteExpired(job, terms, fate);
    clean.set(`${day}/${basename(path)}`, signatureOf(terms, day));
    report.rewritten++;
    addUp(report, terms, [{ ...fate, bytes: 0, held: 0 }]);
    report.bytes += freed;
  }
}

async function dropDay(job: Job, terms: Terms, day: string, fates: readonly Fate[]): Promise<void> {
  const [from, to] = [dayDir(job.dir, day), trashPath(job.dir, day, job.now())];
  // Kill after it: nothing is derived from the day.
  await removeDerivedOfDay(job.dir, day, job.fs);
  // Kill after it: the days of those parts are searched without an index until it is built again.
  await dropParts(job.dir, day, (indexed) => indexed.day === day, job.fs);
  await ensureDir(dirname(to), job.fs);
  // Kill: the day is there or not. Without the fsyncs it could come back after a power cut and leave again.
  await job.fs.rename(from, to);
  await job.fs.fsyncDir(dirname(to));
  await job.fs.fsyncDir(dirname(from));
  // Kill before: the receipt is written when the trash is emptied, with the same name.
  const act = to.slice(dirname(to).length + 1);
  const at = new Date(parseTrashName(act)?.atMs ?? job.now()).toISOString();
  const deleted = fates.reduce((sum, { gone }) => sum + gone.calls, 0);
  const byRule = new Map(fates.flatMap(({ by_rule }) => [...by_rule]));
  const files = fates.map(({ file }) => `${act}/${file.path.slice(dirname(file.path).length + 1)}`);
  const rules = rulesIn(terms.rules, byRule);
  await appendReceipt(job.dir, { action: "retain", at, who: "retention", act, deleted, rules, files }, job.fs);
}

/** Remembers that the run was carried out, and which files of reached days have nothing left to go. */
async function remember(job: Job, { began, clean }: RetainRun): Promise<void> {
  const there = new Set((await listFiles(job.dir, job.fs)).map(indexKey));
  const kept = new Map([...clean].filter(([key]) => there.has(key)));
  await writeState(job.dir, { last_at: new Date(began).toISOString(), refused: null, clean: kept }, job.fs);
}
