/** The etl's loop: publish, compact and retain by the clock, for ever or once; a failing step never ends it. */
import { setTimeout as sleep } from "node:timers/promises";
import { unlessCode } from "../store/fs.ts";
import { isSealed, listSegments, listWriters } from "../store/journal/reader.ts";
import { compactAll } from "./compact.ts";
import { makeDerived } from "./derived.ts";
import { isFatal } from "./duckdb.ts";
import { daysOf, type JobOptions, runJob } from "./job.ts";
import { mayBeSealed, type PublishReport, publish, publishAll } from "./publish.ts";
import { recoverAll } from "./recover.ts";
import { type RetainLimits, type RetainRun, retain, retainStep } from "./retain.ts";
import { closeSegments, openSegmentsWith } from "./rotation.ts";
import { indexAll, indexNext } from "./search.ts";

export interface EtlOptions {
  readonly dir: string;
  /** How often live writers are asked to close their segments, in s; a closed one is published within a second. */
  readonly publish_seconds?: number;
  /** 0 = keep for ever. */
  readonly retention_days?: number;
  /** Rules of docs/retention.md as JSON gives them; without them those of retention.json count. */
  readonly retention_rules?: unknown;
  /** How long the open calls of a dead engine wait for its new start before they are closed as lost. Default 30 s. */
  readonly seal_grace_seconds?: number;
  readonly signal?: AbortSignal;
  /** Publish all that can be published, compact, retain, and return. */
  readonly once?: boolean;
  readonly log?: (line: string) => void;
  /** Called after a DuckDB error that spoils the process, instead of going on. */
  readonly on_fatal?: (error: Error) => void;
}

const PUBLISH_SECONDS = 300;
/** A process under systemd or in a container is back within seconds. */
const SEAL_GRACE_SECONDS = 30;
const TICK_MS = 500;
const RETAIN_MS = 3_600_000;
const RETAIN_AGAIN_MS = 60_000;
const BACK_OFF_MS = { min: 1_000, max: 60_000 };
const ROTATION_WAIT_MS = 3_000;
/** How often it is looked whether a file lacks what is derived from it, and how long one step of making that takes. */
const DERIVED_MS = 10_000;
const DERIVED_STEP_MS = 2_000;
/** How often it is looked whether a settled file lacks its search index. */
const INDEX_MS = 60_000;

