/** What Vapi's endedReason says: an open set of some hundred values, read by its parts. */
import type { EndedBy, Outcome } from "../../record/record.ts";

/** How a call ended; an outcome that is left out follows from the conversation. */
export interface Ending {
  readonly outcome?: Outcome;
  readonly ended_by: EndedBy;
  /** Null where the reason does not tell. */
  readonly graceful: boolean | null;
}

const failed: Ending = { outcome: "error", ended_by: "system", graceful: false };
const unreached: Ending = { outcome: "abandoned", ended_by: "system", graceful: true };

/** The first rule that fits; those for one reason come before those for a family. */
const RULES: readonly (readonly [RegExp, Ending])[] = [
  [/^silence-timed-out$/, { outcome: "no_input", ended_by: "system", graceful: true }],
  [/^exceeded-max-duration$|^manually-canceled$|call-deleted$/, { ended_by: "system", graceful: true }],
  [/^voicemail$|^customer-(?:busy|did-not-)|customer-misdialed$|^vonage-rejected$/, unreached],
  [/caller-hungup-before-call-connect$/, { outcome: "abandoned", ended_by: "caller", graceful: true }],
  [
    /^assistant-forwarded-call$|returned-forwarding-phone-number$|hook-executed-transfer$/,
    { outcome: "transferred", ended_by: "agent", graceful: true },
  ],
  [/hook-executed-say$/, { ended_by: "system", graceful: true }],
  [/^customer-ended-call/, { ended_by: "caller", graceful: true }],
  [/^assistant-(?:ended-call|said-end-call-phrase)/, { ended_by: "agent", graceful: true }],
  // The carrier's leg is over; which party left it is not said.
  [/^vonage-completed$|(?:twilio|sip)-completed-call$/, { ended_by: "unknown", graceful: true }],
  [/vapifault|providerfault|(?:^|[.-])(?:error|failed|invalid|rejected|disconnected|shutdown)(?:[.-]|$)/, failed],
  [/^call\.forwarding\.|^call\.start\.|^assistant-(?:request|not|join)-|-closed-websocket$|-no-call-received$/, failed],
  [/^customer-/, { ended_by: "caller", graceful: null }],
  [/^assistant-/, { ended_by: "agent", graceful: null }],
];

/** What a reason means. One that nobody has seen yet says as much as its parts do. */
export function vapiEnding(reason: string): Ending {
  for (const [pattern, ending] of RULES) if (pattern.test(reason)) return ending;
  return { ended_by: "unknown", graceful: null };
}
