/** The scope: what a person may see, compiled into every statement in this one place. */
import { COLUMNS, type ColumnName } from "../record/columns.ts";
import { BadQuestionError, ForbiddenError } from "./errors.ts";
import { all, type Sql, sql } from "./statement.ts";

export interface ScopeIdentity {
  /** The tenant the person is bound to; absent = all tenants. */
  readonly client_id?: string | undefined;
  /** The assistant the person is bound to; absent = all assistants. */
  readonly assistant_id?: string | undefined;
  /** Whether personal data may be seen. */
  readonly read_pii: boolean;
}

declare const brand: unique symbol;
/** Made by scopeOf only; every question takes one. */
export type Scope = ScopeIdentity & { readonly [brand]: true };

const made = new WeakSet<object>();

/** Binds questions to what an identity may see. Throws on a tenant that is there but empty: that is nobody's tenant. */
export function scopeOf(identity: ScopeIdentity): Scope {
  const { client_id, assistant_id, read_pii } = identity;
  for (const [field, value] of Object.entries({ client_id, assistant_id })) {
    if (value !== undefined && (typeof value !== "string" || value === "")) {
      throw new ForbiddenError(`An identity's ${field} is a text or absent; it is ${JSON.stringify(value)}.`);
    }
  }
  const scope = Object.freeze({ client_id, assistant_id, read_pii: read_pii === true }) as Scope;
  made.add(scope);
  return scope;
}

/** The condition every row must meet. Throws if the scope was not made by scopeOf. */
export function conditionOf(scope: Scope): Sql {
  assertScope(scope);
  const conditions: Sql[] = [];
  if (scope.client_id !== undefined) conditions.push(sql`client_id = ${scope.client_id}`);
  if (scope.assistant_id !== undefined) conditions.push(sql`assistant_id = ${scope.assistant_id}`);
  return all(conditions);
}

/** Whether the scope holds somebody to a tenant or an assistant. */
export function isBound(scope: Scope): boolean {
  return scope.client_id !== undefined || scope.assistant_id !== undefined;
}

/** Fields of personal columns that name nobody: which tools ran, how long and with which success. */
const NOT_PERSONAL: { readonly [column in ColumnName]?: readonly string[] } = {
  tool_calls: ["name", "phase", "status", "at", "duration_ms"],
};

/** Whether the scope hides this column. */
export function isHidden(column: ColumnName, scope: Scope): boolean {
  return !scope.read_pii && "pii" in COLUMNS[column];
}

/**
 * Throws ForbiddenError if asking by this column would tell what the scope hides. `field` names the parameter, `steps`
 * the part of the column that is asked by.
 */
export function refuseHidden(column: ColumnName, scope: Scope, field: string, steps: readonly string[] = []): void {
  assertScope(scope);
  const [step] = steps;
  if (!isHidden(column, scope) || (step !== undefined && NOT_PERSONAL[column]?.includes(step))) return;
  throw new ForbiddenError(
    `${field} asks by ${[column, ...steps.slice(0, 1)].join(".")}, which is personal: the permission calls.read_pii is needed.`,
    field,
  );
}

function assertScope(scope: Scope): void {
  if (!made.has(scope)) throw new BadQuestionError("A question needs a scope made by scopeOf.", null);
}
