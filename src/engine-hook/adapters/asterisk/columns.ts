/** A channel's part in the columns of its call's record. */

import type { CallEnd } from "../../inputs.ts";
import type { Channel } from "./channel.ts";
import type { Json } from "./snapshot.ts";
import { LEFT, type Verdict } from "./verdict.ts";

type Ended = Verdict & { end_time: number };

/** An end that differs by less is the same end, heard from two sides. */
const SAME_END_MS = 1000;
const NORMAL_REASON = "Normal Clearing";

/** Hands over the variables that have a column; Asterisk gives "" for one that is not set. */
export function variableColumns(
  variables: Json,
  columns: ReadonlyMap<string, string>,
  take: (column: string, value: string) => void,
): void {
  for (const [variable, column] of columns) {
    const value = variables[variable];
    if (typeof value === "string" && value !== "") take(column, value);
  }
}

/** What the record says of its end. */
export function endColumns(channel: Channel, verdict: Ended): CallEnd {
  const estimated = channel.evidence.gone ? { quality_flags: ["end_time_estimated"] } : {};
  return { ...verdict, metadata: metadataOf(channel), ...estimated };
}

/** The parts of `now` that a record with `before` must be told, or null if it says enough. */
export function learntLater(before: Ended, now: Ended): Partial<Ended> | null {
  const more: { [name: string]: unknown } = {};
  for (const name of ["outcome", "ended_by", "graceful", "transfer_destination", "error_message"] as const) {
    if (now[name] !== before[name]) more[name] = now[name];
  }
  const usual = now.ended_reason === NORMAL_REASON || now.ended_reason === "hangup";
  if (now.ended_reason !== before.ended_reason && (!usual || before.ended_reason === LEFT)) {
    more["ended_reason"] = now.ended_reason;
  }
  const moved = Math.abs(now.end_time - before.end_time) > SAME_END_MS;
  if (!moved && Object.keys(more).length === 0) return null;
  if (moved) more["end_time"] = now.end_time;
  return more as Partial<Ended>;
}

/** What has no column: kept under names of its own. */
export function metadataOf(channel: Channel): { [name: string]: unknown } {
  const { evidence, args } = channel;
  const metadata: { [name: string]: unknown } = { channel: channel.name };
  if (channel.app !== null) metadata["stasis_app"] = channel.app;
  if (args.length > 0) metadata["stasis_args"] = args;
  if (channel.sipCallId !== "") metadata["sip_call_id"] = channel.sipCallId;
  if (channel.accountCode !== "") metadata["account_code"] = channel.accountCode;
  const cause = evidence.destroyed?.cause ?? evidence.request?.cause ?? null;
  if (cause !== null) metadata["hangup_cause"] = cause;
  if (channel.digits !== "") metadata["dtmf"] = channel.digits;
  return metadata;
}
