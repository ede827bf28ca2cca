/** A live call: takes its events as they happen, and makes one record of them at its end. */

import { coerceElement } from "../record/coerce.ts";
import type { ColumnName } from "../record/columns.ts";
import { callIdentity } from "../record/id.ts";
import { elementsOf, memberOf } from "../record/json.ts";
import { Scrutiny } from "../record/limits.ts";
import { COLLECTED, completeRecord, completeTool, readColumns } from "../record/normalise.ts";
import { type CallRecord, emptyRecord, type Message, type ToolCall, type Turn } from "../record/record.ts";
import { Tally } from "../record/tally.ts";
import { instantMs, isoOf } from "../record/time.ts";
import { type LineKind, openLine } from "../store/journal/line.ts";
import { CallClock } from "./clock.ts";
import type { CallEnd, CallStart, MessageInput, Receipt, ToolCallInput, TurnInput } from "./inputs.ts";
import type { JournalQueue, Queued } from "./queue.ts";

/** What a call knows of the history it belongs to. */
export interface CallHost {
  readonly queue: JournalQueue;
  readonly time_zone: string | null;
  readonly keep_empty: boolean;
  /** Runs a step of the engine's; what it throws is counted and told, not thrown on. */
  guard(step: () => void): void;
  /** The call got an event after its end: a revision is to be written, before the history closes at the latest. */
  isLate(call: LiveCall): void;
  /** The call has ended: nothing of it need be carried any more. */
  forget(call: LiveCall): void;
}

interface CallEvent {
  kind: LineKind;
  n: number;
  time: string;
  body: string;
}

type Collected = "conversation" | "tool_calls" | "turns";
const KIND_OF = { conversation: "message", tool_calls: "tool", turns: "turn" } as const;
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
const canSet = (column: ColumnName): boolean => !FIXED.has(column) && !COLLECTED.has(column);
const canStart = (column: ColumnName): boolean =>
  column === "call_id" || column === "source" || column === "start_time" || canSet(column);
/** Late events are gathered so long before the record is written again. */
const LATE_MS = 250;

export class LiveCall {
  /** The call's id: a UUIDv7 of source, call_id and start time. */
  readonly id: string;
  readonly #host: CallHost;
  readonly #scrutiny = new Scrutiny();
  readonly #clock = new CallClock();
  readonly #tally = new Tally();
  readonly #columns = emptyRecord();
  readonly #events: CallEvent[] = [];
  readonly #startMs: number;
  #lastMessageMs: number;
  #turns = 0;
  #bargeIns = 0;
  #n = 0;
  #rev = 0;
  #durationMs: number | null = null;
  /** False while a call is held back that may turn out to be empty. */
  #begun: boolean;
  /** Events that wait for the disk; the record makes them superfluous. */
  #waiting: Queued[] = [];
  #ended: Promise<Receipt> | null = null;
  #late: NodeJS.Timeout | undefined;

