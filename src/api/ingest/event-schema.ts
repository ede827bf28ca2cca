/** What an engine in another language tells of a live call: a zod schema an event. */
import { z } from "zod";
import { columnsSchema, instantSchema, messageSchema, toolSchema, turnSchema } from "../record-schema.ts";

/** Its number within the call, ascending: an event of a number that was told already is not taken again. */
const seq = { seq: z.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional() };
const at = { at: instantSchema.optional() };

export const eventSchema = z.discriminatedUnion("type", [
  columnsSchema.extend({ type: z.literal("started"), ...seq, start_time: instantSchema.optional() }),
  messageSchema.extend({ type: z.literal("message"), ...seq, role: z.string().min(1).max(100), content: z.string() }),
  z.strictObject({
    type: z.literal("segment"),
    ...seq,
    text: z.string(),
    start_ms: z.number().nonnegative().nullable().optional(),
    end_ms: z.number().nonnegative().nullable().optional(),
    final: z.boolean().nullable().optional(),
    role: z.enum(["user", "assistant"]).optional(),
    agent: z.string().nullable().optional(),
  }),
  turnSchema.extend({ type: z.literal("turn"), ...seq }),
  toolSchema.extend({ type: z.literal("tool"), ...seq, name: z.string().min(1).max(1000) }),
  z.strictObject({ type: z.literal("barge_in"), ...seq, ...at }),
  z.strictObject({
    type: z.literal("speech"),
    ...seq,
    ...at,
    party: z.enum(["user", "assistant"]),
    what: z.enum(["started", "stopped"]),
  }),
  columnsSchema.extend({ type: z.literal("set"), ...seq }),
  columnsSchema.extend({ type: z.literal("ended"), ...seq }),
]);

export type EventType = z.infer<typeof eventSchema>["type"];

export interface CallEvent {
  readonly type: EventType;
  readonly seq: number | null;
  /** The other members, which its schema has seen. */
  readonly body: { readonly [name: string]: unknown };
}

/** Takes apart what the schema has read. */
export function eventOf({ type, seq, ...body }: z.infer<typeof eventSchema>): CallEvent {
  return { type, seq: typeof seq === "number" ? seq : null, body };
}
