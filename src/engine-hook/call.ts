/** A live call: takes its events as they happen, and makes one record of them at its end. */

import { coerceElement } from "../record/coerce.ts";
import { callIdentity } from "../record/id.ts";
import { elementsOf, memberOf } from "../record/json.ts";
import { Scrutiny } from "../record/limits.ts";
import { completeTool } from "../record/normalise.ts";
import type { Message, ToolCall, Turn } from "../record/record.ts";
import { Tally } from "../record/tally.ts";
import { instantMs, isoOf } from "../record/time.ts";
import { type JournalLine, type LineKind, openLine } from "../store/journal/line.ts";
import { CallColumns } from "./call-columns.ts";
import { CallEvents } from "./call-events.ts";
import { CallClock } from "./clock.ts";
import { HangUp } from "./hang-up.ts";
import type {
  Call,
  CallControl,
  CallEnd,
  CallStart,
  MessageInput,
  Receipt,
  SegmentInput,
  Time,
  ToolCallInput,
  TurnInput,
} from "./inputs.ts";
import type { JournalQueue } from "./queue.ts";
import { recordText } from "./record-text.ts";
import { TurnTaking } from "./turn-taking.ts";
import { type Utterance, Utterances } from "./utterances.ts";

/** What a call knows of the history it belongs to. */
export interface CallHost {
  readonly queue: JournalQueue;
  readonly time_zone: string | null;
  readonly keep_empty: boolean;
  /** Runs a step of the engine's; what it throws is counted and told, not thrown on. */
  guard(step: () => void): void;
  /** Somebody is speaking: `sayPartial` is to be called again soon. */
  isSpeaking(call: LiveCall): void;
  /** The call got an event after its end: a revision is to be written, before the history closes at the latest. */
  isLate(call: LiveCall): void;
  /** The call has ended: nothing of it need be carried any more. */
  forget(call: LiveCall): void;
}

type Collected = "conversation" | "tool_calls" | "turns";
const KIND_OF = { conversation: "message", tool_calls: "tool", turns: "turn" } as const;
/** Late events are gathered so long before the record is written again. */
const LATE_MS = 250;
export class LiveCall implements Call {
  readonly id: string;
  readonly #host: CallHost;
  readonly #scrutiny = new Scrutiny();
  readonly #clock = new CallClock();
  readonly #tally = new Tally();
  /** Latencies of the turns that are derived from speech. */
  readonly #heardLatencies: number[] = [];
  readonly #columns = new CallColumns(this.#scrutiny);
  readonly #events: CallEvents;
  readonly #startMs: number;
  #utterances: Utterances | null = null;
  #turnTaking: TurnTaking | null = null;
  #lastMessageMs: number;
  #turns = 0;
  #bargeIns = 0;
  #rev = 0;
  #durationMs: number | null = null;
  #ended: Promise<Receipt> | null = null;
  #timedOut = false;
  #late: NodeJS.Timeout | undefined;
  /** How the call can be ended from outside. */
  readonly hanging = new HangUp();
  /** When the last event came, by `performance.now()`, and by the clock on the wall. */
  activeAt = performance.now();
  #activeWall = 0;

