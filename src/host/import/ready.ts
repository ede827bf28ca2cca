/** Makes a told call ready for the lake: a whole record with its id, as one line of JSON, or the reason why not. */
import { type CallRecord, dayOf, dayOfTime, isCallIdentity, normaliseRecord } from "../../record/index.ts";
import { instantMs } from "../../record/time.ts";
import type { ToldCall } from "./source.ts";
import type { ReadyCall } from "./time-order.ts";

export interface Naming {
  /** Takes the place of the source's own name. */
  readonly source: string | null;
  /** The tenant of calls that name none. */
  readonly client_id: string | null;
  /** Who is named as the writer of records that have none; null keeps what the record says. */
  readonly writer: string;
  readonly keeps_ids: boolean;
}

/** The whole record of a told call, or why it is none. */
export function recordOf({ columns }: ToldCall, naming: Naming): CallRecord | { reason: string } {
  const { call_id, start_time, id } = columns;
  if (typeof call_id !== "string" || call_id === "") return { reason: "It has no call_id." };
  const start = instantMs(start_time);
  if (start === null)
    return { reason: `start_time is no time between 1970 and 9999: ${JSON.stringify(start_time ?? null)}.` };
  const record = normaliseRecord({
    ...columns,
    source: naming.source ?? columns.source,
    client_id: columns.client_id ?? naming.client_id,
    writer: naming.keeps_ids ? (columns.writer ?? naming.writer) : naming.writer,
    // An import has no clock of its own: the same record each time.
    created_at: columns.created_at ?? columns.end_time ?? start,
    rev: naming.keeps_ids ? columns.rev : 1,
  });
  leaveUnknown(record, columns);
  if (naming.keeps_ids && id !== undefined && id !== null) {
    if (!isCallIdentity(id) || dayOf(id) !== dayOfTime(start))
      return { reason: `id is no id of a call that began ${record.start_time}: ${JSON.stringify(id)}.` };
    record.id = id;
  }
  return record;
}

const COUNTS = {
  conversation: ["user_messages", "assistant_messages", "total_turns"],
  tool_calls: ["tool_call_count", "tool_ok_count", "tool_error_count"],
} as const;

/** Where a source says that it has no transcript, or no tools, their counts are not 0 but unknown, unless it gives them. */
function leaveUnknown(record: CallRecord, columns: ToldCall["columns"]): void {
  for (const list of ["conversation", "tool_calls"] as const)
    if (columns[list] === null) for (const count of COUNTS[list]) record[count] = columns[count] ?? null;
}

/** A record as it waits to be published. What is null is left out: a third of the text of a long conversation. */
export function readyOf(record: CallRecord): ReadyCall {
  const told: { [column: string]: unknown } = {};
  for (const column in record) {
    const value = record[column as keyof CallRecord];
    if (value !== null) told[column] = LISTS.has(column) ? (value as object[]).map(withoutNulls) : value;
  }
  const { id, rev, source, call_id } = record;
  return { id, rev, source, call_id, start_ms: instantMs(record.start_time) ?? 0, line: JSON.stringify(told) };
}

/** Columns whose elements have members; inside JSON columns a null is a value. */
const LISTS: ReadonlySet<string> = new Set(["conversation", "tool_calls", "turns", "recordings"]);

function withoutNulls(element: object): object {
  const told: { [member: string]: unknown } = {};
  for (const member in element) {
    const value = element[member as keyof typeof element] as unknown;
    if (value !== null) told[member] = value;
  }
  return told;
}
