/** Makes calls of ARI events, from whichever sockets they come: one state machine, independent of the transport. */

import type { Call, CallControl } from "../../inputs.ts";
import { Malformed } from "../malformed.ts";
import { CallBook, type Sink, type ToldCall } from "./call-book.ts";
import { type Channel, dialledNumber, isMedia } from "./channel.ts";
import { isObject, type Json, objectOf, type Snapshot, snapshotOf, textOf, timeOf, wholeOf } from "./snapshot.ts";

export interface AriOptions {
  /** Channel variable -> column of the record; AI_CONTEXT -> context_name and AI_PROVIDER -> provider_name by default. */
  variables?: Readonly<Record<string, string>>;
  /** Channels that enter an application without being calls; by default those whose first argument is "dialed". */
  isLeg?: (channel: { id: string; name: string }, args: readonly unknown[]) => boolean;
  /** Is told when a call begins and when it has ended. */
  onCall?: (told: ToldCall) => void;
}

export interface AriStats {
  /** Events taken, those of no interest included. */
  events: number;
  /** Events that could not be read. */
  malformed: number;
  open_calls: number;
  ended_calls: number;
}

/** What is known when listening begins again after a gap. */
export interface Reconciliation {
  /** `calls.mark()`, taken before Asterisk was asked for its channels. */
  mark: number;
  /** When listening had ended, in epoch ms; null at the first connection. */
  lostMs: number | null;
  /** Asterisk itself was restarted since. */
  restarted: boolean;
  /** Applications whose channels are calls of ours; null where all channels are. */
  apps: readonly string[] | null;
}

const VARIABLES = { AI_CONTEXT: "context_name", AI_PROVIDER: "provider_name" };

/** The channels that are there are asked for this often, whatever happens: silent calls are alive. */
export const ALIVE_MS = 300_000;

export class AriCalls {
  readonly #book: CallBook;
  readonly #isLeg: NonNullable<AriOptions["isLeg"]>;
  readonly #malformed = new Malformed("asterisk");
  #events = 0;

  constructor(sink: Sink, options: AriOptions = {}) {
    this.#book = new CallBook(sink, new Map(Object.entries(options.variables ?? VARIABLES)), options.onCall);
    this.#isLeg = options.isLeg ?? ((_channel, args) => args[0] === "dialed");
  }

  stats(): AriStats {
    const { ended, table } = this.#book;
    const malformed = this.#malformed.count;
    return { events: this.#events, malformed, open_calls: table.openCalls, ended_calls: ended };
  }

  /** Calls that begin from now on can be hung up by `hangUp`; gives back what takes that away again. */
  addHangUp(hangUp: (channelId: string) => unknown): () => void {
    return this.#book.addHangUp(hangUp);
  }

  /** Takes one event as Asterisk sent it. Never throws; what cannot be read is counted, and told once a type. */
  take(event: unknown, nowMs: number = Date.now()): void {
    this.#events += 1;
    this.#book.table.seen += 1;
    this.#book.nowMs = nowMs;
    const type = isObject(event) ? textOf(event, "type") : "";
    if (!isObject(event) || type === "") this.#malformed.add("event", "It has no type.");
    else {
      this.#malformed.guard(type, () => {
        if (!this.#route(type, event)) this.#malformed.add(type, "It lacks its channel.");
      });
    }
  }

  /** The place in the order of everything heard: channels first heard of later are not judged by an older list. */
  mark(): number {
    return this.#book.table.seen;
  }

