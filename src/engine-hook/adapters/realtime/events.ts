/** The events of a Realtime session by name, and what each of them means to it. */
import { isObject, memberIn, textIn } from "../engine-event.ts";
import type { RealtimeSession } from "./session.ts";

/** Throws a TypeError where the event lacks what it is made of. */
type Handler = (session: RealtimeSession, event: unknown, at: number) => void;

const describe: Handler = (session, event) => session.describe(needObject(event, "session"));
const letters =
  (spoken: boolean): Handler =>
  (session, event, at) =>
    session.letters(event, needText(event, "item_id"), needText(event, "delta"), spoken, at);
const text =
  (name: string): Handler =>
  (session, event, at) =>
    session.replaceText(event, needText(event, "item_id"), needText(event, name), at);
const itemAdded =
  (done: boolean): Handler =>
  (session, event, at) => {
    const item = needObject(event, "item");
    session.itemAdded(event, item, needText(item, "id"), done, at);
  };
const outputItem =
  (done: boolean): Handler =>
  (session, event, at) => {
    const item = needObject(event, "item");
    session.outputItem(item, needText(item, "id"), textIn(event, "response_id"), done, at);
  };

/** By GA name. */
const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["session.created", describe],
  ["session.updated", describe],
  ["input_audio_buffer.speech_started", (s, e, at) => s.speechStarted(e, needText(e, "item_id"), at)],
  ["input_audio_buffer.speech_stopped", (s, e, at) => s.speechStopped(e, needText(e, "item_id"), at)],
  ["input_audio_buffer.committed", (s, e, at) => s.committed(e, needText(e, "item_id"), at)],
  ["input_audio_buffer.timeout_triggered", (s, e) => s.silent(needText(e, "item_id"))],
  ["input_audio_buffer.dtmf_event_received", (s, e) => s.notes.addKey(e)],
  ["conversation.item.created", itemAdded(false)],
  ["conversation.item.added", itemAdded(false)],
  ["conversation.item.done", itemAdded(true)],
  ["conversation.item.truncated", (s, e, at) => s.truncated(e, needText(e, "item_id"), at)],
  [
    "conversation.item.input_audio_transcription.delta",
    (s, e, at) => s.transcribing(e, needText(e, "item_id"), textIn(e, "delta"), at),
  ],
  [
    "conversation.item.input_audio_transcription.completed",
    (s, e, at) => s.transcribed(e, needText(e, "item_id"), needText(e, "transcript"), at),
  ],
  ["conversation.item.input_audio_transcription.failed", (s, e, at) => s.notTranscribed(needText(e, "item_id"), at)],
  ["response.created", (s, e, at) => s.responseCreated(needObject(e, "response"), idOf(e, "response"), at)],
  ["response.output_item.added", outputItem(false)],
  ["response.output_item.done", outputItem(true)],
  ["response.content_part.added", (s, e, at) => s.contentPart(e, needText(e, "item_id"), at)],
  ["response.content_part.done", (s, e, at) => s.contentPart(e, needText(e, "item_id"), at)],
  ["response.output_audio.delta", (s, e, at) => s.sound(e, needText(e, "item_id"), needText(e, "delta"), at)],
  ["response.output_audio_transcript.delta", letters(true)],
  ["response.output_audio_transcript.done", text("transcript")],
  ["response.output_text.delta", letters(false)],
  ["response.output_text.done", text("text")],
  [
    "response.function_call_arguments.done",
    (s, e, at) => {
      s.other(needText(e, "item_id"));
      s.tools.called(needText(e, "item_id"), e, at);
    },
  ],
  ["response.mcp_call_arguments.done", (s, e, at) => s.tools.called(needText(e, "item_id"), e, at)],
  ["response.mcp_call.in_progress", (s, e, at) => s.tools.mcpStarted(needText(e, "item_id"), at)],
  ["response.mcp_call.completed", (s, e, at) => s.tools.mcpEnded(needText(e, "item_id"), false, at)],
  ["response.mcp_call.failed", (s, e, at) => s.tools.mcpEnded(needText(e, "item_id"), true, at)],
  ["mcp_list_tools.failed", (s) => void s.notes.flags.add("mcp_list_tools_failed")],
  ["output_audio_buffer.started", (s, e, at) => s.playStarted(e, at)],
  ["output_audio_buffer.stopped", (s, e, at) => s.playStopped(e, at)],
  ["output_audio_buffer.cleared", (s, e, at) => s.playCleared(e, at)],
  ["response.done", (s, e, at) => s.responseDone(needObject(e, "response"), idOf(e, "response"), at)],
  ["rate_limits.updated", (s, e) => s.notes.addLimits(e)],
  ["error", (s, e, at) => s.notes.addError(needObject(e, "error"), at)],
]);

const BETA = /^response\.(?=audio\.|audio_transcript\.|text\.)/;

/** What is to be done about an event of that name; undefined where nothing is. */
export function handlerOf(type: string): Handler | undefined {
  return HANDLERS.get(type) ?? (BETA.test(type) ? HANDLERS.get(type.replace(BETA, "response.output_")) : undefined);
}

function idOf(event: unknown, name: string): string {
  return needText(memberIn(event, name), "id");
}

function needText(object: unknown, name: string): string {
  const value = textIn(object, name);
  if (value === null) throw new TypeError(`it has no text ${name}.`);
  return value;
}

function needObject(object: unknown, name: string): object {
  const value = memberIn(object, name);
  if (!isObject(value)) throw new TypeError(`it has no ${name}.`);
  return value;
}