  constructor(host: CallHost, start: unknown) {
    this.#host = host;
    this.#begun = host.keep_empty;
    const columns = this.#columns;
    const now = this.#clock.now();
    host.guard(() => readColumns(start, columns, this.#scrutiny, canStart));
    columns.source ??= "engine";
    if (!columns.call_id) {
      columns.call_id = `unnamed-${now}-${Math.random().toString(36).slice(2, 10)}`;
      this.#scrutiny.flag("bad_value:call_id");
    }
    columns.time_zone ??= host.time_zone;
    columns.start_time ??= isoOf(now);
    this.#startMs = instantMs(columns.start_time) ?? now;
    this.#lastMessageMs = this.#startMs;
    this.id = callIdentity(columns.source, columns.call_id, this.#startMs);
    columns.id = this.id;
    const body: { [name: string]: unknown } = {};
    for (const [name, value] of Object.entries(columns)) if (value !== null && name !== "id") body[name] = value;
    this.#note("started", columns.start_time, JSON.stringify(body));
    host.guard(() => this.#takeLists(start));
  }

  /** Something was said. `at` is now unless given. */
  addMessage(message: MessageInput): void {
    this.#host.guard(() => this.#add("conversation", message));
  }

  /** A turn was answered; latencies in ms. */
  addTurn(turn: TurnInput): void {
    this.#host.guard(() => this.#add("turns", turn));
  }

  /** A tool was called and has answered; `duration_ms` in ms. */
  addToolCall(tool: ToolCallInput): void {
    this.#host.guard(() => this.#add("tool_calls", tool));
  }

  /** The caller interrupted the assistant. */
  bargeIn(): void {
    this.#host.guard(() => {
      this.#bargeIns += 1;
      const time = isoOf(this.#clock.now());
      this.#note("barge_in", time, `{"at":"${time}"}`);
    });
  }

  /** More is known of the call: columns of its record; what is no column goes into `metadata`. */
  set(columns: Partial<CallStart>): void {
    this.#host.guard(() => {
      const time = isoOf(this.#clock.now());
      this.#note("set", time, JSON.stringify(this.#take(columns)));
      this.#takeLists(columns);
    });
  }

  /**
   * The call is over. Resolves when its record is durable, or when it is sure that it will not be (`durable: false` with
   * the reason); never rejects. A second end writes a revision with what it adds.
   */
  end(end: CallEnd = {}): Promise<Receipt> {
    const again = this.#ended !== null;
    if (again) this.#scrutiny.flag("ended_twice");
    this.#host.guard(() => {
      if (again) this.#takeMissing(end);
      else {
        this.#takeLists(end);
        this.#take(end);
      }
    });
    if (again) return this.#write();
    this.#finishTimes(memberOf(end, "end_time"));
    this.#ended = this.#write();
    return this.#ended;
  }

  /** Writes a revision that waits for more late events, now. */
  flushLate(): Promise<Receipt> | null {
    return this.#late ? this.#write() : null;
  }

  /** All events so far, as lines: for a journal that has to begin anew. */
  lines(): string[] {
    return this.#events.map((event) => openLine(event.kind, this.id, event.n, event.time, event.body));
  }

