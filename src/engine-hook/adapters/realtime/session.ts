/** One Realtime session: reads its events, of the server and of the client, and tells a call what they mean. */
import { memberOf } from "../../../record/json.ts";
import type { Call } from "../../inputs.ts";
import { listIn, memberIn, numberIn, textIn } from "../engine-event.ts";
import type { Malformed } from "../malformed.ts";
import { append, readContent, replace, textOf } from "./content.ts";
import { describeSession, formatOf } from "./description.ts";
import { handlerOf } from "./events.ts";
import { base64Bytes, heardOf } from "./heard.ts";
import { RealtimeNotes } from "./notes.ts";
import { keepFewerThan, Speech } from "./speech.ts";
import { RealtimeTools } from "./tools.ts";
import { type Item, Transcript } from "./transcript.ts";
import { RealtimeUsage } from "./usage.ts";

interface Answer {
  /** Epoch ms; null if its creation was not seen. */
  readonly createdAt: number | null;
  /** It belongs to the conversation that the caller hears. */
  readonly heard: boolean;
  /** Its messages. */
  readonly items: Item[];
}

type Told = Pick<Call, "addMessage" | "addTurn" | "addToolCall" | "bargeIn" | "set">;

const ANSWERS_MAX = 1000;

/** The methods beside server, client and flush are for the table of events. */
export class RealtimeSession {
  readonly notes = new RealtimeNotes();
  readonly tools: RealtimeTools;
  readonly #call: Told;
  readonly #malformed: Malformed;
  readonly #transcript = new Transcript((item) => this.#tell(item));
  readonly #speech = new Speech();
  readonly #usage = new RealtimeUsage();
  /** Answers that are being generated. */
  readonly #answers = new Map<string, Answer>();
  readonly #answered = new Set<string>();
  #bytesPerMs = 48;
  #transcribes: boolean | null = null;
  #lastToldAt = 0;
  #described = "";

  constructor(call: Told, malformed: Malformed) {
    this.#call = call;
    this.#malformed = malformed;
    this.tools = new RealtimeTools((tool) => call.addToolCall(tool));
  }

  /** An event of the server, received at `at` (epoch ms). Never throws. */
  server(event: unknown, at: number): void {
    const type = textIn(event, "type");
    // One published example has a space before the name.
    const handler = type === null ? undefined : (handlerOf(type) ?? handlerOf(type.trim()));
    if (type === null) this.#malformed.add("server event", "it is no object with a type.");
    else if (handler) this.#malformed.guard(type, () => handler(this, event, at));
    this.release(at);
  }

  /** An event the client sent. Never throws. */
  client(event: unknown, at: number): void {
    const type = textIn(event, "type");
    if (type === null) this.#malformed.add("client event", "it is no object with a type.");
    // The server repeats all else that a client says and that matters here; this is only earlier.
    else if (type === "conversation.item.create")
      this.#malformed.guard(type, () => this.#toolAnswered(memberIn(event, "item"), at));
    this.release(at);
  }

  /** Tells what is ready at `at`. Gives back when the next message will have been played, where it waits for that. */
  release(at: number): number | null {
    this.#transcript.release(at);
    return this.#transcript.nextAt;
  }

