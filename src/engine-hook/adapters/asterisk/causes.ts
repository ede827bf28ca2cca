/** Hang-up causes (ITU-T Q.850, as Asterisk names them) and what they tell of an end. */

const TEXTS: Readonly<Record<number, string>> = {
  1: "Unallocated (unassigned) number",
  3: "No route to destination",
  16: "Normal Clearing",
  17: "User busy",
  18: "No user responding",
  19: "User alerting, no answer",
  20: "Subscriber absent",
  21: "Call Rejected",
  26: "Answered elsewhere",
  27: "Destination out of order",
  31: "Normal, unspecified",
  34: "Circuit/channel congestion",
  38: "Network out of order",
  41: "Temporary failure",
  42: "Switching equipment congestion",
  44: "Requested channel not available",
  47: "Resource unavailable, unspecified",
  58: "Bearer capability not available",
  127: "Interworking, unspecified",
};

/** In a hang-up request these are no causes: 0 is unknown, 32 says that a client of Asterisk asked for it. */
const NO_CAUSE = new Set([0, 32]);
/** Causes with which a network or a machine failed, as Asterisk's CDR counts them. */
const FAILURES = new Set([34, 38, 41, 42, 47, 58]);
/** Causes that no person brought about. */
const NOT_A_PERSON = new Set([1, 3, 18, 19, 20, 27, 34, 38, 41, 42, 44, 47, 58]);

export const NORMAL = 16;
/** Asterisk is being stopped (`core stop now`). */
export const STOPPED = 4;
/** A client of Asterisk asked for the end. */
export const ASKED = 32;

/** The words for a cause, or null for a number without. */
export const textOfCause = (cause: number): string | null => TEXTS[cause] ?? null;
/** Whether the number says why, or only that. */
export const isCause = (cause: number | null): cause is number => cause !== null && !NO_CAUSE.has(cause);
export const isFailure = (cause: number): boolean => FAILURES.has(cause);
export const isNotAPerson = (cause: number): boolean => NOT_A_PERSON.has(cause);
