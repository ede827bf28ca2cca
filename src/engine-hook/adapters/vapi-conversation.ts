/** The messages of a Vapi report: what was said, the tools with their results, and the rest. */
import type { MessageInput, ToolCallInput } from "../inputs.ts";
import { listAt, numberAt, parsedText, textAt, valueAt } from "./provider-payload.ts";

const ROLES: Readonly<Record<string, string>> = { bot: "assistant", assistant: "assistant", user: "user" };
/** A time farther from the call's start than this is in another unit, or counts from elsewhere. */
const NEAR_MS = 2 * 86_400_000;

interface Said {
  conversation: MessageInput[];
  tool_calls: ToolCallInput[];
  /** System prompts and what else nobody said aloud. */
  others: unknown[];
}

/** `start` is the call's start in epoch ms, or null. */
export function vapiConversation(message: unknown, start: number | null): Said {
  const ofArtifact = listAt(message, "artifact", "messages");
  const messages = ofArtifact.length > 0 ? ofArtifact : listAt(message, "messages");
  const said: Said = { conversation: [], tool_calls: [], others: [] };
  const tools = new Map<string, ToolCallInput & { at: number | null }>();
  for (const one of messages) {
    const role = textAt(one, "role") ?? "";
    const at = timeOf(one, start);
    if (role === "tool_calls") {
      for (const call of listAt(one, "toolCalls")) {
        const id = textAt(call, "id");
        const tool = {
          tool_call_id: id,
          name: textAt(call, "function", "name"),
          params: parsedText(valueAt(call, "function", "arguments")),
          at,
        };
        said.tool_calls.push(tool);
        if (id !== null) tools.set(id, tool);
      }
    } else if (role === "tool_call_result") {
      takeResult(one, at, tools.get(textAt(one, "toolCallId") ?? ""), said);
    } else if (ROLES[role] !== undefined && textAt(one, "message") !== null) {
      const seconds = numberAt(one, "secondsFromStart");
      said.conversation.push({
        role: ROLES[role],
        content: textAt(one, "message"),
        at,
        offset_ms: seconds === null || seconds < 0 ? null : seconds * 1000,
      });
    } else if (one !== null) said.others.push(one);
  }
  return said;
}

function takeResult(
  one: unknown,
  at: number | null,
  tool: (ToolCallInput & { at: number | null }) | undefined,
  said: Said,
): void {
  const result = parsedText(valueAt(one, "result"));
  const error = textAt(one, "error") ?? textAt(result, "error");
  const answer = { result, error, status: error === null ? "ok" : "error" };
  if (!tool) {
    said.tool_calls.push({ tool_call_id: textAt(one, "toolCallId"), name: textAt(one, "name"), at, ...answer });
    return;
  }
  Object.assign(tool, answer, { duration_ms: at !== null && tool.at !== null && at >= tool.at ? at - tool.at : null });
}

/** `time` is epoch ms, although the published schema says seconds; where it is neither, the offset tells. */
function timeOf(message: unknown, start: number | null): number | null {
  const time = numberAt(message, "time");
  const near = (ms: number) => start !== null && Math.abs(ms - start) < NEAR_MS;
  if (time !== null && near(time)) return time;
  if (time !== null && near(time * 1000)) return time * 1000;
  const seconds = numberAt(message, "secondsFromStart");
  return start !== null && seconds !== null && seconds >= 0 ? Math.round(start + seconds * 1000) : null;
}