  /** Tells all that still waits; nothing more comes. */
  flush(at: number): void {
    this.#malformed.guard("end of session", () => {
      this.#transcript.release(at, true);
      this.tools.flush();
      const { notes } = this;
      if (this.#usage.impossible) notes.flags.add("impossible_usage");
      if (this.#malformed.count > 0) notes.flags.add("malformed_event");
      const columns = {
        ...this.#usage.news(),
        ...notes.metadata(this.#malformed.count),
        ...(notes.flags.size > 0 ? { quality_flags: [...notes.flags] } : {}),
      };
      if (Object.keys(columns).length > 0) this.#call.set(columns);
    });
  }

  describe(session: object): void {
    const { columns, transcribes, bytesPerMs } = describeSession(session);
    this.#transcribes = transcribes ?? this.#transcribes;
    this.#bytesPerMs = bytesPerMs ?? this.#bytesPerMs;
    // A session is updated often; only news is worth a line in the journal.
    const described = JSON.stringify(columns);
    if (described !== this.#described) this.#call.set(columns);
    this.#described = described;
  }

  speechStarted(event: unknown, itemId: string, at: number): void {
    const speech = this.#speech;
    const interrupts = speech.playing || at < speech.playsUntil || this.#generatesSound();
    if (!speech.start(itemId, at, numberIn(event, "audio_start_ms")) || !interrupts) return;
    const item = this.#transcript.sounding;
    if (item) this.#bargeIn(item);
    else this.#call.bargeIn();
  }

  /** Whether an answer has begun to sound and is not done. */
  #generatesSound(): boolean {
    for (const { items } of this.#answers.values())
      if (items.some((item) => item.audio && item.at !== null)) return true;
    return false;
  }

  speechStopped(event: unknown, itemId: string, at: number): void {
    this.#usage.addAudio("input", this.#speech.stop(itemId, at, numberIn(event, "audio_end_ms")) ?? 0);
    this.tools.busyMs = 0;
  }

  committed(event: unknown, itemId: string, at: number): void {
    if (this.#speech.commit(itemId, at)) this.tools.busyMs = 0;
    this.#transcript.place(this.#callerItem(itemId, at), textIn(event, "previous_item_id"));
  }

  /** The server took a silence for the caller's turn. */
  silent(itemId: string): void {
    this.#transcript.item(itemId).hidden = true;
  }

  /** An item with the caller's sound. */
  #callerItem(id: string, at: number): Item {
    const item = this.#transcript.item(id);
    if (item.role === null && !item.done) {
      item.role = "user";
      item.awaitsText = this.#transcribes !== false;
    }
    item.at ??= this.#speech.startOf(id) ?? at;
    return item;
  }

  transcribing(event: unknown, itemId: string, delta: string | null, at: number): void {
    const item = this.#callerItem(itemId, at);
    if (!item.transcribed && delta !== null) append(item, event, delta);
  }

  transcribed(event: unknown, itemId: string, transcript: string, at: number): void {
    const item = this.#callerItem(itemId, at);
    if (item.transcribed) return;
    item.transcribed = true;
    item.awaitsText = false;
    this.#usage.addTranscription(memberIn(event, "usage"));
    if (!item.told) replace(item, event, transcript);
    else {
      this.notes.flags.add("late_transcript");
      this.#message("user", transcript, at, null);
    }
  }

  notTranscribed(itemId: string, at: number): void {
    this.#callerItem(itemId, at).awaitsText = false;
    this.notes.flags.add("transcription_failed");
  }

  itemAdded(event: unknown, given: object, id: string, done: boolean, at: number): void {
    const type = textIn(given, "type");
    const previous = textIn(event, "previous_item_id");
    if (type !== "message") {
      this.#transcript.place(this.other(id), previous);
      if (type === "function_call_output") this.#toolAnswered(given, at);
      else if (type === "mcp_call" && done) this.tools.mcpDone(id, given, at);
      return;
    }
    const item = this.#transcript.item(id);
    this.#transcript.place(item, previous);
    if (item.told) return;
    item.role ??= textIn(given, "role");
    readContent(item, given);
    if (item.role === "user") this.#userItem(item, at);
    else if (done || textIn(given, "status") === "completed") item.done = true;
    if (item.role !== "assistant") item.at ??= at;
  }

  #userItem(item: Item, at: number): void {
    const isNew = item.at === null;
    item.at ??= this.#speech.startOf(item.id) ?? at;
    item.awaitsText = item.parts.length === 0 && !item.transcribed && this.#transcribes !== false;
    if (!isNew || item.audio || item.parts.length === 0) return;
    this.#speech.askedAt = at;
    this.tools.busyMs = 0;
  }

  #toolAnswered(item: unknown, at: number): void {
    const callId = textIn(item, "call_id");
    if (textIn(item, "type") !== "function_call_output") return;
    if (callId === null) throw new TypeError("a function's output has no text call_id.");
    this.tools.answered(callId, memberIn(item, "output"), at);
  }

