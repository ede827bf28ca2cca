/** Where statistics come from: sums in memory for files whose rollups count, and a scan of all other rows. */
import { dayOfTime } from "../record/id.ts";
import type { LakeFile } from "../store/lake/names.ts";
import type { Read } from "../store/lake/narrow.ts";
import { addedUp, countPart, countSums, GROUPED, PARTS, type PartName, READS } from "../store/lake/rollup-parts.ts";
import type { Filter } from "./filter.ts";
import { groupsOf, holdsDay } from "./rollup-groups.ts";
import type { Held, RolledUp, Rollups } from "./rollups.ts";
import type { Scope } from "./scope.ts";
import { join, raw, type Sql, sql } from "./statement.ts";
import { type Under, underOf } from "./under.ts";
import { callsOf, isMasked, type Shared, shared, type View } from "./view.ts";

/** The calls under one filter and scope, as sums and rows. */
export class StatsSource {
  readonly held: Held;
  /** Files whose sums in memory are used. */
  readonly #summed: readonly RolledUp[];
  readonly #scanned: readonly LakeFile[];
  readonly #view: View;
  readonly #under: Under;

  private constructor(view: View, under: Under, held: Held, summed: readonly RolledUp[], scanned: readonly LakeFile[]) {
    this.#view = view;
    this.#under = under;
    this.held = held;
    this.#summed = summed;
    this.#scanned = scanned;
  }

  /** Release `held` when all is asked. */
  static async of(view: View, filter: Filter, scope: Scope, rollups: Rollups): Promise<StatsSource> {
    // First, since it may throw: what is held is to be released.
    const under = underOf(filter, scope);
    const groups = groupsOf(filter, scope);
    const sums = (file: LakeFile) => groups !== null && holdsDay(filter, file.day) && !isMasked(view, file.day);
    const held = await rollups.hold(view, (file) => under.has(file.day) && sums(file), groups ?? []);
    const summed = new Set(held.files.map(({ file }) => file.path));
    const scanned = view.files.filter((file) => under.has(file.day) && !summed.has(file.path));
    return new StatsSource(view, under, held, held.files, scanned);
  }

