/** Who asks: what the host says of a request, and what follows from it. */
import type { Context, MiddlewareHandler } from "hono";
import { type Scope, scopeOf } from "../query/index.ts";
import type { Permission } from "./contract.ts";
import { ApiError } from "./errors.ts";

export interface Identity {
  /** Who it is, for the audit log. */
  readonly subject: string;
  readonly permissions: Iterable<string>;
  /** The tenant the person is bound to; absent = all tenants. */
  readonly client_id?: string | undefined;
  /** The assistant the person is bound to; absent = all assistants. */
  readonly assistant_id?: string | undefined;
}

/** Answers null for somebody the host does not know. */
export type Identify = (c: Context) => Identity | null | Promise<Identity | null>;

export interface Asker {
  readonly subject: string;
  readonly permissions: ReadonlySet<string>;
  readonly client_id: string | undefined;
  readonly assistant_id: string | undefined;
  readonly scope: Scope;
}

export type ApiEnv = { Variables: { asker: Asker | null } };

const ALL: readonly Permission[] = [
  "calls.read",
  "calls.read_pii",
  "calls.delete",
  "calls.ingest",
  "calls.control",
  "calls.label",
  "calls.sql",
  "calls.export",
];

/** Everybody may do everything: for a host that stands alone on its own machine, and says so. */
export const anonymous: Identify = () => ({ subject: "anonymous", permissions: ALL });

/** Finds out who asks, once a request. */
export function identified(identify: Identify | null): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const identity = identify ? await identify(c) : null;
    c.set("asker", identity ? askerOf(identity) : null);
    await next();
  };
}

function askerOf({ subject, permissions, client_id, assistant_id }: Identity): Asker {
  const given = new Set(permissions);
  const scope = scopeOf({ client_id, assistant_id, read_pii: given.has("calls.read_pii") });
  return { subject, permissions: given, client_id, assistant_id, scope };
}

/** The asker, who has that permission. Throws 401 or 403. */
export function allowed(c: Context<ApiEnv>, permission: Permission): Asker {
  const asker = c.get("asker");
  if (!asker) throw new ApiError(401, "unauthorized", "The host does not know who asks.");
  if (!asker.permissions.has(permission)) {
    throw new ApiError(403, "forbidden", `The permission ${permission} is needed.`);
  }
  return asker;
}
