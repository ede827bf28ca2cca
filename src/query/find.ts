/** Calls by the engine's own name for them: for whoever records, so that all that is told of a call becomes one record. */
import { dayOfTime } from "../record/id.ts";
import type { CallRecord } from "../record/record.ts";
import type { OpenCall } from "../store/journal/fold.ts";
import type { Ask } from "./asking.ts";
import { wholeRecord } from "./projection.ts";
import { scopeOf } from "./scope.ts";
import { sql } from "./statement.ts";
import { sourceOf, type View } from "./view.ts";

export interface CallKey {
  readonly source: string;
  readonly call_id: string;
  /** Epoch ms: about when the call began. */
  readonly near: number;
}

export interface FoundCall {
  /** The record whose start is nearest, or null. */
  readonly record: CallRecord | null;
  /** The call as the journal has it, if an engine has it open. */
  readonly open: OpenCall | null;
}

const DAY_MS = 86_400_000;
/** A call may have begun so long before somebody tells of it. */
const BEFORE_DAYS = 2;
const AFTER_DAYS = 1;

/** What is there of each call, whosever it is: never for an answer to somebody. In the order of the keys. */
export async function findCalls(
  view: View,
  ask: Ask,
  keys: readonly CallKey[],
  open: readonly OpenCall[],
): Promise<FoundCall[]> {
  const days = new Set<string>();
  for (const { near } of keys)
    for (let day = -BEFORE_DAYS; day <= AFTER_DAYS; day += 1) days.add(dayOfTime(near + day * DAY_MS));
  const everybody = scopeOf({ read_pii: true });
  const names = JSON.stringify([...new Set(keys.map((key) => key.call_id))]);
  const rows = (await ask(
    sql`SELECT ${wholeRecord(everybody)} FROM ${sourceOf(view, (day) => days.has(day))} WHERE call_id IN (SELECT unnest(CAST(${names}::JSON AS VARCHAR[])))`,
  )) as unknown as CallRecord[];
  const of = (call: { call_id?: string | null; source?: string | null }, key: CallKey) =>
    call.call_id === key.call_id && (call.source ?? "engine") === key.source;
  return keys.map((key) => {
    const distance = (record: CallRecord) => Math.abs(Date.parse(record.start_time) - key.near);
    const near = (record: CallRecord) => distance(record) <= (BEFORE_DAYS + 1) * DAY_MS && of(record, key);
    const [record = null] = rows.filter(near).sort((a, b) => distance(a) - distance(b));
    return { record, open: open.find((call) => of(call.started, key)) ?? null };
  });
}
