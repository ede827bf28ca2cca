/** Brings ready calls into the lake, some thousands at a time, each once however often and from wherever it is told. */
import { type LakeDb, openLakeDb } from "../../etl/duckdb.ts";
import { readErased } from "../../etl/erased.ts";
import { type IdRanges, type Job, runJob } from "../../etl/job.ts";
import { noRows, publishRows } from "../../etl/publish-rows.ts";
import type { Row } from "../../etl/write-rows.ts";
import { type CallRecord, dayOf, normaliseRecord } from "../../record/index.ts";
import { JournalFollower } from "../../store/journal/follower.ts";
import { ensureDataFolder, tmpPath } from "../../store/lake/layout.ts";
import { filesOfDay } from "../../store/lake/listing.ts";
import { changedIds, type KnownCall, knownCalls, nameOf } from "./known-calls.ts";
import { readyOf } from "./ready.ts";
import type { ReadyCall } from "./time-order.ts";

/** What became of the calls: together they are all calls that were told. */
export interface CallCounts {
  added: number;
  /** Calls of an earlier import of this kind that say something new, and calls that had been closed as lost. */
  updated: number;
  /** Calls of an earlier import that say the same. */
  unchanged: number;
  /** Calls that were recorded live, or came by another import: left as they are. */
  recorded_already: number;
  /** Calls that stand in the source more than once. */
  repeated: number;
  /** Calls that were erased on request, of a person who was, or that are being erased: left out. */
  erased: number;
  /** Calls older than the retention horizon. */
  too_old: number;
}

export interface PublisherOptions {
  readonly dir: string;
  readonly writer: string;
  readonly keeps_ids: boolean;
  readonly start_moves: boolean;
  /** Also what was erased on request. */
  readonly again: boolean;
  readonly retention_days: number;
  readonly log: (line: string) => void;
}

/** A live recording and an import may differ so much over a call's start. */
const SAME_CALL_MS = 3_600_000;
const SAME_SESSION_MS = 86_400_000;
/** Another job of the etl, a large compaction say, may take so long. */
const WAIT_MS = 600_000;
/** Segment numbers follow the clock, so that a name is not used again when its day was dropped: one for 10 s since 2026. */
const SEGMENT_MS = 10_000;
const SEGMENTS_SINCE_MS = Date.UTC(2026, 0, 1);

/** A call beside the record that is there of it. */
interface Beside {
  readonly call: ReadyCall;
  readonly known: KnownCall;
}

export class Publisher {
  readonly counts: CallCounts = {
    ...{ added: 0, updated: 0, unchanged: 0, recorded_already: 0, repeated: 0, erased: 0, too_old: 0 },
  };
  readonly #options: PublisherOptions;
  readonly #db: LakeDb;
  readonly #follower: JournalFollower;
  /** Of the files of all lots so far: some hundred bytes each. */
  readonly #ranges: IdRanges = new Map();

  private constructor(options: PublisherOptions, db: LakeDb) {
    this.#options = options;
    this.#db = db;
    this.#follower = new JournalFollower(options.dir);
  }

  /** Makes the data folder if it is not there. */
  static async open(options: PublisherOptions): Promise<Publisher> {
    await ensureDataFolder(options.dir);
    const db = await openLakeDb({ temp_dir: tmpPath(options.dir, "spill"), memory_limit: "128MB", threads: 1 });
    return new Publisher(options, db);
  }

  close(): void {
    this.#db.close();
  }

