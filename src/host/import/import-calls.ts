/** An import: reads a source, sorts its calls by time where it does not, and publishes them straight to Parquet. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallRecord } from "../../record/index.ts";
import { ensureDataFolder } from "../../store/lake/layout.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { type CallCounts, Publisher } from "./publisher.ts";
import { type Naming, readyOf, recordOf } from "./ready.ts";
import { Rejects } from "./rejects.ts";
import { isReject, type Meter, type Reading, type Source } from "./source.ts";
import { type ReadyCall, TimeOrder } from "./time-order.ts";

export interface ImportOptions {
  readonly dir: string;
  readonly kind: Kind;
  /** Files; for user-sessions also a connection string. */
  readonly from: readonly string[];
  /** IANA zone of times that name none; UTC unless given. */
  readonly zone?: string;
  readonly currency?: string;
  readonly source?: string;
  readonly client_id?: string;
  readonly retention_days?: number;
  /** Brings in what was erased on request, knowingly. */
  readonly again?: boolean;
  /** Where rejects are written; nowhere unless given. */
  readonly rejects_file?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (
    phase: "Reading" | "Writing",
    done: number,
    total: number,
    unit: "rows" | "bytes" | "calls",
  ) => void;
  /** Called when a lot is written and its rows are garbage. */
  readonly onLot?: () => void;
  readonly log?: (line: string) => void;
}

export interface ImportReport extends CallCounts {
  kind: Kind;
  /** Rows, lines or documents of the source: those of calls and those that were rejected. */
  rows_read: number;
  rows_rejected: number;
  /** Calls told by the rest: all that was added, updated, unchanged and so on. */
  calls: number;
  rejects_file: string | null;
  /** The first rejects, as sentences. */
  problems: string[];
  interrupted: boolean;
}

/** Published at once; a row is some 3 KB. Two such lots are in memory, one being read and one being written. */
const LOT = { calls: 10_000, characters: 4_000_000 };
const SAMPLE = { records: 10, rows: 5_000 };

/**
 * Imports all calls of the source. Safe to kill and to repeat: what is there already is found by name and time. After
 * `signal` it stops behind the lot that is being written, and says so in the report. Throws sentences.
 */
export async function importCalls(options: ImportOptions): Promise<ImportReport> {
  const { dir, kind, signal, onProgress } = options;
  const source: Source = KINDS[kind];
  await ensureDataFolder(dir);
  const rejects = new Rejects(options.rejects_file ?? null);
  const naming = namingOf(options, source);
  const publisher = await Publisher.open({
    ...{ dir, writer: naming.writer, keeps_ids: naming.keeps_ids, start_moves: source.start_moves ?? false },
    ...{ again: options.again ?? false, retention_days: options.retention_days ?? 0, log: options.log ?? (() => {}) },
  });
  const order = source.in_time_order ? null : new TimeOrder(join(dir, "tmp"));
  const count = { rows: 0, calls: 0 };
  const lots = new Lots(publisher, (done) => {
    if (order) onProgress?.("Writing", done, order.count, "calls");
    options.onLot?.();
  });
  let interrupted = false;
  try {
    const reading = readingOf(options, join(dir, "tmp"), Number.POSITIVE_INFINITY);
    for await (const item of source.read(reading)) {
      if (signal?.aborted) break;
      count.rows += item.rows;
      const { done, total, unit } = reading.meter;
      onProgress?.("Reading", done, total, unit);
      const record = isReject(item) ? item : recordOf(item, naming);
      if ("reason" in record) {
        rejects.add({ place: item.place, rows: item.rows, reason: record.reason });
        continue;
      }
      count.calls += 1;
      if (order) order.add(readyOf(record));
      else await lots.add(readyOf(record));
    }
    for (const call of order?.calls() ?? []) {
      if (signal?.aborted) break;
      await lots.add(call);
    }
    interrupted = signal?.aborted ?? false;
    await lots.end(interrupted);
  } finally {
    await lots.settled();
    publisher.close();
    order?.close();
    rejects.close();
  }
  const report: ImportReport = {
    ...{ kind, rows_read: count.rows, rows_rejected: rejects.rows, calls: count.calls, ...publisher.counts },
    ...{ rejects_file: rejects.path, problems: rejects.told, interrupted },
  };
  assertSum(report);
  return report;
}