  /** An item of an answer, begun or done. */
  outputItem(given: unknown, id: string, responseId: string | null, done: boolean, at: number): void {
    const type = textIn(given, "type");
    if (type === "message") {
      const item = this.#answerItem(id, responseId, at);
      readContent(item, given);
      item.done ||= done;
      return;
    }
    this.other(id);
    if (type !== "function_call" && type !== "mcp_call") return;
    this.tools.begin(id, given);
    if (!done) return;
    if (type === "mcp_call") this.tools.mcpDone(id, given, at);
    else if (textIn(given, "status") === "incomplete") this.tools.drop(id);
    else this.tools.called(id, given, at);
  }

  contentPart(event: unknown, itemId: string, at: number): void {
    const item = this.#answerItem(itemId, textIn(event, "response_id"), at);
    const part = memberIn(event, "part");
    if (textIn(part, "type")?.includes("audio")) item.audio = true;
    const text = textIn(part, "text", "transcript");
    if (text) replace(item, event, text);
  }

  responseCreated(response: object, id: string, at: number): void {
    this.#answer(id, response, at);
  }

  #answer(id: string, response: object | null, at: number): Answer {
    const known = this.#answers.get(id);
    if (known) return known;
    keepFewerThan(this.#answers, ANSWERS_MAX);
    // An explicit null: an answer beside the conversation, made to sort or to sum up.
    const heard = memberOf(response, "conversation_id") !== null;
    const answer = { createdAt: response === null ? null : at, heard, items: [] };
    this.#answers.set(id, answer);
    this.#bytesPerMs = formatOf(response) ?? this.#bytesPerMs;
    return answer;
  }

  #answerItem(id: string, responseId: string | null, at: number): Item {
    const item = this.#transcript.item(id);
    if (item.role === null && !item.done) item.role = "assistant";
    if (responseId === null || this.#answered.has(responseId)) return item;
    const answer = this.#answer(responseId, null, at);
    if (!answer.items.includes(item)) {
      answer.items.push(item);
      item.hidden = !answer.heard;
    }
    return item;
  }

  letters(event: unknown, itemId: string, delta: string, spoken: boolean, at: number): void {
    const responseId = textIn(event, "response_id");
    const item = this.#answerItem(itemId, responseId, at);
    if (spoken) item.audio = true;
    this.#begin(item, responseId, at);
    append(item, event, delta);
  }

  replaceText(event: unknown, itemId: string, text: string, at: number): void {
    replace(this.#answerItem(itemId, textIn(event, "response_id"), at), event, text);
  }

  sound(event: unknown, itemId: string, delta: string, at: number): void {
    const responseId = textIn(event, "response_id");
    const item = this.#answerItem(itemId, responseId, at);
    item.audio = true;
    this.#begin(item, responseId, at);
    const ms = base64Bytes(delta) / this.#bytesPerMs;
    item.audioMs += ms;
    if (!item.hidden) item.playedAt = this.#speech.play(at, ms);
  }

  /** The first sound or letter of a message: the turn is answered. */
  #begin(item: Item, responseId: string | null, at: number): void {
    if (item.at !== null || item.role !== "assistant") return;
    item.at = at;
    const asked = this.#speech.askedAt;
    if (asked === null || item.hidden) return;
    const created = this.#answers.get(responseId ?? "")?.createdAt ?? null;
    const busy = this.tools.busyMs;
    item.turn = {
      at,
      e2e_ms: at - asked,
      llm_ms: created === null ? null : at - created,
      tool_ms: busy > 0 ? busy : null,
    };
    this.#speech.askedAt = null;
  }

