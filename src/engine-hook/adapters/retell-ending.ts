/** What Retell's disconnection_reason says of a call's end. */
import type { Ending } from "./vapi-ending.ts";

const failed: Ending = { outcome: "error", ended_by: "system", graceful: false };
const unreached: Ending = { outcome: "abandoned", ended_by: "system", graceful: true };
const limit: Ending = { ended_by: "system", graceful: true };
const transferred: Ending = { outcome: "transferred", ended_by: "agent", graceful: true };

const ENDINGS: Readonly<Record<string, Ending>> = {
  user_hangup: { ended_by: "caller", graceful: true },
  user_declined: { outcome: "abandoned", ended_by: "caller", graceful: true },
  agent_hangup: { ended_by: "agent", graceful: true },
  call_transfer: transferred,
  transfer_bridged: transferred,
  call_take_over: { outcome: "transferred", ended_by: "system", graceful: true },
  transfer_cancelled: { ended_by: "unknown", graceful: null },
  inactivity: { outcome: "no_input", ended_by: "system", graceful: true },
  max_duration_reached: limit,
  manual_stopped: limit,
  voicemail_reached: unreached,
  ivr_reached: unreached,
  dial_busy: unreached,
  dial_no_answer: unreached,
  registered_call_timeout: unreached,
  error_user_not_joined: unreached,
  dial_failed: failed,
  invalid_destination: failed,
  telephony_provider_permission_denied: failed,
  telephony_provider_unavailable: failed,
  sip_routing_error: failed,
  concurrency_limit_reached: failed,
  no_concurrency_fallback: failed,
  no_valid_payment: failed,
  scam_detected: failed,
  marked_as_spam: failed,
};

/** The 34 reasons of 2026, and later ones by their name: what begins with error_ is one. */
export function retellEnding(reason: string): Ending {
  const known = Object.hasOwn(ENDINGS, reason) ? ENDINGS[reason] : undefined;
  return known ?? (/error|fail/.test(reason) ? failed : { ended_by: "unknown", graceful: null });
}