  /**
   * What is summed in memory and what is scanned, apart: sums of settled files are asked in the same words whatever
   * the journal has meanwhile, so that their rows are kept, and the scan is of little.
   */
  get halves(): readonly StatsSource[] {
    if (this.inMemory || this.#summed.length === 0) return [this];
    return [
      new StatsSource({ ...this.#view, ranges: [] }, this.#under, this.held, this.#summed, []),
      new StatsSource(this.#view, this.#under, this.held, [], this.#scanned),
    ];
  }

  /** The days, as numbers, of which rows are scanned. */
  get scannedDays(): readonly number[] {
    const ranges = this.#view.ranges.filter((range) => this.#under.has(range.day));
    const days = new Set([...this.#scanned, ...ranges].map(({ day }) => Date.parse(`${day}T00:00:00Z`) / 86_400_000));
    return [...days].sort((a, b) => a - b);
  }

  /** Whether every number is a sum in memory, so that all can be asked in one statement. */
  get inMemory(): boolean {
    return this.#scanned.length === 0 && !this.#hasTail;
  }

  get #hasTail(): boolean {
    return this.#view.ranges.some((range) => this.#under.has(range.day));
  }

  /** Sums of a part over memory and scan together, one row a key. */
  part(part: PartName): Sql {
    const { keys, sums } = PARTS[part];
    const names = raw(
      Object.keys(keys)
        .map((key) => `${key}, `)
        .join(""),
    );
    const grouped = raw(Object.keys(keys).length > 0 ? ` GROUP BY ${Object.keys(keys).join(", ")}` : "");
    return sql`SELECT ${names}${raw(sums.map(addedUp).join(", "))} FROM (${this.rows(part)})${grouped}`;
  }

  /** Rows of sums of a part, several a key. */
  rows(part: PartName): Sql {
    const { keys, sums } = PARTS[part];
    const columns = [...Object.keys(keys), ...sums].join(", ");
    const memory = sql`SELECT ${raw(columns)} FROM ${raw(`rollup_${part}`)} WHERE ${this.inHeld()}`;
    if (this.inMemory) return memory;
    const scan = sql`SELECT ${raw(columns)} FROM (${this.scan(part)})`;
    return this.#summed.length === 0 ? scan : sql`${memory} UNION ALL ${scan}`;
  }

  /** The condition for rows in memory that belong to the question. */
  inHeld(table = ""): Sql {
    const groups = this.held.groups.join(", ") || "-1";
    const files = rangesOf(this.#summed.map(({ number }) => number))
      .map(([from, to]) => `${table}file BETWEEN ${from} AND ${to}`)
      .join(" OR ");
    return raw(`${table}grp IN (${groups}) AND (${files || "false"})`);
  }

  get summed(): readonly RolledUp[] {
    return this.#summed;
  }

  /** A part counted from the rows that are scanned; all but `value` and `caller` need the relation of `scans`. */
  scan(part: PartName): Sql {
    switch (part) {
      case "totals":
      case "slot":
        return raw("SELECT * FROM scan_sums");
      case "cost":
        return raw("SELECT key, cost_calls AS calls, cost_micro FROM scan_sums WHERE cost_calls > 0");
      case "latency":
        return raw("SELECT * FROM scan_latencies");
      case "tool":
      case "tool_duration":
        return raw(countPart(part, "scan_tools"));
      default:
        return counted((from) => countPart(part, from), this.#calls(this.#scanned, READS[part]));
    }
  }

  /** The relations that the parts of one statement share: rows are read once, however many parts they make. */
  withScans(parts: readonly PartName[], statement: Sql): Sql {
    if (this.inMemory) return statement;
    const of = (...some: PartName[]) => parts.some((part) => some.includes(part));
    const relations: Sql[] = [];
    const calls = (...some: PartName[]) =>
      this.#calls(
        this.#scanned,
        some.flatMap((part) => READS[part]),
      );
    // Without groups it costs half as much.
    if (of("totals") && !of("slot", "cost"))
      relations.push(sql`scan_sums AS MATERIALIZED (${counted((from) => countPart("totals", from), calls("totals"))})`);
    else if (of("totals", "slot", "cost"))
      relations.push(sql`scan_sums AS MATERIALIZED (${counted(countSums, calls("totals", "slot", "cost"))})`);
    if (of("latency")) {
      const latencies = counted((from) => countPart("latency", from), calls("latency"));
      relations.push(sql`scan_latencies AS MATERIALIZED (${latencies})`);
    }
    if (of("tool", "tool_duration"))
      relations.push(
        sql`scan_tools AS MATERIALIZED (SELECT unnest(tool_calls, max_depth := 2) FROM (${calls("tool")}))`,
      );
    return relations.length === 0 ? statement : sql`WITH ${join(relations, ", ")} ${statement}`;
  }

  /** Callers counted from all rows of the question, or from those in these buckets, whatever is in memory. */
  scanCallers(buckets: readonly number[] | null = null): Sql {
    if (buckets === null) return counted((from) => countPart("caller", from), this.#all(READS.caller));
    const some = sql`SELECT * FROM (${this.#all([...READS.caller, "caller_bucket"])}) WHERE caller_bucket IN (${raw(buckets.join(", "))})`;
    return counted((from) => countPart("caller", from), some);
  }

  /** Calls of each bucket of callers, the largest first; null where a bucket would be made of each row's number. */
  scanBuckets(limit: number): Sql | null {
    const reads = [...READS.caller, "caller_bucket"] as const;
    if (shared(this.#view, this.#under, reads).wide.length > 0) return null;
    return sql`SELECT caller_bucket AS number, count(*) AS calls FROM (${this.#all(["caller_bucket"])})
      WHERE caller_bucket IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT ${raw(String(limit))}`;
  }

  /** Where the calls of summed files can be read. */
  get places(): Shared {
    const files = this.#summed.map(({ file }) => file);
    return shared({ ...this.#view, files }, { reads: new Set(), has: () => true }, [...READS.caller, ...GROUPED]);
  }

  #all(reads: readonly Read[]): Sql {
    return this.#calls(this.#view.files, reads);
  }

  #calls(files: readonly LakeFile[], reads: readonly Read[]): Sql {
    return callsOf({ ...this.#view, files }, this.#under, reads);
  }
}

/** The first and last instant of the days that have calls, in ms; of today when there are none. */
export function daysSpan(days: readonly string[], nowMs: number): [from: number, to: number] {
  const today = dayOfTime(nowMs);
  return [Date.parse(`${days.at(-1) ?? today}T00:00:00Z`), Date.parse(`${days[0] ?? today}T00:00:00Z`) + 86_400_000];
}

/** The SQL that counts from a relation, over that statement. */
function counted(count: (from: string) => string, from: Sql): Sql {
  const [before, after] = count("\0").split("\0");
  return sql`${raw(before ?? "")}(${from})${raw(after ?? "")}`;
}

/** Several selections of the same columns as one. */
export function unionAll(parts: readonly Sql[]): Sql {
  return join(
    parts.map((part) => sql`(${part})`),
    " UNION ALL ",
  );
}

function rangesOf(numbers: readonly number[]): [from: number, to: number][] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}