  playStarted(event: unknown, at: number): void {
    this.#speech.playing = true;
    const responseId = textIn(event, "response_id");
    const item = this.#answers.get(responseId ?? "")?.items.at(-1);
    if (item) this.#begin(item, responseId, at);
  }

  playStopped(event: unknown, at: number): void {
    this.#speech.silence(at);
    for (const item of this.#played(event)) item.settled = true;
  }

  playCleared(event: unknown, at: number): void {
    this.#speech.silence(at);
    // How much of it was heard comes next, with the item's truncation.
    for (const item of this.#played(event).slice(-1)) item.interrupted = true;
  }

  /** The messages that are played; where the answer is done already, the last sound that waits. */
  #played(event: unknown): Item[] {
    const { sounding } = this.#transcript;
    return this.#answers.get(textIn(event, "response_id") ?? "")?.items ?? (sounding ? [sounding] : []);
  }

  truncated(event: unknown, itemId: string, at: number): void {
    const item = this.#transcript.find(itemId);
    if (!item) return;
    const heard = numberIn(event, "audio_end_ms");
    item.interrupted = true;
    item.settled = true;
    if (heard !== null && heard >= 0) item.heardMs = heard;
    this.#speech.silence(at);
    this.#bargeIn(item);
    if (item.told) this.notes.flags.add("late_truncation");
  }

  #bargeIn(item: Item): void {
    if (item.barged) return;
    item.barged = true;
    this.#call.bargeIn();
  }

  responseDone(response: object, id: string, at: number): void {
    if (this.#answered.has(id)) return;
    const answer = this.#answer(id, response, at);
    for (const output of listIn(response, "output")) {
      const itemId = textIn(output, "id");
      if (itemId !== null) this.outputItem(output, itemId, id, true, at);
    }
    for (const item of answer.items) {
      item.done = true;
      if (item.parts.length > 0) item.at ??= at;
    }
    this.#finish(response, answer, at);
    this.#answers.delete(id);
    keepFewerThan(this.#answered, ANSWERS_MAX);
    this.#answered.add(id);
    this.#usage.addResponse(memberIn(response, "usage"));
    const usage = this.#usage.news();
    if (usage) this.#call.set(usage);
  }

  #finish(response: object, answer: Answer, at: number): void {
    const status = textIn(response, "status");
    const details = memberIn(response, "status_details");
    const reason = textIn(details, "reason");
    if (status === "completed") this.notes.fatal = null;
    else if (status === "failed") this.notes.addError(memberIn(details, "error"), at, true);
    else if (status === "incomplete") this.notes.flags.add(`response_incomplete:${reason ?? "unknown"}`);
    const last = answer.items.at(-1);
    if (status !== "cancelled" || !last || last.at === null || last.told) return;
    last.interrupted = true;
    if (this.#speech.speaking || reason === "turn_detected") this.#bargeIn(last);
  }

  /** An item that is no message; it only stands between messages. */
  other(id: string): Item {
    const item = this.#transcript.item(id);
    if (item.role === null) item.done = true;
    return item;
  }

  #tell(item: Item): void {
    const text = textOf(item);
    const answer = item.role === "assistant";
    // An answer that was cancelled before its first sound was never given.
    if (answer && text === null && item.at === null) return;
    this.#message(
      item.role,
      answer ? heardOf(item, text, this.notes) : text,
      item.at,
      answer ? item.interrupted : null,
    );
    if (item.turn) this.#call.addTurn({ ...item.turn, interrupted: item.interrupted });
    if (answer) this.#usage.addAudio("output", item.audioMs);
  }

  #message(role: string | null, content: string | null, at: number | null, interrupted: boolean | null): void {
    // An item that was put before others afterwards keeps its place, and takes the time of that place.
    this.#lastToldAt = Math.max(at ?? 0, this.#lastToldAt);
    this.#call.addMessage({ role, content, interrupted, at: this.#lastToldAt > 0 ? this.#lastToldAt : null });
  }
}
