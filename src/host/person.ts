/** A person on the command line: the options by which erasure and access name one. */
import type { Person } from "../etl/index.ts";
import type { Given } from "./command.ts";

export const PERSON_OPTIONS = {
  caller: { type: "string" },
  name: { type: "string" },
  user: { type: "string" },
  device: { type: "string" },
} as const;

export const PERSON_USAGE = `--caller NUMBER every call from this number, and every outbound call to it, exactly as recorded
--name NAME     every call of this caller_name
--user ID       every call of this user_id
--device ID     every call of this device_id (a call is meant if one of them fits)`;

/** The person that was named, or null. */
export function personOf(given: Given): Person | null {
  const values = {
    caller_number: given.text("caller"),
    caller_name: given.text("name"),
    user_id: given.text("user"),
    device_id: given.text("device"),
  };
  const named = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return named.length === 0 ? null : (Object.fromEntries(named) as Person);
}
