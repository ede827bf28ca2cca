/** A LiveKit session report as one line of events in time: its events, and what only its chat history knows. */
import { isObject, listIn, memberIn, textIn } from "../engine-event.ts";
import { timeIn } from "./times.ts";

interface ReportEvent {
  readonly name: string;
  readonly event: object;
  /** Epoch ms. */
  readonly at: number;
}

/** In order. Events recorded before the session's start, such as the first agent's, stand only in the chat history. */
export function eventsOf(report: unknown): ReportEvent[] {
  const events: ReportEvent[] = [];
  const seen = new Set<string>();
  let last = 0;
  for (const event of listIn(report, "events")) {
    const name = textIn(event, "type");
    if (!isObject(event) || name === null) continue;
    last = timeIn(event, "created_at", "createdAt") ?? last;
    events.push({ name, event, at: last });
    see(seen, memberIn(event, "item"));
    for (const call of listIn(event, "function_calls", "functionCalls")) see(seen, call);
  }
  const others = historyOf(report, seen);
  const all: ReportEvent[] = [];
  for (const event of events) {
    while (others[0] && others[0].at < event.at) all.push(...others.splice(0, 1));
    all.push(event);
  }
  return [...all, ...others];
}

function see(seen: Set<string>, item: unknown): void {
  const id = textIn(item, "id");
  if (id !== null) seen.add(id);
}

/** The chat history's messages, handoffs and tools that no event tells, as the events that would have told them. */
function historyOf(report: unknown, seen: ReadonlySet<string>): ReportEvent[] {
  const items = listIn(memberIn(report, "chat_history", "chatHistory"), "items");
  const events: ReportEvent[] = [];
  for (const [index, item] of items.entries()) {
    const id = textIn(item, "id");
    const at = timeIn(item, "created_at", "createdAt");
    if (!isObject(item) || at === null || (id !== null && seen.has(id))) continue;
    const type = textIn(item, "type");
    const instructs = ["system", "developer"].includes(textIn(item, "role") ?? "");
    if (type === "agent_handoff" || (type === "message" && !instructs))
      events.push({ name: "conversation_item_added", event: { item, created_at: at }, at });
    if (type !== "function_call") continue;
    const callId = textIn(item, "call_id", "callId");
    const output = items.slice(index + 1).find((later) => isOutput(later, callId)) ?? null;
    const executed = { function_calls: [item], function_call_outputs: [output], created_at: at };
    events.push({ name: "function_tools_executed", event: executed, at });
  }
  return events.sort((one, other) => one.at - other.at);
}

function isOutput(item: unknown, callId: string | null): boolean {
  return textIn(item, "type") === "function_call_output" && textIn(item, "call_id", "callId") === callId;
}

/** Epoch ms of the earliest thing a report tells; null where it tells of no time. */
export function startOf(report: unknown, events: readonly ReportEvent[]): number | null {
  const told = timeIn(report, "started_at", "startedAt");
  if (told !== null) return told;
  let first = Number.POSITIVE_INFINITY;
  for (const { at } of events) if (at > 0 && at < first) first = at;
  return Number.isFinite(first) ? first : timeIn(report, "timestamp");
}
