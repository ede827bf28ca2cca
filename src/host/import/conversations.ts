/** Recorded conversations as calls: message by message, tool by tool, on the clock they had or on one made for them. */
import { type Conversation, clockOf, numberOf, readConversation, type ToolUse, textOf } from "./conversation.ts";
import { linesOf, measure, piecesOf } from "./input.ts";
import type { Item, Place, Source } from "./source.ts";

export const conversations: Source = {
  summary: "conversations as JSON lines: {source, source_id, language, messages, tool_calls, meta}",
  mapping: [
    ["source, source_id", "source (import:<source>), call_id"],
    ["language, meta.domain", "language, context_name"],
    ["messages [{role, content, offset_ms}]", "conversation; without times at the pace of speech"],
    ["tool_calls [{name, params, result, success, after_message}]", "tool_calls"],
    ["meta.start_unix, meta.start_time, meta.duration_s", "start_time, end_time; else spread over four weeks"],
    [
      "meta.agent_model, meta.agent_cost_usd, meta.termination_reason",
      "pipeline_components.llm, cost_total, ended_reason",
    ],
    ["meta", "metadata"],
  ],
  in_time_order: false,
  async *read({ from, meter }) {
    await measure(from, meter);
    for (const file of from)
      for await (const { text, number } of linesOf(piecesOf(file, meter)))
        if (text.trim() !== "") yield item(text, { file, line: number });
  },
};

function item(line: string, place: Place): Item {
  try {
    return { place, rows: 1, columns: columnsOf(readConversation(line)) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { place, rows: 1, reason: error.message };
  }
}

function columnsOf(conversation: Conversation) {
  const { source, source_id, language, messages, meta } = conversation;
  const { start, end, offsets } = clockOf(conversation);
  const model = textOf(meta["agent_model"]);
  const cost = numberOf(meta["agent_cost_usd"]);
  return {
    source: `import:${source}`,
    call_id: source_id,
    start_time: start,
    end_time: end,
    language,
    context_name: contextOf(meta),
    pipeline_components: model === null ? null : { llm: model },
    conversation: messages.map(({ role, content }, index) => ({ role, content, at: start + (offsets[index] ?? 0) })),
    tool_calls: toolsOf(conversation, start, end, offsets),
    ended_reason: textOf(meta["termination_reason"]) ?? textOf(meta["completion"]),
    cost_total: cost,
    currency: cost === null ? null : "USD",
    metadata: meta,
  };
}

/** The tools in their order; one without a time was called when the message before it was said. */
function toolsOf({ tool_calls }: Conversation, start: number, end: number, offsets: readonly number[]) {
  const placed = [...tool_calls].sort((a, b) => a.after_message - b.after_message);
  return placed.map((tool) => {
    const before = tool.after_message < 0 ? 0 : (offsets[tool.after_message] ?? end - start);
    return { ...toolOf(tool), at: start + (tool.offset_ms ?? before) };
  });
}

function toolOf({ name, params, result, success, duration_ms }: ToolUse) {
  const status = success === null ? null : success ? "ok" : "error";
  return { name, params, result, status, duration_ms: duration_ms === null ? null : Math.round(duration_ms) };
}

/** What the conversation was about, by the name its source gives to that. */
function contextOf(meta: Conversation["meta"]): string | null {
  const domains = meta["domains"];
  return (
    textOf(meta["domain"]) ??
    textOf(meta["vertical"]) ??
    (Array.isArray(domains) ? textOf(domains[0]) : null) ??
    textOf(meta["type"])
  );
}