  /** Compares with GET /channels: calls that are gone are ended with what is known, others go on, new ones begin. */
  reconcile(list: unknown, { mark, lostMs, restarted, apps }: Reconciliation, nowMs: number = Date.now()): void {
    this.#book.nowMs = nowMs;
    this.#malformed.guard("GET /channels", () => {
      if (!Array.isArray(list)) throw new Error("It is no list");
      const there = new Set<string>();
      for (const item of list) {
        const snapshot = snapshotOf(item);
        if (snapshot) {
          there.add(snapshot.id);
          this.#takeListed(snapshot, apps, mark);
        } else this.#malformed.add("GET /channels", "A channel of it has no id.");
      }
      const { table } = this.#book;
      for (const channel of table.all()) {
        if (there.has(channel.id) || channel.seen > mark || channel.ended) continue;
        if (channel.role === "call") {
          channel.evidence.gone = { lostMs: lostMs ?? nowMs, restarted };
          this.#book.finish(channel, lostMs ?? nowMs);
        } else table.forget(channel);
      }
    });
  }

  /** What can be done with the call of that channel from outside. */
  controlOf(channelId: string): CallControl {
    return this.#book.controlOf(channelId);
  }

  /** Goes on with a call of an earlier process, whose channel is still there. */
  adopt(call: Call, snapshot: Snapshot): void {
    this.#malformed.guard("GET /channels", () => {
      if (this.#book.table.get(snapshot.id)) return;
      const channel = this.#book.track(snapshot, false);
      channel.update(snapshot, null);
      if (snapshot.appName === "Stasis") channel.enter(snapshot, null, this.#book.nowMs);
      this.#book.open(channel, call);
    });
  }

  #takeListed(snapshot: Snapshot, apps: readonly string[] | null, mark: number): void {
    if (isMedia(snapshot.name)) return;
    const known = this.#book.table.get(snapshot.id);
    const app = snapshot.appName === "Stasis" ? (snapshot.appData.split(",", 1)[0] ?? "") : null;
    if (known) {
      if (known.ended) return;
      known.update(snapshot, null);
      // A long call may be silent for longer than a session's timeout: it is there.
      if (known.call && !known.call.ended) known.call.set({});
      // Continued while nobody listened; an owning application hears nothing more of it.
      if (apps && known.inStasis && app === null && known.enteredSeen <= mark) {
        known.step(snapshot, snapshot.appName, snapshot.appData, this.#book.nowMs);
        known.evidence.left = true;
        if (!known.evidence.watched) this.#book.finish(known, this.#book.nowMs);
      }
      return;
    }
    if (apps && (app === null || !apps.includes(app))) return;
    const channel = this.#book.track(snapshot, false);
    channel.update(snapshot, null);
    if (app !== null) channel.enter(snapshot, null, this.#book.nowMs);
    this.#book.judge(channel, snapshot, this.#book.nowMs);
  }

  /** False where the event lacks what its type needs. */
  #route(type: string, event: Json): boolean {
    switch (type) {
      case "StasisStart":
      case "StasisEnd":
      case "ChannelCreated":
      case "ChannelDestroyed":
      case "ChannelStateChange":
      case "ChannelHangupRequest":
      case "ChannelDialplan":
      case "ChannelVarset":
      case "ChannelCallerId":
      case "ChannelDtmfReceived":
      case "ChannelTalkingStarted":
      case "ChannelTalkingFinished": {
        const snapshot = snapshotOf(event["channel"]);
        if (!snapshot) return type === "ChannelVarset" && event["channel"] === undefined;
        if (!isMedia(snapshot.name)) this.#takeOfChannel(type, event, snapshot);
        return true;
      }
      case "Dial":
        return this.#takeDial(event);
      case "RecordingFinished":
        return this.#takeRecording(event);
      default:
        return true;
    }
  }

  #takeOfChannel(type: string, event: Json, snapshot: Snapshot): void {
    const atMs = timeOf(textOf(event, "timestamp")) ?? this.#book.nowMs;
    const created = type === "ChannelCreated" || type === "StasisStart";
    const channel = this.#book.table.get(snapshot.id) ?? this.#book.track(snapshot, created);
    channel.update(snapshot, atMs);
    if (snapshot.variables) this.#book.takeVariables(channel, snapshot.variables);
    const { evidence, inStasis } = channel;
    switch (type) {
      case "StasisStart": {
        const args = event["args"];
        channel.args = Array.isArray(args) ? args : [];
        if (channel.role === "waiting" && this.#isLeg({ id: channel.id, name: channel.name }, channel.args)) {
          channel.role = "leg";
        }
        channel.enter(snapshot, textOf(event, "application") || null, atMs);
        if (!channel.originated) channel.known.direction ??= "inbound";
        break;
      }
      case "StasisEnd":
        this.#takeStasisEnd(channel, snapshot, textOf(event, "application"), atMs);
        return;
      case "ChannelCreated":
        evidence.watched = true;
        break;
      case "ChannelDestroyed":
        this.#takeDestroyed(channel, event, snapshot, atMs);
        return;
      case "ChannelHangupRequest":
        evidence.request ??= { cause: wholeOf(event, "cause"), soft: event["soft"] === true };
        break;
      case "ChannelDialplan": {
        evidence.watched = true;
        const app = textOf(event, "dialplan_app");
        channel.step(snapshot, app, textOf(event, "dialplan_app_data"), atMs);
        break;
      }
      case "ChannelVarset":
        if (textOf(event, "variable") === "STASISSTATUS")
          this.#takeStatus(channel, snapshot, textOf(event, "value"), atMs);
        else this.#book.takeVariables(channel, { [textOf(event, "variable")]: event["value"] });
        break;
      case "ChannelDtmfReceived":
        if (channel.isNew(type, atMs)) this.#takeDigit(channel, textOf(event, "digit"));
        break;
      case "ChannelTalkingStarted":
      case "ChannelTalkingFinished":
        if (channel.isNew(type, atMs))
          this.#book
            .callOf(channel)
            ?.call?.speech("user", type === "ChannelTalkingStarted" ? "started" : "stopped", atMs);
        break;
    }
    this.#book.judge(channel, snapshot, atMs);
    if (channel.inStasis && !inStasis) channel.enteredSeen = this.#book.table.seen;
    this.#book.tell(channel);
  }

  #takeStasisEnd(channel: Channel, snapshot: Snapshot, app: string, atMs: number): void {
    this.#book.judge(channel, snapshot, atMs);
    // After a move the old application's farewell may come after the new one's welcome.
    if (channel.app !== null && app !== "" && channel.app !== app) {
      if (channel.ended) this.#book.finish(channel, atMs);
      return;
    }
    channel.leave(atMs);
    if (channel.role !== "call") return;
    const { evidence } = channel;
    if (!evidence.request && !evidence.destroyed) evidence.left = true;
    // It goes on elsewhere, and its end will be heard by an observer: until then it is a call.
    if (evidence.left && evidence.watched && !channel.ended) return;
    this.#book.finish(channel, atMs);
  }

  #takeDestroyed(channel: Channel, event: Json, snapshot: Snapshot, atMs: number): void {
    const { pair } = channel;
    channel.evidence.destroyed ??= { cause: wholeOf(event, "cause"), text: textOf(event, "cause_txt") };
    if (pair) {
      // Neither half has entered an application: the one that ran the dialplan is the call.
      const ran = channel.half === 2 ? channel : channel.sibling;
      // Whether Asterisk was called by it or called somebody with it, nobody can tell.
      if (ran && !pair.call && !pair.leg && ran.role === "waiting") {
        ran.fromStart = false;
        this.#book.begin(ran);
      }
    } else this.#book.judge(channel, snapshot, atMs);
    if (channel.role === "call") this.#book.finish(channel, atMs);
    else this.#book.table.forget(channel);
  }

  #takeStatus(channel: Channel, snapshot: Snapshot, status: string, atMs: number): void {
    const { evidence } = channel;
    evidence.watched = true;
    if (status === "") channel.enter(snapshot, null, atMs);
    else if (status === "FAILED") evidence.stasisFailed = channel.app ?? "of Stasis()";
    else if (!evidence.request) evidence.exited = true;
  }

  #takeDial(event: Json): boolean {
    const peer = snapshotOf(event["peer"]);
    if (!peer) return false;
    const atMs = timeOf(textOf(event, "timestamp")) ?? this.#book.nowMs;
    const channel = this.#book.table.get(peer.id) ?? this.#book.track(peer, false);
    channel.update(peer, atMs);
    channel.evidence.watched = true;
    if (objectOf(event, "caller")) {
      if (channel.pair) channel.pair.leg = true;
      if (channel.role === "waiting") channel.role = "leg";
      return true;
    }
    channel.originated = true;
    channel.known.called_number ??= dialledNumber(textOf(event, "dialstring"));
    if (peer.variables) this.#book.takeVariables(channel, peer.variables);
    this.#book.judge(channel, peer, atMs);
    this.#book.tell(channel);
    return true;
  }

  #takeRecording(event: Json): boolean {
    const recording = objectOf(event, "recording");
    const name = textOf(recording, "name");
    const target = textOf(recording, "target_uri");
    if (!recording || name === "" || target === "") return false;
    const channel = target.startsWith("channel:") ? this.#book.table.get(target.slice(8)) : undefined;
    const owner = channel && this.#book.callOf(channel);
    if (!owner) return true;
    const url = `recordings/stored/${encodeURIComponent(name)}/file`;
    if (owner.recordings.some((one) => one.url === url)) return true;
    owner.recordings.push({ url, duration_seconds: wholeOf(recording, "duration") });
    owner.call?.set({ recordings: owner.recordings.map((one) => ({ ...one, channel: null, expires_at: null })) });
    return true;
  }

  #takeDigit(channel: Channel, digit: string): void {
    const owner = this.#book.callOf(channel);
    if (!owner || digit.length !== 1) return;
    owner.digits += digit;
    owner.call?.set({ metadata: { dtmf: owner.digits } });
  }
}
