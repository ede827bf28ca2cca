/** What the models of a LiveKit session used, and which they are: `modelUsage` in memory, `usage` in a report. */
import { numberIn, textIn } from "../engine-event.ts";

interface Used {
  usage?: { [name: string]: number };
  pipeline_components?: { [stage: string]: string };
}

/** Members in camelCase and snake_case, and what they are in a record. */
const TOKENS = [
  ["inputTokens", "input_tokens", "input_tokens"],
  ["inputCachedTokens", "input_cached_tokens", "cached_tokens"],
  ["inputAudioTokens", "input_audio_tokens", "input_audio_tokens"],
  ["inputCachedAudioTokens", "input_cached_audio_tokens", "cached_audio_tokens"],
  ["inputTextTokens", "input_text_tokens", "input_text_tokens"],
  ["inputCachedTextTokens", "input_cached_text_tokens", "cached_text_tokens"],
  ["inputImageTokens", "input_image_tokens", "input_image_tokens"],
  ["outputTokens", "output_tokens", "output_tokens"],
  ["outputAudioTokens", "output_audio_tokens", "output_audio_tokens"],
  ["outputTextTokens", "output_text_tokens", "output_text_tokens"],
] as const;

/** Sums over the models. A report leaves zeros out, so they count as not known. */
export function usedBy(models: readonly unknown[]): Used {
  const usage: { [name: string]: number } = {};
  const pipeline_components: { [stage: string]: string } = {};
  const add = (name: string, amount: number | null) => {
    if (amount) usage[name] = Math.round(((usage[name] ?? 0) + amount) * 1000) / 1000;
  };
  for (const model of models) {
    const stage = /^(llm|stt|tts)_usage$/.exec(textIn(model, "type") ?? "")?.[1];
    if (stage === undefined) continue;
    const name = nameOf(model);
    if (name !== null) pipeline_components[stage] = name;
    const prefix = stage === "llm" ? "" : `${stage}_`;
    for (const [camel, snake, column] of TOKENS) add(prefix + column, numberIn(model, camel, snake));
    add("tts_characters", numberIn(model, "charactersCount", "characters_count"));
    add(stage === "llm" ? "session_seconds" : `${stage}_audio_seconds`, secondsOf(model));
    if (stage !== "llm") add("audio_seconds", secondsOf(model));
  }
  return {
    ...(Object.keys(usage).length > 0 ? { usage } : {}),
    ...(Object.keys(pipeline_components).length > 0 ? { pipeline_components } : {}),
  };
}

function nameOf(model: unknown): string | null {
  const names = [textIn(model, "provider"), textIn(model, "model")].filter((name) => name && name !== "unknown");
  return names.length > 0 ? names.join("/") : null;
}

function secondsOf(model: unknown): number | null {
  const ms = numberIn(model, "audioDurationMs", "sessionDurationMs");
  return ms === null ? numberIn(model, "audio_duration", "session_duration") : ms / 1000;
}
