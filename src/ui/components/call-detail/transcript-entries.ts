/** From a record to the entries of its transcript: messages in their order, tools where they were called. */
import type { CallDetail, Message, ToolCall } from "../../../api/contract.ts";

export type Entry =
  | { readonly kind: "message"; readonly message: Message; readonly offsetMs: number | null }
  | { readonly kind: "tool"; readonly tool: ToolCall; readonly offsetMs: number | null };

/** The order of the messages is the engine's; a tool goes before the first message that is later than it. */
export function interleave(call: Pick<CallDetail, "conversation" | "tool_calls" | "start_time">): Entry[] {
  const start = Date.parse(call.start_time);
  const since = (at: string | null) => (at === null ? null : Date.parse(at) - start);
  const tools = (call.tool_calls ?? [])
    .map((tool): Entry => ({ kind: "tool", tool, offsetMs: since(tool.at) }))
    .sort((a, b) => (a.offsetMs ?? Infinity) - (b.offsetMs ?? Infinity) || 0);
  const entries: Entry[] = [];
  let next = 0;
  for (const message of call.conversation ?? []) {
    const offsetMs = message.offset_ms ?? since(message.at);
    for (
      let tool = tools[next];
      tool && offsetMs !== null && (tool.offsetMs ?? Infinity) < offsetMs;
      tool = tools[next]
    ) {
      entries.push(tool);
      next++;
    }
    entries.push({ kind: "message", message, offsetMs });
  }
  return [...entries, ...tools.slice(next)];
}

/** What is searched for, letter case aside; null when nothing is. */
export function searchPattern(search: string): RegExp | null {
  const text = search.trim();
  return text ? new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu") : null;
}

/** The text cut at the matches. */
export function pieces(text: string, pattern: RegExp): { text: string; match: boolean }[] {
  const cut: { text: string; match: boolean }[] = [];
  let from = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > from) cut.push({ text: text.slice(from, found.index), match: false });
    cut.push({ text: found[0], match: true });
    from = found.index + found[0].length;
  }
  if (from < text.length) cut.push({ text: text.slice(from), match: false });
  return cut;
}
