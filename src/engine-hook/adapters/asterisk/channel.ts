/** What is known of one channel: its names and numbers, whether it is a call, and the evidence of its end. */

import type { Direction } from "../../../record/record.ts";
import type { Call } from "../../inputs.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Evidence, noEvidence, type Verdict } from "./verdict.ts";

/** The two halves of a Local channel: at most one of them is a call. */
export interface Pair {
  readonly name: string;
  readonly halves: [Channel | null, Channel | null];
  /** The half that is the call. */
  call: Channel | null;
  /** Dialled by another channel: a leg of that one, unless a half enters an application. */
  leg: boolean;
}

/** Columns of the record that follow from the channel while it lives. */
export interface Known {
  direction: Direction | null;
  caller_number: string | null;
  caller_name: string | null;
  called_number: string | null;
  answer_time: number | null;
  [column: string]: string | number | null;
}

/** Extensions that name a place in the dialplan, not a number: start, hang-up, invalid, timeout … */
const NO_NUMBER = new Set(["", "s", "h", "i", "t", "o", "a", "T", "failed"]);

export class Channel {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly pair: Pair | null;
  /** Which half of its Local channel: 1 is the dialled one, 2 runs the dialplan; 0 for other channels. */
  readonly half: 0 | 1 | 2;
  /** When it was first heard of, in the order of everything heard. */
  readonly seen: number;
  role: "waiting" | "call" | "leg" = "waiting";
  call: Call | null = null;
  readonly evidence: Evidence = noEvidence();
  readonly known: Known = {
    direction: null,
    caller_number: null,
    caller_name: null,
    called_number: null,
    answer_time: null,
  };
  /** What the call's record was told of `known`. */
  told: { [column: string]: string | number | null } = {};
  /** Asterisk made the channel by itself, to call somebody. */
  originated = false;
  /** The whole life of the channel was heard, from its creation or its entry into the application. */
  fromStart: boolean;
  /** The application it is in, or was last in. */
  app: string | null = null;
  inStasis = false;
  /** Where its entry stands in the order of everything heard. */
  enteredSeen = 0;
  args: readonly unknown[] = [];
  sipCallId = "";
  accountCode = "";
  digits = "";
  readonly recordings: { url: string; duration_seconds: number | null }[] = [];
  /** The verdict its record has; null while the call is open. */
  ended: (Verdict & { end_time: number }) | null = null;
  endedAtMs = 0;
  /** When it last entered or left an application. */
  #changedMs = Number.NEGATIVE_INFINITY;
  #enteredMs = Number.NEGATIVE_INFINITY;
  #place: { context: string; exten: string } | null = null;
  #wasNotUp = false;
  /** When an event of that type last happened. */
  readonly #lastAt = new Map<string, number>();

  constructor(snapshot: Snapshot, pair: Pair | null, seen: number, fromStart: boolean, nowMs: number) {
    this.id = snapshot.id;
    this.name = snapshot.name;
    this.createdMs = snapshot.createdMs ?? nowMs;
    this.pair = pair;
    this.half = pair ? halfOf(snapshot.name) : 0;
    this.seen = seen;
    this.fromStart = fromStart;
  }

  get sibling(): Channel | null {
    return this.pair?.halves[this.half === 1 ? 1 : 0] ?? null;
  }