/** What the first rows of a source would become; nothing is written to the data folder. */
export async function sampleCalls(options: ImportOptions): Promise<{ records: CallRecord[]; problems: string[] }> {
  const temp = await mkdtemp(join(tmpdir(), "call-lake-sample-"));
  const source: Source = KINDS[options.kind];
  const naming = namingOf(options, source);
  const rejects = new Rejects(null);
  const records: CallRecord[] = [];
  try {
    for await (const item of source.read(readingOf(options, temp, SAMPLE.rows))) {
      const record = isReject(item) ? item : recordOf(item, naming);
      if ("reason" in record) rejects.add({ place: item.place, rows: item.rows, reason: record.reason });
      else records.push(record);
      if (records.length >= SAMPLE.records || rejects.rows >= SAMPLE.rows) break;
    }
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
  return { records, problems: rejects.told };
}

function namingOf({ kind, source, client_id }: ImportOptions, from: Source): Naming {
  const keeps_ids = from.keeps_ids ?? false;
  return { source: source ?? null, client_id: client_id ?? null, writer: `import-${kind}`, keeps_ids };
}

function readingOf({ from, zone, currency }: ImportOptions, temp_dir: string, rows_max: number): Reading {
  const meter: Meter = { total: 0, done: 0, unit: "rows" };
  return { from, zone: zone ?? "UTC", currency: currency ?? null, temp_dir, meter, rows_max };
}

/** What comes in goes out somewhere: a sum that does not hold is an error of ours. */
function assertSum(report: ImportReport): void {
  if (report.interrupted) return;
  const { added, updated, unchanged, recorded_already, repeated, erased, too_old } = report;
  const sum = added + updated + unchanged + recorded_already + repeated + erased + too_old;
  if (sum !== report.calls)
    throw new Error(
      `Of ${report.calls} calls ${sum} are accounted for; run "call-lake verify" and tell us: ${JSON.stringify(report)}`,
    );
}

/** Calls in the order of time, cut into lots; one is written while the next is read. */
class Lots {
  readonly #publisher: Publisher;
  readonly #onDone: (calls: number) => void;
  #lot: ReadyCall[] = [];
  #characters = 0;
  /** Calls of one instant, by id: the source may tell one twice. */
  #instant = new Map<string, ReadyCall>();
  #instantMs = -1;
  #writing: Promise<void> = Promise.resolve();
  #done = 0;

  constructor(publisher: Publisher, onDone: (calls: number) => void) {
    this.#publisher = publisher;
    this.#onDone = onDone;
  }

  async add(call: ReadyCall): Promise<void> {
    if (call.start_ms !== this.#instantMs) {
      this.#closeInstant();
      this.#instantMs = call.start_ms;
      if (this.#lot.length >= LOT.calls || this.#characters >= LOT.characters) await this.#write();
    }
    const before = this.#instant.get(call.id);
    if (before) this.#publisher.counts.repeated += 1;
    // What is told last counts, unless it is a lower revision of a record of ours.
    if (!before || call.rev >= before.rev) this.#instant.set(call.id, call);
  }

  /** Writes the rest, unless the import was interrupted. */
  async end(interrupted: boolean): Promise<void> {
    this.#closeInstant();
    await this.#writing;
    if (!interrupted) await this.#write();
    await this.#writing;
  }

  /** Resolves when nothing is being written any more, whatever became of it. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  #closeInstant(): void {
    for (const call of this.#instant.values()) {
      this.#lot.push(call);
      this.#characters += call.line.length;
    }
    this.#instant.clear();
  }

  async #write(): Promise<void> {
    const lot = this.#lot;
    this.#lot = [];
    this.#characters = 0;
    await this.#writing;
    if (lot.length === 0) return;
    this.#writing = this.#publisher.publish(lot).then(() => {
      this.#done += lot.length;
      this.#onDone(this.#done);
    });
    // A failure is thrown where it is waited for; until then it must not count as unhandled.
    this.#writing.catch(() => {});
  }
}