/** Runs until `signal`; with `once` a single time, throwing if something could not be published. */
export async function runEtl(options: EtlOptions): Promise<void> {
  const { publishMs, retention_days, sealGraceMs } = checkEtlOptions(options);
  const log = options.log ?? (() => {});
  const { retention_rules } = options;
  const job: JobOptions = { log, retention_days, retention_rules, seal_grace_ms: sealGraceMs };
  const limits = { days: retention_days, rules: retention_rules };
  if (options.once) return runOnce(options.dir, job, limits);
  const { dir, signal } = options;
  const due = { recover: true, rotate: performance.now() + publishMs, retain: 0, derived: 0, index: 0 };
  let retaining: RetainRun | null = null;
  let indexing: Promise<void> = Promise.resolve();
  let backOff = 0;
  while (!signal?.aborted) {
    try {
      if (due.recover) await runJob(dir, job, recoverAll);
      due.recover = false;
      if (performance.now() >= due.rotate) {
        due.rotate = performance.now() + publishMs;
        await closeSegments(dir, await openSegmentsWith(dir, () => true), ROTATION_WAIT_MS);
      }
      if (await isPublishable(dir, sealGraceMs)) {
        await publishAndCompact(dir, job);
        due.derived = 0;
      }
      if (performance.now() >= due.retain) {
        const { run, next }: NextRetention = await retainBeside(options, job, limits, retaining);
        retaining = run;
        due.retain = performance.now() + next;
      }
      // In steps, so that publishing and erasing never wait long for them.
      if (performance.now() >= due.derived) {
        const { left } = await runJob(dir, job, (held) => makeDerived(held, DERIVED_STEP_MS));
        due.derived = left > 0 ? 0 : performance.now() + DERIVED_MS;
      }
      if (performance.now() >= due.index) {
        due.index = Number.POSITIVE_INFINITY;
        indexing = indexBeside(options, job).then((next) => {
          due.index = performance.now() + next;
        });
      }
      backOff = 0;
    } catch (error) {
      if (isFatal(error)) options.on_fatal?.(error as Error);
      due.recover = true;
      backOff = Math.min(Math.max(backOff * 2, BACK_OFF_MS.min), BACK_OFF_MS.max);
      log(`The etl's step failed and is tried again in ${backOff / 1000} s: ${String(error)}`);
    }
    await sleep(backOff || TICK_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
  await indexing;
}

/** Builds a part of the search index beside the loop, taking the lock only to add it; returns when to look again, in ms. */
async function indexBeside(options: EtlOptions, job: JobOptions): Promise<number> {
  try {
    return (await indexNext(options.dir, job)) ? 0 : INDEX_MS;
  } catch (error) {
    if (isFatal(error)) options.on_fatal?.(error as Error);
    job.log?.(`The search index could not be built and is tried again in ${INDEX_MS / 1000} s: ${String(error)}`);
    return INDEX_MS;
  }
}

/** What retention goes on with, and when, in ms. */
interface NextRetention {
  readonly run: RetainRun | null;
  readonly next: number;
}

/** One step of retention. Rules or holds that cannot be read stop it alone: the loop goes on. */
async function retainBeside(
  options: EtlOptions,
  job: JobOptions,
  limits: RetainLimits,
  before: RetainRun | null,
): Promise<NextRetention> {
  try {
    const run = await runJob(options.dir, job, (held) => retainStep(held, limits, before));
    return run.left.length > 0 ? { run, next: 0 } : { run: null, next: RETAIN_MS };
  } catch (error) {
    if (isFatal(error)) options.on_fatal?.(error as Error);
    job.log?.(`Retention failed and is tried again in ${RETAIN_AGAIN_MS / 1000} s: ${String(error)}`);
    return { run: null, next: RETAIN_AGAIN_MS };
  }
}

/** Asks live writers to close their segments, waits a little, and publishes all that is closed. */
export async function publishNow(dir: string, options: JobOptions = {}): Promise<PublishReport> {
  await closeSegments(dir, await openSegmentsWith(dir, () => true), ROTATION_WAIT_MS);
  return publish(dir, options);
}

async function runOnce(dir: string, job: JobOptions, limits: RetainLimits): Promise<void> {
  await runJob(dir, job, recoverAll);
  const report = await publishNow(dir, job);
  await runJob(dir, job, compactAll);
  const refused = await retain(dir, limits, job).then(
    (done) => done.refused,
    (error: unknown) => {
      if (isFatal(error)) throw error;
      return String(error);
    },
  );
  await runJob(dir, job, (held) => makeDerived(held));
  await indexAll(dir, job);
  if (refused !== null) throw new Error(`Retention: ${refused}`);
  if (report.failures.length > 0) throw new Error(`Not all was published: ${report.failures.join("; ")}`);
}

async function publishAndCompact(dir: string, job: JobOptions): Promise<void> {
  await runJob(dir, job, async (held) => {
    const report = await publishAll(held);
    if (report.rows + report.segments > 0)
      held.log(`Published ${report.rows} calls of ${report.segments} segments in ${report.files} files.`);
    if (report.refused_old > 0) held.log(`Refused ${report.refused_old} calls older than the retention horizon.`);
    await compactAll(held);
    if (report.failures.length > 0) throw new Error(report.failures.join("; "));
  });
}

/** Whether a closed segment, or a dead writer, is there. */
async function isPublishable(dir: string, sealGraceMs: number): Promise<boolean> {
  for (const writer of await listWriters(dir)) {
    const segments = (await unlessCode(listSegments(dir, writer), "ENOENT")) ?? [];
    if (
      segments.length > 1 ||
      (await isSealed(dir, writer)) ||
      (await mayBeSealed(dir, writer, Date.now(), sealGraceMs))
    )
      return true;
  }
  return false;
}

/** The options in the loop's units; throws a sentence for one out of range. */
export function checkEtlOptions(options: {
  publish_seconds?: number;
  retention_days?: number;
  seal_grace_seconds?: number;
}): {
  publishMs: number;
  retention_days: number;
  sealGraceMs: number;
} {
  const seconds = secondsOf(options.publish_seconds ?? PUBLISH_SECONDS);
  const grace = options.seal_grace_seconds ?? SEAL_GRACE_SECONDS;
  if (!(grace >= 0 && grace <= SECONDS_MAX)) {
    throw new RangeError(`seal_grace_seconds must be from 0 to ${SECONDS_MAX}; it is ${JSON.stringify(grace)}.`);
  }
  return { publishMs: seconds * 1000, retention_days: daysOf(options.retention_days ?? 0), sealGraceMs: grace * 1000 };
}

const SECONDS_MAX = 86_400;

function secondsOf(seconds: number): number {
  if (Number.isFinite(seconds) && seconds > 0 && seconds <= SECONDS_MAX) return seconds;
  throw new RangeError(
    `CALL_HISTORY_PUBLISH_SECONDS must be a number of seconds above 0 and up to ${SECONDS_MAX}; it is ${JSON.stringify(seconds)}.`,
  );
}