  /** Takes what a snapshot says; `atMs` is when it changed to that, null if it may have been before. */
  update(snapshot: Snapshot, atMs: number | null): void {
    const { known, evidence } = this;
    if (snapshot.state === "Up") {
      if (!evidence.up && this.#wasNotUp) known.answer_time = atMs;
      evidence.up = true;
    } else if (!evidence.up) this.#wasNotUp = true;
    // The caller's number may be set by the dialplan until the application has the call.
    if (this.#place === null) {
      if (snapshot.callerNumber !== "") known.caller_number = snapshot.callerNumber;
      if (snapshot.callerName !== "") known.caller_name = snapshot.callerName;
    }
    if (known.called_number === null && !NO_NUMBER.has(snapshot.exten)) known.called_number = snapshot.exten;
    if (snapshot.sipCallId !== "") this.sipCallId = snapshot.sipCallId;
    if (snapshot.accountCode !== "") this.accountCode = snapshot.accountCode;
  }

  /** Whether an event that counts is heard for the first time: with two sockets, each tells of it. */
  isNew(type: string, atMs: number): boolean {
    const last = this.#lastAt.get(type);
    if (last !== undefined && atMs <= last) return false;
    this.#lastAt.set(type, atMs);
    return true;
  }

  /** It is in an application since `atMs`. */
  enter(snapshot: Snapshot, app: string | null, atMs: number): void {
    const { evidence } = this;
    // Of two sockets one is late, and tells of an entry whose end the other has told of.
    if (atMs < this.#changedMs) {
      if (app !== null && this.app !== null && app !== this.app) evidence.movedTo = this.app;
      return;
    }
    this.#changedMs = atMs;
    this.#enteredMs = atMs;
    if (app !== null && this.app !== null && app !== this.app) evidence.movedTo = app;
    else if (evidence.left) evidence.movedTo = null;
    this.app = app ?? this.app ?? (snapshot.appData.split(",", 1)[0] || null);
    this.inStasis = true;
    this.#place = { context: snapshot.context, exten: snapshot.exten };
    evidence.left = false;
    evidence.exited = false;
    evidence.leftTo = null;
    evidence.ran = null;
    evidence.stasisFailed = null;
  }

  /** It is in an application no more since `atMs`. */
  leave(atMs: number): void {
    this.#changedMs = Math.max(this.#changedMs, atMs);
    this.inStasis = false;
  }

  /** The dialplan runs a step, seen by an observer: after an application, this tells where the call went. */
  step(snapshot: Snapshot, app: string, data: string, atMs: number): void {
    const { evidence } = this;
    if (this.#place === null || evidence.request || atMs <= this.#enteredMs) return;
    const { context, exten } = this.#place;
    const elsewhere = snapshot.context !== context || snapshot.exten !== exten;
    if (elsewhere && snapshot.exten !== "") evidence.leftTo = `${snapshot.exten}@${snapshot.context}`;
    if (elsewhere) this.leave(atMs);
    if (app === "" || app === "Stasis") return;
    this.leave(atMs);
    evidence.exited = true;
    if (elsewhere ? app !== "Hangup" : CONNECTING.has(app)) evidence.ran ??= data === "" ? app : `${app}(${data})`;
  }
}

/** Steps that give the caller to somebody else, where the dialplan goes on at the same extension. */
const CONNECTING = new Set(["Dial", "Queue", "VoiceMail", "ConfBridge", "Transfer", "Page", "Bridge", "FollowMe"]);

const HALF = /^(Local\/.*);([12])$/s;

/** The name the two halves of a Local channel share, or null. */
export const pairNameOf = (name: string): string | null => HALF.exec(name)?.[1] ?? null;

function halfOf(name: string): 1 | 2 {
  return name.endsWith("1") ? 1 : 2;
}

const MEDIA =
  /^(?:Snoop|AudioSocket|UnicastRTP|MulticastRTP|WebSocket|Announcer|CBAnn|CBRec|Recorder|Surrogate|Message|Bridge|AsyncGoto)\//;

/** Channels Asterisk makes to carry sound to and fro: never calls. */
export const isMedia = (name: string): boolean => MEDIA.test(name);

/** Applications that show a channel to be dialled on behalf of another one. */
export const isDialledLeg = (app: string): boolean => app === "AppDial" || app === "AppQueue" || app === "AppPage";

/** The application that shows a channel to be originated: Asterisk calls somebody by itself. */
export const isOriginated = (app: string): boolean => app === "AppDial2";

/** The number in a dial string: out/sip:bob@example.com and bob@trunk are both bob; null where there is none. */
export function dialledNumber(dialString: string): string | null {
  const last = dialString.slice(dialString.lastIndexOf("/") + 1).replace(/^sips?:/, "");
  return last.split("@", 1)[0] || null;
}
