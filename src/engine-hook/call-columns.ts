/** The columns of a live call that are known so far, and who may change them. */
import type { ColumnName } from "../record/columns.ts";
import { isPlain } from "../record/json.ts";
import { Scrutiny } from "../record/limits.ts";
import { COLLECTED, readColumns } from "../record/normalise.ts";
import { type CallRecord, emptyRecord } from "../record/record.ts";

type Columns = ReturnType<typeof emptyRecord>;
type Taken = { [name: string]: unknown };

/** Columns that the start decides, or that are counted. */
const FIXED = new Set<ColumnName>([
  "id",
  "rev",
  "record_version",
  "call_id",
  "source",
  "start_time",
  "writer",
  "created_at",
]);
/** Columns that every call has from its start on, and the zone, which the history may know. */
const BEGUN = ["source", "call_id", "start_time", "time_zone"] as const;
const canSet = (column: ColumnName): boolean => !FIXED.has(column) && !COLLECTED.has(column);
const canStart = (column: ColumnName): boolean =>
  column === "call_id" || column === "source" || column === "start_time" || canSet(column);

export class CallColumns {
  readonly values: Columns = emptyRecord();
  readonly #scrutiny: Scrutiny;
  /** The columns that the start named. */
  #given: readonly string[] = [];

  constructor(scrutiny: Scrutiny) {
    this.#scrutiny = scrutiny;
  }

  /** The engine's own name of the call. */
  get key(): string {
    return callKey(this.values.source, this.values.call_id);
  }

  /** What the engine says when the call begins. */
  takeStart(input: unknown): void {
    const taken: Taken = {};
    readColumns(input, taken, this.#scrutiny, canStart);
    this.#given = Object.keys(taken);
    Object.assign(this.values, taken);
  }

  /** What is known at the start: few columns of many, so these are not all looked through. */
  started(): Taken {
    const columns = this.values as Taken;
    const started: Taken = {};
    for (const name of this.#given) if (columns[name] !== null) started[name] = columns[name];
    for (const name of BEGUN) if (columns[name] !== null) started[name] = columns[name];
    return started;
  }

  /** Later ones win. Gives back what was read. */
  take(input: unknown): Partial<CallRecord> {
    const taken: Partial<Columns> = {};
    readColumns(input, taken, this.#scrutiny, canSet);
    const { metadata: before, quality_flags: flags } = this.values;
    Object.assign(this.values, taken);
    // Engine and adapter each name what they find doubtful.
    if (flags && taken.quality_flags) this.values.quality_flags = [...new Set([...flags, ...taken.quality_flags])];
    if (isPlain(before) && isPlain(taken.metadata)) this.values.metadata = { ...before, ...taken.metadata };
    return taken as Partial<CallRecord>;
  }

  /** A second end: the first one's word stands, what it left open is filled in. */
  takeMissing(input: unknown): void {
    const taken: Taken = {};
    readColumns(input, taken, this.#scrutiny, canSet);
    const columns = this.values as Taken;
    for (const name in taken) columns[name] ??= taken[name];
  }

  /** An end seen from outside: what the engine has said stands, and `completed` gives way to what follows from that. */
  takeSeen(input: unknown): void {
    const { metadata, error_message, transfer_destination } = this.values;
    const taken: Partial<Columns> = {};
    readColumns(input, taken, this.#scrutiny, canSet);
    const said = error_message !== null || transfer_destination !== null;
    if (said && taken.outcome === "completed") delete taken.outcome;
    const columns = this.values as Taken;
    for (const [name, value] of Object.entries(taken)) columns[name] ??= value;
    if (isPlain(metadata) && isPlain(taken.metadata)) this.values.metadata = { ...taken.metadata, ...metadata };
  }

  /** What an input says of columns that are not known yet; null if nothing. */
  missingIn(input: unknown): Taken | null {
    const taken: Taken = {};
    readColumns(input, taken, new Scrutiny(), canSet);
    const columns = this.values as Taken;
    for (const name of Object.keys(taken)) if (columns[name] !== null) delete taken[name];
    return Object.keys(taken).length > 0 ? taken : null;
  }

  /** The end that was supposed is taken back: the real one is known now. */
  forgetEnd(): void {
    const { values } = this;
    values.end_time = null;
    values.ended_reason = null;
    values.ended_by = null;
  }
}

/** The name under which an open call is looked for. */
export function callKey(source: string | null, callId: string | null): string {
  return `${source}\0${callId}`;
}
