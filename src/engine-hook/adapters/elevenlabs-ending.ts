/** What ElevenLabs says of a conversation's end: a sentence in free words, and a status. */
import type { Ending } from "./vapi-ending.ts";

const WORDS: readonly (readonly [RegExp, Ending])[] = [
  [/transfer/i, { outcome: "transferred", ended_by: "agent", graceful: true }],
  [/end_call|agent (?:ended|hung)|voicemail/i, { ended_by: "agent", graceful: true }],
  [
    /remote party|client disconnected: 100[01]\b|client (?:ended|hung)|user (?:ended|hung)/i,
    { ended_by: "caller", graceful: true },
  ],
  [/no user (?:message|input)|silence|inactiv/i, { outcome: "no_input", ended_by: "system", graceful: true }],
  [/max(?:imum)? .*duration|time limit/i, { ended_by: "system", graceful: true }],
  [/error|fail|exceeded|quota|unauthori[sz]ed/i, { outcome: "error", ended_by: "system", graceful: false }],
  [/disconnected/i, { ended_by: "caller", graceful: false }],
];

/** `failed` is the conversation's status. */
export function elevenLabsEnding(reason: string, failed: boolean): Ending {
  const ending = WORDS.find(([words]) => words.test(reason))?.[1] ?? { ended_by: "unknown" as const, graceful: null };
  return failed ? { ...ending, outcome: "error", graceful: false } : ending;
}