  /** Adds what is new of these calls. They are durable when this resolves; a kill leaves whole days or none of them. */
  async publish(calls: readonly ReadyCall[]): Promise<void> {
    const { dir, log, retention_days } = this.#options;
    const id_ranges = this.#ranges;
    await runJob(dir, { db: this.#db, log, retention_days, wait_ms: WAIT_MS, id_ranges }, async (job) => {
      const rows = await this.#news(job, await this.#admitted(job, calls));
      if (rows.length === 0) return;
      const counts = noRows();
      await publishRows(job, this.#options.writer, await this.#segment(job, rows), rows, counts);
      this.counts.added += counts.rows - counts.replaced;
      this.counts.updated += counts.replaced;
      this.counts.unchanged += counts.known;
      this.counts.erased += counts.erased;
      this.counts.too_old += counts.refused_old;
    });
  }

  /** Without what was erased on request. The register is read under the lock: an erasure may have come since the last lot. */
  async #admitted(job: Job, calls: readonly ReadyCall[]): Promise<readonly ReadyCall[]> {
    if (this.#options.again) return calls;
    const register = await readErased(job.dir, job.fs);
    if (register.isEmpty) return calls;
    const window = this.#options.start_moves ? SAME_SESSION_MS : SAME_CALL_MS;
    const kept = calls.filter((call) => !register.has(call, JSON.parse(call.line) as Record<string, unknown>, window));
    this.counts.erased += calls.length - kept.length;
    return kept;
  }

  /** The rows that are to be written: calls nobody knows, and next revisions of those that say something new. */
  async #news(job: Job, calls: readonly ReadyCall[]): Promise<Row[]> {
    const { keeps_ids, start_moves, writer } = this.#options;
    await this.#follower.poll();
    const window = start_moves ? SAME_SESSION_MS : SAME_CALL_MS;
    const all = await knownCalls(job, this.#follower, calls, window);
    // Exact ids first: what one call is exactly, another cannot be nearly.
    const taken = new Set(calls.map(({ id }) => id));
    const rows: Row[] = [];
    const beside: Beside[] = [];
    for (const call of calls) {
      const candidates = all.get(nameOf(call)) ?? [];
      const exact = candidates.find(({ id }) => id === call.id);
      const isOwn = (known: KnownCall) => known.writer === writer;
      const near = candidates
        .filter((known) => !taken.has(known.id) && Math.abs(known.start_ms - call.start_ms) <= window)
        .filter((known) => keeps_ids || start_moves || !isOwn(known))
        .sort((a, b) => Math.abs(a.start_ms - call.start_ms) - Math.abs(b.start_ms - call.start_ms))[0];
      const known = exact ?? near;
      if (!known || (keeps_ids && exact)) {
        rows.push(rowOf(call));
        continue;
      }
      taken.add(known.id);
      const mayBetter = !keeps_ids && (isOwn(known) || known.outcome === "lost");
      if (mayBetter) beside.push({ call, known });
      else this.counts.recorded_already += 1;
    }
    rows.push(...(await this.#revisions(job, beside)));
    return rows;
  }

  /** Next revisions of the calls that say something else than the record that is there. */
  async #revisions(job: Job, beside: readonly Beside[]): Promise<Row[]> {
    const placed = beside.map(({ call, known }) => ({ call: inPlaceOf(call, known), known }));
    const stored = placed.filter(({ known }) => known.outcome !== "lost").map(({ call }) => call);
    const changed = await changedIds(job, stored);
    const rows: Row[] = [];
    for (const { call, known } of placed) {
      const shrunk = this.#options.start_moves && messagesIn(call.line) < known.messages;
      if (known.outcome !== "lost" && (shrunk || !changed.has(call.id))) this.counts.unchanged += 1;
      else rows.push(rowOf(withRev(call, known.rev + 1)));
    }
    return rows;
  }

  /** A number above all of this writer in the days of these rows. */
  async #segment(job: Job, rows: readonly Row[]): Promise<number> {
    let segment = Math.max(1, Math.floor((job.now() - SEGMENTS_SINCE_MS) / SEGMENT_MS));
    for (const day of new Set(rows.map(({ id }) => dayOf(id))))
      for (const file of await filesOfDay(job.dir, day, job.fs))
        if (file.writer === this.#options.writer) segment = Math.max(segment, file.last + 1);
    return segment;
  }
}

/** Rows hold text; the object is made for the moment in which it is asked for. */
function rowOf({ id, rev, line }: ReadyCall): Row {
  const row = {
    id,
    rev,
    get record() {
      return JSON.parse(line) as object;
    },
  };
  // Not enumerable: whoever copies the row with another record must not keep the old one's text.
  return Object.defineProperty(row, "line", { value: line });
}

function messagesIn(line: string): number {
  const { user_messages, assistant_messages } = JSON.parse(line) as CallRecord;
  return (user_messages ?? 0) + (assistant_messages ?? 0);
}

/** The call under the id, the start and the revision of the record that is there. */
function inPlaceOf(call: ReadyCall, known: KnownCall): ReadyCall {
  const lost = known.outcome === "lost";
  if (call.id === known.id && !lost) return withRev(call, known.rev);
  const told = JSON.parse(call.line) as CallRecord;
  // A call that was recorded until its engine died stays its writer's: the next import finds it as recorded already.
  if (lost) told.writer = known.writer;
  const start_time = new Date(known.start_ms).toISOString();
  // The offsets of messages follow from the start.
  const conversation = told.conversation?.map((message) => ({
    ...message,
    offset_ms: message.at ? null : message.offset_ms,
  }));
  const { duration_seconds, ...rest } = told;
  const lasted = told.end_time ? {} : { duration_seconds };
  const record = normaliseRecord({ ...rest, ...lasted, conversation, start_time });
  return readyOf({ ...record, id: known.id, rev: known.rev });
}

function withRev(call: ReadyCall, rev: number): ReadyCall {
  if (call.rev === rev) return call;
  return { ...call, rev, line: JSON.stringify({ ...(JSON.parse(call.line) as CallRecord), rev }) };
}
