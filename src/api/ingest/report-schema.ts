/** What a device of a fleet reports: one message of a session. */
import { z } from "zod";

const AUDIO_CHARACTERS_MAX = 8 * 1024 * 1024;
/** The year 2100: a time in ms instead of seconds is refused, not recorded as the year 50000. */
const SECONDS_MAX = 4_102_444_800;

export const reportSchema = z.object({
  macAddress: z
    .string()
    .regex(/^[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i, "macAddress is six pairs of hex digits.")
    .transform((mac) => (mac.toLowerCase().match(/[0-9a-f]{2}/g) ?? []).join(":")),
  sessionId: z.string().min(1).max(500),
  chatType: z.union([z.literal(1), z.literal(2)], "chatType is 1 (user) or 2 (agent)."),
  content: z.string().max(1024 * 1024),
  audioBase64: z.string().max(AUDIO_CHARACTERS_MAX).nullable().optional(),
  reportTime: z
    .number()
    .int()
    .positive()
    .max(SECONDS_MAX, "reportTime is in seconds since 1970.")
    .nullable()
    .optional(),
});

export type Report = z.infer<typeof reportSchema>;
