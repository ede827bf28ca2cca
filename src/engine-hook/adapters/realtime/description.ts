/** What a Realtime session says of itself, under GA and beta names: model, transcription, language, audio format. */
import { memberOf } from "../../../record/json.ts";
import type { CallStart } from "../../inputs.ts";
import { isObject, memberIn, numberIn, textIn } from "../engine-event.ts";
import { bytesPerMs } from "./heard.ts";

export interface SessionDescription {
  readonly columns: Partial<CallStart>;
  /** Whether the caller's sound is transcribed; null where the session does not say. */
  readonly transcribes: boolean | null;
  /** Of the assistant's sound; null where the session does not say. */
  readonly bytesPerMs: number | null;
}

export function describeSession(session: unknown): SessionDescription {
  const audio = memberIn(session, "audio");
  const input = memberIn(audio, "input");
  const [from, name] = input === null ? [session, "input_audio_transcription"] : [input, "transcription"];
  const transcription = memberIn(from, name);
  const model = textIn(session, "model");
  const stt = textIn(transcription, "model");
  const language = textIn(transcription, "language");
  const session_id = textIn(session, "id");
  return {
    columns: {
      provider_name: "openai_realtime",
      ...(session_id ? { session_id } : {}),
      ...(stt || model ? { pipeline_components: { ...(stt ? { stt } : {}), ...(model ? { llm: model } : {}) } } : {}),
      ...(language ? { language } : {}),
    },
    transcribes: isObject(transcription) ? true : memberOf(from, name) === null ? false : null,
    bytesPerMs: formatOf(session),
  };
}

/** Bytes a millisecond of output takes, where a session or a response tells its format. */
export function formatOf(described: unknown): number | null {
  const output = memberIn(memberIn(described, "audio"), "output");
  const format = memberIn(output, "format") ?? memberIn(described, "output_audio_format");
  if (format === null) return null;
  return bytesPerMs(textIn(format, "type") ?? format, numberIn(format, "rate"));
}
