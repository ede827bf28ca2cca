/** How a call ended, from all that was heard of its end, in whatever order it was heard. */

import type { EndedBy, Outcome } from "../../../record/record.ts";
import { ASKED, isCause, isFailure, isNotAPerson, NORMAL, STOPPED, textOfCause } from "./causes.ts";

/** What was heard of a call's way through Asterisk and of its end. */
export interface Evidence {
  /** The channel was ever answered. A cause alone does not part answered from abandoned. */
  up: boolean;
  /** The first hang-up request of the channel itself; later ones are Asterisk's own clearing up. */
  request: { cause: number | null; soft: boolean } | null;
  /** Somebody in the admin panel asked for the end. */
  asked: boolean;
  /** The channel's end, which only an observer hears. */
  destroyed: { cause: number | null; text: string } | null;
  /** Events beyond those of an owning application were heard, so that the channel's end will be heard too. */
  watched: boolean;
  /** It left its application without a hang-up. */
  left: boolean;
  /** The dialplan went on after the application, before any hang-up. */
  exited: boolean;
  /** Where it was continued at, exten@context, if elsewhere. */
  leftTo: string | null;
  /** The first step of the dialplan that ran there. */
  ran: string | null;
  /** The application it was moved to. */
  movedTo: string | null;
  /** Stasis() found no application of that name. */
  stasisFailed: string | null;
  /** It ended while nobody listened: when listening ended (ms), and whether Asterisk itself was restarted meanwhile. */
  gone: { lostMs: number; restarted: boolean } | null;
}

/** The reason of a call that went on after its application, as long as no better one is known. */
export const LEFT = "left_stasis";

export const noEvidence = (): Evidence => ({
  up: false,
  request: null,
  asked: false,
  destroyed: null,
  watched: false,
  left: false,
  exited: false,
  leftTo: null,
  ran: null,
  movedTo: null,
  stasisFailed: null,
  gone: null,
});

export interface Verdict {
  outcome: Outcome;
  ended_by: EndedBy;
  ended_reason: string;
  graceful: boolean | null;
  transfer_destination: string | null;
  error_message: string | null;
}

/** Judges the end. Pure: the same evidence gives the same verdict, whichever view and order it came by. */
export function verdictOf(evidence: Evidence): Verdict {
  const { up, request, gone, stasisFailed, leftTo, movedTo, ran, watched } = evidence;
  const cause = causeOf(evidence);
  const reason = (cause === null ? null : ((evidence.destroyed?.text || null) ?? textOfCause(cause))) ?? "hangup";
  const base = { ended_reason: reason, transfer_destination: null, error_message: null, graceful: true };
  if (gone) return goneVerdict(up, gone.restarted);
  if (request?.soft && request.cause === STOPPED)
    return failed("asterisk_stopped", "Asterisk was stopped during the call.");
  if (stasisFailed !== null && ran === null) {
    return failed("stasis_failed", `The application ${stasisFailed} was not there to take the call.`);
  }
  if (leftTo !== null && ran === null && watched) {
    const told = `The call was continued at ${leftTo} and ended before a step of the dialplan ran there.`;
    return { ...failed("transfer_failed", told), ended_by: "agent", transfer_destination: leftTo };
  }
  const away = evidence.left || leftTo !== null || movedTo !== null || ran !== null;
  const handedBack = evidence.exited && leftTo === null && movedTo === null && ran === null;
  if (away && !handedBack) {
    return {
      ...base,
      outcome: "transferred",
      ended_by: request ? endedBy(evidence, cause) : "agent",
      ended_reason: request || evidence.destroyed ? reason : LEFT,
      transfer_destination: leftTo ?? movedTo ?? ran,
    };
  }
  if (handedBack) return { ...base, outcome: up ? "completed" : "abandoned", ended_by: "agent" };
  const ended_by = endedBy(evidence, cause);
  if (up)
    return {
      ...base,
      outcome: "completed",
      ended_by,
      graceful: cause === null || !isNotAPerson(cause) || ended_by === "agent",
    };
  if (cause === null ? request === null && evidence.destroyed !== null : isFailure(cause)) {
    return failed(reason, `The call was not connected: ${cause === null ? "Asterisk gives no cause" : reason}.`);
  }
  return { ...base, outcome: "abandoned", ended_by };
}

/** The cause that tells most: the channel's own end before the request for it. */
function causeOf({ destroyed, request }: Evidence): number | null {
  if (destroyed && isCause(destroyed.cause)) return destroyed.cause;
  return request && isCause(request.cause) ? request.cause : null;
}

function endedBy({ request, destroyed, up, asked }: Evidence, cause: number | null): EndedBy {
  if (request?.soft) return request.cause === ASKED && !asked ? "agent" : "system";
  if (cause !== null && isNotAPerson(cause)) return "system";
  if (request) return request.cause === 0 && cause === null ? "unknown" : "caller";
  if (destroyed === null) return "unknown";
  if (!up && cause !== null && cause !== NORMAL) return "caller";
  return !up && cause === null ? "system" : "unknown";
}

function failed(ended_reason: string, error_message: string): Verdict {
  return {
    outcome: "error",
    ended_by: "system",
    ended_reason,
    graceful: false,
    transfer_destination: null,
    error_message,
  };
}

function goneVerdict(up: boolean, restarted: boolean): Verdict {
  if (restarted) return failed("asterisk_gone", "Asterisk ended during the call.");
  return {
    outcome: up ? "completed" : "abandoned",
    ended_by: "unknown",
    ended_reason: "ended_unheard",
    graceful: null,
    transfer_destination: null,
    error_message: null,
  };
}
