/** A live call that is told of event by event over HTTP. */
import type {
  Call,
  CallEnd,
  CallStart,
  MessageInput,
  Receipt,
  SegmentInput,
  Time,
  ToolCallInput,
  TurnInput,
} from "../../engine-hook/index.ts";
import { isPlain } from "../../record/json.ts";
import type { CallEvent } from "./event-schema.ts";
import { EVENTS_MARK } from "./intake.ts";
import type { Binding } from "./ownership.ts";
import type { Mark, ToldBefore } from "./told-before.ts";

interface Speech {
  readonly party: "user" | "assistant";
  readonly what: "started" | "stopped";
  readonly at?: Time;
}

export interface Applied {
  applied: number;
  repeated: number;
  /** The call's end, if it was told; its receipt comes when it is durable. */
  ended: Promise<Receipt> | null;
}

export class EventSession {
  readonly call: Call;
  /** Whose the call is. */
  readonly owner: Binding;
  readonly #mark: Mark;
  readonly #before: ToldBefore | null;

  constructor(call: Call, owner: Binding, mark: Mark, before: ToldBefore | null) {
    this.call = call;
    this.owner = owner;
    this.#mark = { ...mark };
    this.#before = before;
  }

  /** Takes the events in their order; those whose number was taken before are only counted. */
  apply(events: readonly CallEvent[]): Applied {
    const result: Applied = { applied: 0, repeated: 0, ended: null };
    let marked = false;
    for (const event of events) {
      const { seq } = event;
      const again = (seq !== null && seq <= this.#mark.seq) || event.type === "started";
      if (again || result.ended || (seq !== null && this.#wasTold(event))) result.repeated += 1;
      else {
        result.applied += 1;
        if (event.type === "ended") result.ended = this.#end(event);
        else this.#take(event);
      }
      if (seq === null) continue;
      this.#mark.seq = Math.max(this.#mark.seq, seq);
      marked = true;
    }
    // Behind the events: a mark on disk says that they are.
    if (marked && result.applied > 0 && !result.ended)
      this.call.set({ metadata: { [EVENTS_MARK]: { ...this.#mark } } });
    return result;
  }

  #wasTold(event: CallEvent): boolean {
    const before = this.#before;
    if (!before) return false;
    const told =
      event.type === "message"
        ? before.message(event.body)
        : event.type === "tool"
          ? before.tool(event.body)
          : event.type === "turn"
            ? before.turn(event.body)
            : event.type === "barge_in" && before.bargeIn();
    if (told) this.#count(event);
    return told;
  }

  #count(event: CallEvent): void {
    if (event.type === "message") this.#mark.messages += 1;
    else if (event.type === "tool") this.#mark.tools += 1;
    else if (event.type === "turn") this.#mark.turns += 1;
    else if (event.type === "barge_in") this.#mark.barge_ins += 1;
  }

  #take(event: CallEvent): void {
    const { call } = this;
    const { type, body } = event;
    this.#count(event);
    if (type === "message") call.addMessage(body as MessageInput);
    else if (type === "tool") call.addToolCall(body as ToolCallInput);
    else if (type === "turn") call.addTurn(body as TurnInput);
    else if (type === "set") call.set(body as Partial<CallStart>);
    else if (type === "barge_in") call.bargeIn();
    else if (type === "segment") call.addSegment(body as unknown as SegmentInput);
    else if (type === "speech") {
      const { party, what, at } = body as unknown as Speech;
      call.speech(party, what, at);
    }
  }

  #end({ seq, body }: CallEvent): Promise<Receipt> {
    const end = body as CallEnd;
    const mark = { ...this.#mark, seq: Math.max(this.#mark.seq, seq ?? 0) };
    const metadata = isPlain(end.metadata) ? end.metadata : {};
    return this.call.end({ ...end, metadata: { ...metadata, [EVENTS_MARK]: mark } });
  }
}