  constructor(host: CallHost, start: unknown) {
    this.#host = host;
    const columns = this.#columns.values;
    const now = this.#clock.now();
    host.guard(() => this.#columns.takeStart(start));
    columns.source ??= "engine";
    if (!columns.call_id) {
      columns.call_id = `unnamed-${now}-${Math.random().toString(36).slice(2, 10)}`;
      this.#scrutiny.flag("bad_value:call_id");
    }
    columns.time_zone ??= host.time_zone;
    columns.start_time ??= isoOf(now);
    this.#startMs = instantMs(columns.start_time) ?? now;
    this.#lastMessageMs = this.#startMs;
    this.#activeWall = now;
    this.id = callIdentity(columns.source, columns.call_id, this.#startMs);
    columns.id = this.id;
    this.#events = new CallEvents(host.queue, this.id, host.keep_empty);
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  /** The engine's own name of the call. */
  get key(): string {
    return this.#columns.key;
  }

  /** Writes the call's first lines. */
  begin(start: unknown, control: CallControl): void {
    this.#note("started", this.#columns.values.start_time ?? "", JSON.stringify(this.#columns.started()));
    this.#takeControl(control);
    this.#host.guard(() => this.#takeLists(start));
  }

  /** Goes on with the events of an engine's process that is gone; `partial` is what was being said when it died. */
  resume(lines: readonly JournalLine[], partial: readonly Message[], from: string): void {
    this.#host.guard(() => {
      for (const { k, n, t, b } of lines) {
        if (n === undefined) continue;
        this.#events.skipTo(n);
        if (k === "partial" || k === "control") continue;
        this.#events.add(k, t, JSON.stringify(b), false, n);
        if (k === "message") this.#countMessage(b as Message, instantMs(b["at"]) ?? this.#startMs);
        else if (k === "turn") this.#countTurn(b as Turn);
        else if (k === "heard_turn") this.#heardLatencies.push((b as Turn).e2e_ms ?? 0);
        else if (k === "tool") this.#tally.addToolCall(b as ToolCall);
        else if (k === "barge_in") this.#bargeIns += 1;
        else if (k === "set") this.#columns.take(b);
        else if (k === "resumed") this.#rev += 1;
      }
      this.#rev += 1;
      for (const said of partial) this.#add("conversation", said);
      this.#note("resumed", isoOf(this.#clock.now()), JSON.stringify({ from }));
    });
  }

  /** The engine begins the same call again: what it adds is taken, what is known stands. */
  beginAgain(start: unknown, control: CallControl): void {
    this.#takeControl(control);
    this.#host.guard(() => {
      const missing = this.#columns.missingIn(start);
      if (missing) this.set(missing);
    });
  }

  addMessage(message: MessageInput): void {
    this.#host.guard(() => this.#add("conversation", message));
  }

  addTurn(turn: TurnInput): void {
    this.#host.guard(() => this.#add("turns", turn));
  }

  addToolCall(tool: ToolCallInput): void {
    this.#host.guard(() => this.#add("tool_calls", tool));
  }

  addSegment(segment: SegmentInput): void {
    this.#host.guard(() => {
      this.#utterances ??= new Utterances();
      const now = this.#clock.now();
      for (const said of this.#utterances.add(segment, this.#scrutiny, now, this.#startMs)) this.#say(said);
      this.#active(now);
      if (this.#ended) this.#isLate();
      else if (!this.sayPartial()) this.#host.isSpeaking(this);
    });
  }

  speech(party: "user" | "assistant", what: "started" | "stopped", at?: Time): void {
    this.#host.guard(() => {
      if (this.#ended) return;
      if ((party !== "user" && party !== "assistant") || (what !== "started" && what !== "stopped")) {
        this.#scrutiny.flag("bad_value:turns");
        return;
      }
      this.#turnTaking ??= new TurnTaking();
      const now = this.#clock.now();
      this.#active(now);
      const heard = this.#turnTaking.hear(party, what, instantMs(at) ?? now);
      if (heard.bargeIn) this.#bargeIn(instantMs(at) ?? now);
      if (heard.answer) this.#hearTurn(heard.answer);
    });
  }

  bargeIn(): void {
    this.#host.guard(() => {
      const now = this.#clock.now();
      if (this.#turnTaking?.isNewBargeIn(now) ?? true) this.#bargeIn(now);
    });
  }

  set(columns: Partial<CallStart>): void {
    this.#host.guard(() => {
      const time = isoOf(this.#clock.now());
      this.#note("set", time, JSON.stringify(this.#columns.take(columns)));
      this.#takeLists(columns);
    });
  }

  end(end: CallEnd = {}, seen?: "from_outside"): Promise<Receipt> {
    const again = this.#ended !== null && !this.#timedOut;
    if (again) this.#scrutiny.flag("ended_twice");
    else this.#sayAll();
    this.#host.guard(() => {
      if (again) return this.#columns.takeMissing(end);
      if (this.#timedOut) this.#columns.forgetEnd();
      this.#timedOut = false;
      this.#takeLists(end);
      if (seen) this.#columns.takeSeen(end);
      else this.#columns.take(end);
    });
    if (again) return this.#write();
    this.#finishTimes(memberOf(end, "end_time"));
    this.#ended = this.#write();
    return this.#ended;
  }

  /** Nothing was heard of the call for too long: it ended with its last event. An end that comes later replaces this one. */
  timeOut(): void {
    void this.end({ ended_reason: "session_timeout", ended_by: "system", end_time: this.#activeWall });
    this.#timedOut = true;
  }

  /** Writes a revision that waits for more late events, now. */
  flushLate(): Promise<Receipt> | null {
    return this.#late ? this.#write() : null;
  }

  /** All events so far, as lines: for a journal that has to begin anew. */
  lines(): string[] {
    return this.#events.lines();
  }

  /** Writes what is being said, if that is due. False if it is to be asked again. */
  sayPartial(): boolean {
    if (this.#ended) return true;
    const said = this.#utterances?.due(performance.now());
    if (said === undefined) return true;
    if (said === null) return false;
    this.#events.say(isoOf(this.#activeWall), JSON.stringify({ said: said.map(messageOf) }));
    return true;
  }

  #add(column: Collected, input: unknown): void {
    const element = coerceElement(column, input, this.#scrutiny) as Message | ToolCall | Turn | null;
    if (element === null) return;
    if (column === "conversation" && this.#utterances)
      for (const said of this.#utterances.closeFor(element as Message)) this.#say(said);
    const given = element.at;
    const ms = given === null ? this.#clock.now() : (instantMs(given) ?? this.#startMs);
    element.at = given ?? isoOf(ms);
    if (column === "conversation") this.#countMessage(element as Message, ms);
    else if (column === "turns") this.#countTurn(element as Turn);
    else this.#tally.addToolCall(completeTool(element as ToolCall));
    this.#note(KIND_OF[column], element.at, JSON.stringify(element));
  }

  /** An utterance has become a message. */
  #say(said: Utterance): void {
    const element = coerceElement("conversation", messageOf(said), this.#scrutiny) as Message | null;
    if (element === null) return;
    // Two may speak at once, and a recogniser is late: an earlier time is no step of the clock here.
    this.#lastMessageMs = Math.max(this.#lastMessageMs, said.at_ms);
    this.#countMessage(element, this.#lastMessageMs);
    element.offset_ms = said.offset_ms ?? Math.max(0, said.at_ms - this.#startMs);
    this.#note("message", isoOf(this.#clock.now()), JSON.stringify(element));
  }

  #sayAll(): void {
    this.#host.guard(() => {
      for (const said of this.#utterances?.closeAll() ?? []) this.#say(said);
    });
  }

  #countMessage(message: Message, ms: number): void {
    if (ms < this.#lastMessageMs) this.#scrutiny.flag("clock_step");
    else this.#lastMessageMs = ms;
    message.offset_ms ??= Math.max(0, ms - this.#startMs);
    this.#tally.addMessage(message);
  }

  #countTurn(turn: Turn): void {
    turn.index ??= this.#turns;
    this.#turns += 1;
    this.#tally.addTurn(turn);
  }

  #hearTurn({ e2e_ms, at_ms }: { e2e_ms: number; at_ms: number }): void {
    const index = this.#heardLatencies.length;
    const turn = coerceElement("turns", { index, at: at_ms, e2e_ms }, this.#scrutiny) as Turn | null;
    if (turn === null) return;
    this.#heardLatencies.push(e2e_ms);
    this.#note("heard_turn", isoOf(at_ms), JSON.stringify(turn));
  }

  #bargeIn(ms: number): void {
    this.#bargeIns += 1;
    const time = isoOf(ms);
    this.#note("barge_in", time, `{"at":"${time}"}`);
  }

  #takeControl(control: CallControl): void {
    if (this.hanging.take(memberOf(control, "hangUp")))
      this.#note("control", isoOf(this.#clock.now()), '{"can_end":true}');
  }

  /** Keeps an event and queues its line; after the end it makes a revision of the record instead. */
  #note(kind: LineKind, time: string, body: string): void {
    this.#active(Date.now());
    this.#events.add(kind, time, body, this.#ended !== null);
    if (this.#ended) this.#isLate();
  }

  #isLate(): void {
    this.#scrutiny.flag("event_after_end");
    this.#host.isLate(this);
    this.#late ??= setTimeout(() => void this.#write(), LATE_MS);
  }

  #active(wallMs: number): void {
    this.activeAt = performance.now();
    this.#activeWall = wallMs;
  }

  #takeLists(input: unknown): void {
    for (const column of ["conversation", "tool_calls", "turns"] as const) {
      const given = memberOf(input, column);
      if (given === undefined || given === null) continue;
      const elements = elementsOf(given);
      if (elements) for (const element of elements) this.#add(column, element);
      else this.#scrutiny.flag(`bad_value:${column}`);
    }
  }

  #finishTimes(givenEnd: unknown): void {
    const columns = this.#columns.values;
    const given = givenEnd !== undefined && givenEnd !== null && columns.end_time !== null;
    const { endMs, durationMs } = this.#clock.endOf(this.#startMs, instantMs(columns.end_time), given, this.#scrutiny);
    columns.end_time = isoOf(endMs);
    this.#durationMs = durationMs;
  }

  #write(): Promise<Receipt> {
    this.#sayAll();
    clearTimeout(this.#late);
    this.#late = undefined;
    const { id } = this;
    const { queue, keep_empty } = this.#host;
    return new Promise((resolve) => {
      const fail = (reason: string) => resolve({ id, durable: false, reason });
      this.#host.guard(() => {
        try {
          const nothing = this.#tally.messages === 0 && !this.#events.begun;
          if (nothing && !keep_empty && this.#columns.values.error_message === null)
            return fail("The call was empty, and CALL_HISTORY_KEEP_EMPTY is false.");
          this.#rev += 1;
          const line = openLine("ended", id, this.#events.next(), isoOf(Date.now()), this.#recordText());
          this.#events.supersede();
          queue.add(line, (reason) => (reason === undefined ? resolve({ id, durable: true }) : fail(reason)));
        } catch (error) {
          fail(String(error));
          throw error;
        } finally {
          this.#host.forget(this);
        }
      });
    });
  }

  #recordText(): string {
    const columns = { ...this.#columns.values };
    columns.rev = this.#rev;
    columns.writer = this.#host.queue.writer || null;
    columns.barge_in_count ??= this.#bargeIns;
    if (this.#durationMs !== null) columns.duration_seconds ??= this.#durationMs / 1000;
    if (this.hanging.reason !== null) {
      columns.ended_by ??= "system";
      columns.ended_reason ??= this.hanging.reason;
    }
    const heard = this.#turns === 0 && this.#heardLatencies.length > 0;
    if (heard) {
      columns.total_turns ??= this.#heardLatencies.length;
      columns.turn_latencies_ms ??= [...this.#heardLatencies];
    }
    return recordText(columns, this.#tally, this.#scrutiny, this.#events, heard ? "heard_turn" : "turn");
  }
}

function messageOf({ role, content, at_ms, offset_ms, agent }: Utterance) {
  return { role, content, at: isoOf(at_ms), offset_ms, agent };
}
