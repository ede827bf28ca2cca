/** The calls that channels are: begun, told what changes, ended, and revised when more is learnt. */

import type { Outcome } from "../../../record/record.ts";
import type { Call, CallControl, CallStart } from "../../inputs.ts";
import { type Channel, isDialledLeg, isOriginated, pairNameOf } from "./channel.ts";
import { ChannelTable } from "./channel-table.ts";
import { endColumns, learntLater, metadataOf, variableColumns } from "./columns.ts";
import type { Json, Snapshot } from "./snapshot.ts";
import { verdictOf } from "./verdict.ts";

/** What the machine needs of a call history. */
export interface Sink {
  startCall(start: CallStart, control?: CallControl): Call;
}

/** What `onCall` is told. */
export interface ToldCall {
  what: "began" | "ended";
  call_id: string;
  caller_number: string | null;
  called_number: string | null;
  /** Null while the call goes on. */
  outcome: Outcome | null;
  duration_seconds: number | null;
}

export class CallBook {
  readonly table = new ChannelTable();
  readonly #sink: Sink;
  /** Channel variable -> column. */
  readonly #columns: ReadonlyMap<string, string>;
  readonly #onCall: ((told: ToldCall) => void) | undefined;
  readonly #hangUps = new Set<(channelId: string) => unknown>();
  /** Calls whose record is written. */
  ended = 0;
  /** The time by this machine's clock, set with everything heard. */
  nowMs = 0;

  constructor(sink: Sink, columns: ReadonlyMap<string, string>, onCall?: (told: ToldCall) => void) {
    this.#sink = sink;
    this.#columns = columns;
    this.#onCall = onCall;
  }

  /** Calls that begin from now on can be hung up by `hangUp`; gives back what takes that away again. */
  addHangUp(hangUp: (channelId: string) => unknown): () => void {
    this.#hangUps.add(hangUp);
    return () => void this.#hangUps.delete(hangUp);
  }

  /** The way to hang that channel up, by the connection that came last. */
  controlOf(id: string): CallControl {
    const [hangUp] = [...this.#hangUps].slice(-1);
    if (!hangUp) return {};
    return {
      hangUp: () => {
        const channel = this.table.get(id);
        if (channel) channel.evidence.asked = true;
        return hangUp(id);
      },
    };
  }

  /** Whether a channel is a call is decided here, as soon as it can be. */
  judge(channel: Channel, snapshot: Snapshot, atMs: number): void {
    if (channel.role !== "waiting") return;
    const entered = channel.inStasis || snapshot.appName === "Stasis";
    if (entered && !channel.app) channel.enter(snapshot, null, atMs);
    const { pair } = channel;
    if (isOriginated(snapshot.appName)) channel.originated = true;
    if (pair) {
      if (entered && pair.call) this.#joinSibling(channel, pair.call);
      else if (entered) this.begin(channel);
      else if (isDialledLeg(snapshot.appName)) pair.leg = true;
      return;
    }
    if (isDialledLeg(snapshot.appName) && !entered) channel.role = "leg";
    else if (entered || channel.originated || snapshot.state !== "Down") this.begin(channel);
  }

  /** Both halves of a Local channel are in applications: one call, told of by both. */
  #joinSibling(channel: Channel, call: Channel): void {
    channel.role = "leg";
    call.known.direction = "internal";
    for (const column of this.#columns.values()) call.known[column] ??= channel.known[column] ?? null;
    this.tell(call);
  }

  begin(channel: Channel): void {
    const { known, pair, id } = channel;
    if (channel.originated) known.direction = "outbound";
    else if (channel.fromStart) known.direction = "inbound";
    const start = { source: "asterisk", call_id: id, start_time: channel.createdMs, ...present(known) };
    const call = this.#sink.startCall(start, this.controlOf(id));
    channel.told = { ...known };
    if (pair) pair.call = channel;
    this.open(channel, call);
  }

  open(channel: Channel, call: Call): void {
    channel.role = "call";
    channel.call = call;
    this.table.openCalls += 1;
    this.#say("began", channel);
  }

  #say(what: "began" | "ended", { id, known, ended, createdMs }: Channel): void {
    if (!this.#onCall) return;
    const { caller_number, called_number } = known;
    const duration_seconds = ended ? (ended.end_time - createdMs) / 1000 : null;
    const told = { what, call_id: id, caller_number, called_number, outcome: ended?.outcome ?? null, duration_seconds };
    try {
      this.#onCall(told);
    } catch {
      // A listener's mistake must not stop the recording.
    }
  }

  /** The call a channel speaks for: itself, or the other half of its Local channel if both are in applications. */
  callOf(channel: Channel): Channel | null {
    if (channel.role === "call") return channel;
    return channel.inStasis ? (channel.pair?.call ?? null) : null;
  }

  takeVariables(channel: Channel, variables: Json): void {
    variableColumns(variables, this.#columns, (column, value) => {
      if (channel.role !== "leg") channel.known[column] = value;
      const owner = this.callOf(channel);
      if (owner && owner !== channel) owner.known[column] ??= value;
      if (owner && owner !== channel) this.tell(owner);
    });
  }

  /** Gives the call what has changed of the channel's columns. */
  tell(channel: Channel): void {
    const { call, known, told } = channel;
    if (!call) return;
    let changed: { [column: string]: string | number | null } | null = null;
    for (const column in known) {
      const value = known[column] ?? null;
      if (value === null || value === told[column]) continue;
      changed ??= {};
      changed[column] = value;
      told[column] = value;
    }
    if (changed) call.set(changed);
  }

  /** Ends the call's record, or writes a higher revision if more was learnt since. */
  finish(channel: Channel, atMs: number): void {
    const { call, evidence } = channel;
    if (!call) return;
    const end_time = Math.max(atMs, channel.createdMs, channel.ended?.end_time ?? 0);
    const verdict = { ...verdictOf(evidence), end_time };
    if (channel.ended) {
      const more = learntLater(channel.ended, verdict);
      if (!more) return;
      channel.ended = verdict;
      call.set({ ...more, metadata: metadataOf(channel) });
      return;
    }
    this.tell(channel);
    channel.ended = verdict;
    channel.endedAtMs = this.nowMs;
    this.ended += 1;
    this.table.openCalls -= 1;
    this.table.retire(channel, this.nowMs);
    // Resolves when the record is durable; the history itself tells of failures.
    void call.end(endColumns(channel, verdict), "from_outside");
    this.#say("ended", channel);
  }

  track(snapshot: Snapshot, fromStart: boolean): Channel {
    return this.table.add(snapshot, pairNameOf(snapshot.name), fromStart, this.nowMs);
  }
}

function present(known: Channel["known"]): Partial<CallStart> {
  const given: { [column: string]: unknown } = {};
  for (const column in known) if (known[column] !== null) given[column] = known[column];
  return given as Partial<CallStart>;
}
