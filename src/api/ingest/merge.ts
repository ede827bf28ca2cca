/** Joins what is told of a call with what is recorded of it: the next revision never loses what the one before knew. */
import { isDeepStrictEqual } from "node:util";
import type { RecordInput } from "../../engine-hook/index.ts";
import { type CallRecord, normaliseRecord } from "../../record/index.ts";
import { isPlain } from "../../record/json.ts";

type Told = Partial<RecordInput>;

/** What the recorder makes anew. */
const MADE = new Set(["id", "rev", "record_version", "writer", "created_at", "start_time_local"]);
/** What was supposed of a call whose end nobody had told. */
const SUPPOSED = ["outcome", "ended_reason", "ended_by", "graceful", "end_time", "duration_seconds"];
const SUPPOSED_REASON = "session_timeout";

/** The next revision of `stored`, or null if `told` says nothing that is new. */
export function nextRevision(stored: CallRecord, told: Told): CallRecord | null {
  const input: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(stored)) if (!MADE.has(name) && value !== null) input[name] = value;
  const supposed = stored.outcome === "lost" || stored.ended_reason === SUPPOSED_REASON;
  if (supposed && told.end_time !== undefined) for (const name of SUPPOSED) delete input[name];
  // That nothing was said follows from there being no words; now there are some.
  if (stored.outcome === "abandoned" && !stored.conversation?.length && told.conversation?.length)
    delete input["outcome"];
  if (told.end_time !== undefined && told.end_time !== null) delete input["duration_seconds"];
  for (const [name, value] of Object.entries(told)) {
    if (value === null || value === undefined || name === "start_time" || name === "rev") continue;
    input[name] = joined(input[name], value);
  }
  const next = normaliseRecord({ ...input, rev: stored.rev + 1 });
  return isDeepStrictEqual(comparable(next), comparable(stored)) ? null : next;
}

/** Of two lists the longer one, of two objects all members, else what is told now. */
function joined(before: unknown, now: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(now)) return now.length >= before.length ? now : before;
  if (!isPlain(before) || !isPlain(now)) return now;
  const both: { [name: string]: unknown } = { ...before };
  for (const name of Object.keys(now)) {
    if (name === "__proto__") continue;
    both[name] = Object.hasOwn(both, name) ? joined(both[name], now[name]) : now[name];
  }
  return both;
}

/** What two tellings can differ in; flags of reading a value again say nothing new. */
function comparable(record: CallRecord): unknown {
  const columns: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(record)) {
    if (MADE.has(name) || name === "quality_flags" || value === null) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    if (isPlain(value) && Object.keys(value).length === 0) continue;
    columns[name] = value;
  }
  return JSON.parse(JSON.stringify(columns));
}