  #add(column: Collected, input: unknown): void {
    const element = coerceElement(column, input, this.#scrutiny) as Message | ToolCall | Turn | null;
    if (element === null) return;
    const given = element.at;
    const ms = given === null ? this.#clock.now() : (instantMs(given) ?? this.#startMs);
    element.at = given ?? isoOf(ms);
    if (column === "conversation") this.#countMessage(element as Message, ms);
    else if (column === "turns") this.#countTurn(element as Turn);
    else this.#tally.addToolCall(completeTool(element as ToolCall));
    this.#note(KIND_OF[column], element.at, JSON.stringify(element));
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

  /** Keeps an event and queues its line; after the end it makes a revision of the record instead. */
  #note(kind: LineKind, time: string, body: string): void {
    this.#n += 1;
    const event: CallEvent = { kind, n: this.#n, time, body };
    this.#events.push(event);
    if (this.#ended) {
      this.#scrutiny.flag("event_after_end");
      this.#host.isLate(this);
      this.#late ??= setTimeout(() => void this.#write(), LATE_MS);
      return;
    }
    if (!this.#begun) {
      if (kind === "started" || kind === "set") return;
      this.#begun = true;
      for (const before of this.#events.slice(0, -1)) this.#queue(before);
    }
    this.#queue(event);
  }

  #queue({ kind, n, time, body }: CallEvent): void {
    const { queue } = this.#host;
    const line = queue.add(openLine(kind, this.id, n, time, body), null);
    if (line && queue.waiting) this.#waiting.push(line);
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

  /** Reads columns into the call; later ones win. Gives back what was read. */
  #take(input: unknown): Partial<CallRecord> {
    const taken: Partial<ReturnType<typeof emptyRecord>> = {};
    readColumns(input, taken, this.#scrutiny, canSet);
    const before = this.#columns.metadata;
    Object.assign(this.#columns, taken);
    if (isObject(before) && isObject(taken.metadata)) this.#columns.metadata = { ...before, ...taken.metadata };
    return taken as Partial<CallRecord>;
  }

  /** A second end: the first one's word stands, what it left open is filled in. */
  #takeMissing(input: unknown): void {
    const taken: { [name: string]: unknown } = {};
    readColumns(input, taken, this.#scrutiny, canSet);
    const columns = this.#columns as { [name: string]: unknown };
    for (const name in taken) columns[name] ??= taken[name];
  }

  #finishTimes(givenEnd: unknown): void {
    const columns = this.#columns;
    const setBack = this.#clock.wasSetBack();
    const endMs = instantMs(columns.end_time) ?? this.#clock.now();
    const given = givenEnd !== undefined && givenEnd !== null && columns.end_time !== null;
    if (endMs < this.#startMs || (!given && setBack)) {
      this.#scrutiny.flag("clock_step");
      // The monotonic clock still knows how long the call was.
      this.#durationMs = Math.round(this.#clock.elapsedMs());
      columns.end_time = isoOf(this.#startMs + this.#durationMs);
    } else columns.end_time = isoOf(endMs);
    if (setBack) this.#scrutiny.flag("clock_step");
  }

  #write(): Promise<Receipt> {
    clearTimeout(this.#late);
    this.#late = undefined;
    const { queue, keep_empty } = this.#host;
    return new Promise((resolve) => {
      const fail = (error: unknown) => resolve({ id: this.id, durable: false, reason: String(error) });
      this.#host.guard(() => {
        try {
          const nothing = this.#tally.messages === 0 && !this.#begun;
          if (nothing && !keep_empty && this.#columns.error_message === null) {
            return resolve({
              id: this.id,
              durable: false,
              reason: "The call was empty, and CALL_HISTORY_KEEP_EMPTY is false.",
            });
          }
          this.#n += 1;
          this.#rev += 1;
          const line = openLine("ended", this.id, this.#n, isoOf(Date.now()), this.#recordText());
          queue.supersede(this.#waiting);
          this.#waiting = [];
          queue.add(line, (reason) =>
            resolve(reason === undefined ? { id: this.id, durable: true } : { id: this.id, durable: false, reason }),
          );
        } catch (error) {
          fail(error);
          throw error;
        } finally {
          this.#host.forget(this);
        }
      });
    });
  }

  /** The record as text: the lists are joined from the texts their lines had, so that nothing is stringified twice. */
  #recordText(): string {
    const columns = { ...this.#columns };
    columns.rev = this.#rev;
    columns.writer = this.#host.queue.writer || null;
    columns.barge_in_count ??= this.#bargeIns;
    if (this.#durationMs !== null) columns.duration_seconds ??= this.#durationMs / 1000;
    const text = JSON.stringify(completeRecord(columns, this.#tally, this.#scrutiny));
    // The first such sequence is the columns': quotes inside values are escaped, and no map before them holds a null.
    const lists = '"conversation":null,"tool_calls":null,';
    const at = text.indexOf(lists);
    const turns = '"turns":null,';
    const turnsAt = text.indexOf(turns, at);
    return `${text.slice(0, at)}"conversation":[${this.#bodies("message")}],"tool_calls":[${this.#bodies("tool")}],${text.slice(
      at + lists.length,
      turnsAt,
    )}"turns":[${this.#bodies("turn")}],${text.slice(turnsAt + turns.length)}`;
  }

  #bodies(kind: LineKind): string {
    let text = "";
    for (const event of this.#events) {
      if (event.kind !== kind) continue;
      text = text === "" ? event.body : `${text},${event.body}`;
    }
    return text;
  }
}

function isObject(value: unknown): value is { [name: string]: never } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
