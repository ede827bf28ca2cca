/** Who the person at the panel looks as: the administrator, a client's person, or somebody who may only read. */
import type { Identity } from "../api/index.ts";

export const ROLE_COOKIE = "call_lake_role";

export type Role =
  | { readonly kind: "admin" }
  | { readonly kind: "viewer" }
  | { readonly kind: "client"; readonly client_id: string };

const CLIENT_ID_CHARACTERS_MAX = 200;

/** What a client's person may do with the calls of their client. */
const OF_CLIENT = ["calls.read", "calls.read_pii", "calls.export", "calls.label", "calls.sql", "calls.control"];
/** Nothing that names a person, and nothing that changes or takes something away. */
const OF_VIEWER = ["calls.read"];

/** `admin`, `viewer` or `client:<client_id>`; null for anything else. */
export function roleOf(text: string): Role | null {
  if (text === "admin" || text === "viewer") return { kind: text };
  const client_id = text.startsWith("client:") ? text.slice("client:".length) : "";
  return client_id !== "" && client_id.length <= CLIENT_ID_CHARACTERS_MAX ? { kind: "client", client_id } : null;
}

export function roleText(role: Role): string {
  return role.kind === "client" ? `client:${role.client_id}` : role.kind;
}

/**
 * The role in a request's cookie; the administrator without one, since whoever reaches the panel has passed its guard.
 * A role only takes away: the least of them for what is none.
 */
export function roleIn(cookie: string | undefined): Role {
  if (cookie === undefined) return { kind: "admin" };
  return roleOf(cookie) ?? { kind: "viewer" };
}

/** Who that is to the API; `all` are the permissions there are. */
export function identityOf(role: Role, all: readonly string[]): Identity {
  switch (role.kind) {
    case "admin":
      return { subject: "admin", permissions: new Set(all) };
    case "client":
      return { subject: `client ${role.client_id}`, permissions: new Set(OF_CLIENT), client_id: role.client_id };
    case "viewer":
      return { subject: "viewer", permissions: new Set(OF_VIEWER) };
  }
}
