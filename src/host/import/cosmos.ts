/** Conversation documents of a realtime call centre, exported from Cosmos DB: JSON lines or an array. */
import { isPlain } from "../../record/json.ts";
import { measure, piecesOf } from "./input.ts";
import { jsonValues } from "./json-values.ts";
import type { Item, Place, Source } from "./source.ts";
import { instantOf } from "./times.ts";

/** Members of the document that are told by columns, or by the database itself. */
const READ = new Set([
  ...["id", "conversation_id", "customer_id", "agent_type", "session_start", "session_end", "duration_seconds"],
  ...["disconnect_reason", "graceful_disconnect", "messages", "metadata"],
]);
const COUNTS = ["total_messages", "user_messages", "assistant_messages"];

export const cosmos: Source = {
  summary: "conversation documents of the call centre on Cosmos DB (JSON lines, or an array)",
  mapping: [
    ["conversation_id", "call_id, session_id (source: import:cosmos)"],
    ["customer_id (anonymous: null)", "user_id"],
    ["session_start, session_end, duration_seconds", "start_time, end_time, duration_seconds"],
    ["disconnect_reason, graceful_disconnect", "ended_reason, graceful; user_hangup: ended_by caller"],
    ["messages [{sender, message, interrupted}]", "conversation [{role, content, interrupted}]"],
    ["metadata.interruptions", "barge_in_count"],
    ["metadata.agents_used, metadata.initial_agent", "agents_used, initial_agent"],
    ["metadata.tools_called", "tool_calls [{name}]"],
    ["id, agent_type, the rest", "metadata"],
  ],
  in_time_order: false,
  async *read({ from, zone, meter }) {
    await measure(from, meter);
    for (const file of from)
      for await (const { value, number, problem } of jsonValues(piecesOf(file, meter)))
        yield problem === undefined
          ? toldCall(value, { file, line: number }, zone)
          : { place: { file, line: number }, rows: 1, reason: problem };
  },
};

function toldCall(value: unknown, place: Place, zone: string): Item {
  const reject = (reason: string): Item => ({ place, rows: 1, reason });
  if (!isPlain(value)) return reject("It is no document.");
  const call_id = textOf(value["conversation_id"]) ?? textOf(value["id"]);
  if (call_id === null) return reject("It has no conversation_id.");
  const start_time = instantOf(value["session_start"], zone);
  if (start_time === null) return reject(`session_start is no time: ${JSON.stringify(value["session_start"])}.`);
  const about = isPlain(value["metadata"]) ? value["metadata"] : {};
  const customer = textOf(value["customer_id"]);
  const reason = textOf(value["disconnect_reason"]);
  const graceful = value["graceful_disconnect"];
  return {
    place,
    rows: 1,
    columns: {
      source: "import:cosmos",
      call_id,
      session_id: call_id,
      user_id: customer === "anonymous" ? null : customer,
      start_time,
      end_time: instantOf(value["session_end"], zone),
      duration_seconds: numberOf(value["duration_seconds"]),
      direction: "web",
      ended_reason: reason,
      ended_by: reason === "user_hangup" ? "caller" : null,
      graceful: typeof graceful === "boolean" ? graceful : null,
      conversation: messagesOf(value["messages"]),
      barge_in_count: numberOf(about["interruptions"]),
      agents_used: textsOf(about["agents_used"]),
      initial_agent: textOf(about["initial_agent"]),
      tool_calls: textsOf(about["tools_called"])?.map((name) => ({ name })) ?? null,
      metadata: restOf(value, about),
    },
  };
}

function messagesOf(value: unknown) {
  if (!Array.isArray(value)) return null;
  return value.filter(isPlain).map((message) => ({
    role: textOf(message["sender"]),
    content: textOf(message["message"]),
    interrupted: typeof message["interrupted"] === "boolean" ? message["interrupted"] : null,
    at: null,
  }));
}

/** What no column tells: members of the document and of its metadata, without Cosmos' own (_rid, _etag …). */
function restOf(value: Record<string, unknown>, about: Record<string, unknown>): Record<string, unknown> {
  const told = new Set(["interruptions", "agents_used", "tools_called", "initial_agent", ...COUNTS]);
  const own = Object.entries(value).filter(([name]) => !READ.has(name) && !name.startsWith("_"));
  const more = Object.entries(about).filter(([name]) => !told.has(name));
  return Object.fromEntries([["document_id", value["id"]], ["agent_type", value["agent_type"]], ...own, ...more]);
}

function textsOf(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
