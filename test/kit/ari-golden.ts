/** The records that views of a recorded scenario give, as the golden files hold them, and Asterisk's own CDR. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { AriCalls } from "../../src/engine-hook/adapters/asterisk/ari-calls.ts";
import type { CallHistory } from "../../src/engine-hook/index.ts";
import type { CallRecord } from "../../src/record/index.ts";
import { ARI_DIR, play, type View } from "./ari-recording.ts";

/** Which sockets are listened to: the owning application's, the observer's, or both at once. */
export const SIDES = ["app", "observer", "both"] as const;
export type Side = (typeof SIDES)[number];

export interface Golden {
  /** Each disagreement with Asterisk's CDR ("call_id side what"), and why it cannot be otherwise. */
  why: Record<string, string>;
  records: Record<Side, Partial<CallRecord>[]>;
  /** Calls whose end no event of that side tells. */
  open: Record<Side, number>;
}

const HELD = [
  ...["call_id", "rev", "direction", "caller_number", "caller_name", "called_number", "start_time", "answer_time"],
  ...["end_time", "duration_seconds", "context_name", "provider_name", "outcome", "ended_by", "ended_reason"],
  ...["graceful", "transfer_destination", "error_message", "recordings", "metadata", "quality_flags"],
] as const;

/** What a golden file holds of a record: the columns that the adapter decides, without those that are null. */
export function heldOf(record: CallRecord): Partial<CallRecord> {
  const held: { [name: string]: unknown } = {};
  for (const name of HELD) {
    const value = record[name as keyof CallRecord];
    if (value !== null && !(Array.isArray(value) && value.length === 0)) held[name] = value;
  }
  return held as Partial<CallRecord>;
}

export function readGolden(scenario: string): Golden {
  return JSON.parse(readFileSync(join(ARI_DIR, `${scenario}.expected.json`), "utf8")) as Golden;
}

/** Plays one side of a scenario into the history; gives back how many calls are still open then. */
export function playSide(history: CallHistory, views: readonly View[], side: Side): number {
  const calls = new AriCalls(history);
  const taken = views.filter(({ name }) => side === "both" || (side === "observer") === (name === "observer"));
  play(calls, taken, views);
  return calls.stats().open_calls;
}

/** Channels and their ids in the events of views, Local pairs under one name, those that carry sound left out. */
export function channelIds(views: readonly View[]): Map<string, string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { event } of views.flatMap(({ lines }) => lines)) {
    for (const member of ["channel", "peer"]) {
      const channel = event?.[member] as { id: string; name: string } | undefined;
      if (!channel || channel.name.startsWith("Snoop/")) continue;
      const name = channel.name.replace(/;[12]$/, "");
      groups.set(name, (groups.get(name) ?? new Set()).add(channel.id));
    }
  }
  return new Map([...groups].map(([name, ids]) => [name, [...ids]]));
}

/** A line of Asterisk's call detail records. */
export interface Cdr {
  uniqueid: string;
  /** Whole seconds, cut off: from the start, and from the answer. */
  duration: number;
  billsec: number;
  disposition: string;
  answered: boolean;
}

/** Asterisk's own account of all recorded scenarios, by channel id. */
export function readCdr(): Map<string, Cdr> {
  const rows = new Map<string, Cdr>();
  for (const name of ["ground-truth.cdr.csv.gz", "sip-ground-truth.cdr.csv.gz"]) {
    const text = gunzipSync(readFileSync(join(ARI_DIR, name))).toString("utf8");
    for (const line of text.split("\n").filter((one) => one !== "")) {
      const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        ([, quoted, plain]) => quoted ?? plain,
      );
      const uniqueid = cells[16] ?? "";
      rows.set(uniqueid, {
        uniqueid,
        duration: Number(cells[12]),
        billsec: Number(cells[13]),
        disposition: cells[14] ?? "",
        answered: cells[10] !== "",
      });
    }
  }
  return rows;
}

/** What a CDR's disposition means as an outcome. */
const OUTCOMES: Readonly<Record<string, readonly string[]>> = {
  ANSWERED: ["completed", "transferred"],
  "NO ANSWER": ["abandoned"],
  BUSY: ["abandoned"],
  CONGESTION: ["error"],
  FAILED: ["error"],
};
const SECONDS_MAX = 1;

/** Everything in which one side's records differ from the CDR: "call_id side what". */
export function disagreements(
  side: Side,
  records: readonly Partial<CallRecord>[],
  channels: ReadonlyMap<string, readonly string[]>,
  cdr: ReadonlyMap<string, Cdr>,
): string[] {
  const found: string[] = [];
  for (const ids of channels.values()) {
    const ours = records.filter(({ call_id }) => ids.includes(call_id ?? ""));
    const [record] = ours;
    const known = ids.some((id) => cdr.has(id));
    if (!record && known) found.push(`${ids.at(-1)} ${side} missing`);
    if (ours.length > 1) found.push(`${record?.call_id} ${side} twice`);
    if (!record) continue;
    const row = cdr.get(record.call_id ?? "");
    const what = row ? differences(side, record, row) : ["no CDR"];
    found.push(...what.map((one) => `${record.call_id} ${side} ${one}`));
  }
  return found.sort();
}

function differences(side: Side, record: Partial<CallRecord>, row: Cdr): string[] {
  const what: string[] = [];
  const { duration_seconds, answer_time, end_time, outcome = "lost" } = record;
  if (Math.abs((duration_seconds ?? -9) - row.duration) > SECONDS_MAX) what.push("duration");
  if (!OUTCOMES[row.disposition]?.includes(outcome)) what.push("outcome");
  if (answer_time && !row.answered) what.push("answer");
  // An owning application gets a call that the dialplan has answered before: it does not know when.
  if (!answer_time && row.answered && side !== "app") what.push("answer");
  const talked = answer_time && end_time ? (Date.parse(end_time) - Date.parse(answer_time)) / 1000 : null;
  if (talked !== null && Math.abs(talked - row.billsec) > SECONDS_MAX) what.push("talk time");
  return what;
}
