/** What an ARI event and a channel's snapshot say, read without trusting them. */

export type Json = { readonly [name: string]: unknown };

/** A channel as Asterisk describes it in its events and in GET /channels. */
export interface Snapshot {
  readonly id: string;
  /** Technology, device and number: PJSIP/alice-00000001, Local/100@test-00000001;2. */
  readonly name: string;
  readonly state: string;
  readonly createdMs: number | null;
  readonly callerName: string;
  readonly callerNumber: string;
  readonly context: string;
  readonly exten: string;
  readonly appName: string;
  readonly appData: string;
  readonly sipCallId: string;
  readonly accountCode: string;
  readonly variables: Json | null;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text of a member, "" where there is none. */
export function textOf(object: Json | null, name: string): string {
  const value = object?.[name];
  return typeof value === "string" ? value : "";
}

/** The member as an object, or null. */
export function objectOf(object: Json, name: string): Json | null {
  const value = object[name];
  return isObject(value) ? value : null;
}

/** The member as a whole number, or null. */
export function wholeOf(object: Json, name: string): number | null {
  const value = object[name];
  return typeof value === "number" && Number.isInteger(value) ? value : null;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-])(\d\d):?(\d\d)$/;

/** Epoch ms of a time such as 2026-11-21T10:19:36.641+0000 (Asterisk leaves the colon out); null for anything else. */
export function timeOf(text: string): number | null {
  if (text.endsWith("+0000") && text.length === 28) {
    const ms = Date.parse(`${text.slice(0, 23)}Z`);
    return Number.isNaN(ms) ? null : ms;
  }
  const [, sign, hours, minutes] = TIME.exec(text) ?? [];
  const ms = Date.parse(sign === undefined ? text : `${text.slice(0, 23)}${sign}${hours}:${minutes}`);
  return Number.isNaN(ms) ? null : ms;
}

/** The snapshot, or null where it has no id or no name. */
export function snapshotOf(value: unknown): Snapshot | null {
  if (!isObject(value)) return null;
  const id = textOf(value, "id");
  const name = textOf(value, "name");
  if (id === "" || name === "") return null;
  const caller = objectOf(value, "caller");
  const dialplan = objectOf(value, "dialplan");
  return {
    id,
    name,
    state: textOf(value, "state"),
    createdMs: timeOf(textOf(value, "creationtime")),
    callerName: textOf(caller, "name"),
    callerNumber: textOf(caller, "number"),
    context: textOf(dialplan, "context"),
    exten: textOf(dialplan, "exten"),
    appName: textOf(dialplan, "app_name"),
    appData: textOf(dialplan, "app_data"),
    sipCallId: textOf(value, "protocol_id"),
    accountCode: textOf(value, "accountcode"),
    variables: objectOf(value, "channelvars"),
  };
}
