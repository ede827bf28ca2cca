/** What the live routes answer, as schemas of the contract's types. */
import { z } from "zod";
import { COLUMNS, ENDED_BY, OUTCOMES } from "../../record/columns.ts";
import { LIVE_COLUMNS, type LiveColumns } from "../../store/journal/live-types.ts";
import type {
  ActiveCalls,
  EndCallAnswer,
  LiveCall,
  LiveCounts,
  LiveFeedEvent,
  LiveMessage,
  LiveReset,
  LiveSnapshot,
  LiveToolCall,
  LiveTranscript,
  LiveTurn,
} from "../contract.ts";
import { answer, answerOfColumns } from "./naming.ts";
import { columnsOf, instant, membersOf, message } from "./records.ts";

const text = z.string();
const count = z.int();
const n = z.int().meta({ description: "Number of the event within its call, ascending." });

const counts = answer<LiveCounts>()(
  "LiveCounts",
  z.object({
    user_messages: count,
    assistant_messages: count,
    total_turns: count,
    avg_turn_latency_ms: z.number().nullable(),
    tool_call_count: count,
    tool_error_count: count,
    barge_in_count: count,
  }),
);
const status = z.enum(["starting", "active"]);
const state = z.object({
  ...counts.shape,
  id: text,
  status,
  last_activity: instant,
  duration_seconds: z.number(),
  audio_seconds: z.number().nullable(),
  agents_used: z.array(text),
  can_end: z.boolean(),
  partial: z.array(message),
});
/** The columns are those of the table; the rest is held to the type here. */
const checked = answer<Omit<LiveCall, keyof LiveColumns>>()("LiveState", state);
const liveCall = answerOfColumns<LiveCall>(
  "LiveCall",
  z.object({ ...columnsOf(LIVE_COLUMNS, new Set(["start_time"])), ...checked.shape }),
);
const { conversation, tool_calls, turns } = COLUMNS;
const liveMessage = answerOfColumns<LiveMessage>(
  "LiveMessage",
  z.object({ ...membersOf(conversation.shape.of.fields), n }),
);
const liveTool = answerOfColumns<LiveToolCall>(
  "LiveToolCall",
  z.object({ ...membersOf(tool_calls.shape.of.fields), n }),
);
const liveTurn = answerOfColumns<LiveTurn>(
  "LiveTurn",
  z.object({ ...membersOf(turns.shape.of.fields), n, heard: z.boolean() }),
);

export const activeCalls = answer<ActiveCalls>()("ActiveCalls", z.object({ at: instant, calls: z.array(liveCall) }));
export const liveTranscript = answer<LiveTranscript>()(
  "LiveTranscript",
  z.object({
    id: text,
    call_id: text.nullable(),
    status,
    last_activity: instant,
    conversation: z.array(liveMessage),
    partial: z.array(message),
    tool_calls: z.array(liveTool),
    turns: z.array(liveTurn),
  }),
);
export const endAnswer = answer<EndCallAnswer>()(
  "EndCallAnswer",
  z.object({ id: text, call_id: text.nullable(), accepted: z.literal(true) }),
);

const type = <T extends string>(name: T) => ({ type: z.literal(name) });
const after = { id: text, last_activity: instant, counts };
export const liveEvent = answer<LiveSnapshot | LiveFeedEvent | LiveReset>()(
  "LiveEvent",
  z.discriminatedUnion("type", [
    z.object({ ...type("snapshot"), at: instant, calls: z.array(liveCall) }),
    z.object({ ...type("started"), call: liveCall }),
    z.object({ ...type("message"), ...after, message: liveMessage }),
    z.object({ ...type("turn"), ...after, turn: liveTurn }),
    z.object({ ...type("tool"), ...after, tool: liveTool }),
    z.object({ ...type("barge_in"), ...after }),
    z.object({ ...type("partial"), id: text, partial: z.array(message) }),
    z.object({ ...type("changed"), call: liveCall }),
    z.object({ ...type("left"), id: text }),
    z.object({
      ...type("ended"),
      id: text,
      call_id: text.nullable(),
      outcome: z.enum(OUTCOMES).nullable(),
      ended_reason: text.nullable(),
      ended_by: z.enum(ENDED_BY).nullable(),
      end_time: instant.nullable(),
      duration_seconds: z.number().nullable(),
    }),
    z.object({ ...type("reset"), reason: text }),
  ]),
);
