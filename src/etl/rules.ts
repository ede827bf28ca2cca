/** The rules and holds in effect in a data folder, and what they mean in SQL and for a row that is about to be written. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import {
  dayOf,
  type Expiring,
  type Expiry,
  expiryOf,
  firstKeptDay,
  fits,
  parseRules,
  type RetentionRule,
  ruleFor,
  type Where,
} from "../record/index.ts";
import { realFs, type StoreFs, unlessCode } from "../store/fs.ts";
import { quote } from "../store/lake/sql.ts";
import { type Hold, listHolds, PERSONAL } from "./holds.ts";

/** What decides over a call: rules in order of precedence, holds, and the time by which days are counted. */
export interface Terms {
  readonly rules: readonly RetentionRule[];
  readonly holds: readonly Hold[];
  readonly nowMs: number;
}

export interface RuleSource {
  /** CALL_HISTORY_RETENTION_DAYS. */
  readonly days: number;
  /** The list of rules as JSON gives it; undefined = retention.json of the folder, if there is one. */
  readonly rules?: unknown;
}

const RULES_FILE = "retention.json";

/** The rules of a folder. Throws a sentence if they cannot be read: then nothing may be dropped. */
export async function rulesOf(dir: string, from: RuleSource, fs: StoreFs = realFs): Promise<RetentionRule[]> {
  if (from.rules !== undefined) return parseRules(from.rules, from.days);
  const text = (await unlessCode(fs.readFile(join(dir, RULES_FILE)), "ENOENT"))?.toString("utf8");
  return parseRules(text === undefined ? [] : jsonOf(text), from.days, RULES_FILE);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${RULES_FILE} is not JSON (${(error as Error).message}); it should hold a list of rules.`);
  }
}

/** When a call expires, and whether a hold keeps it: null where that hangs on columns which are not in `call` (`pii` false). */
export async function expiryIn(
  dir: string,
  from: RuleSource,
  call: object,
  pii = true,
): Promise<Expiry & { held: boolean | null }> {
  const [rules, holds] = [await rulesOf(dir, from), await listHolds(dir)];
  const columns = { ...call } as Readonly<Record<string, unknown>>;
  const unseen = !pii && holds.some(({ where }) => PERSONAL.some((column) => column in where));
  const held = holds.some(({ where }) => fits(where, columns));
  return { ...expiryOf(columns, rules), held: unseen && !held ? null : held };
}

/** Whether a rule has reached a day. */
export function hasReached(rule: RetentionRule, day: string, nowMs: number): boolean {
  return day < firstKeptDay(rule.days, nowMs);
}

/** What has expired of a record: the terms decide, and nothing of a held one has. */
export function expiredOf(terms: Terms, record: Readonly<Record<string, unknown>>): Expiring[] {
  const day = dayOf(String(record["id"]));
  const expired = (["calls", "transcript", "recordings"] as const).filter((what) => {
    const rule = ruleFor(terms.rules, what, record);
    return rule !== undefined && hasReached(rule, day, terms.nowMs);
  });
  return expired.length > 0 && terms.holds.some(({ where }) => fits(where, record)) ? [] : expired;
}

/** A condition over the columns of a call; never NULL. */
export function whereSql(where: Where): string {
  const each = Object.entries(where).map(([column, wanted]) => {
    const list = wanted.map(quote).join(", ");
    if (column === "start_date") return `c.start_time >= TIMESTAMPTZ ${quote(`${wanted[0]} 00:00:00+00`)}`;
    if (column === "end_date")
      return `c.start_time < TIMESTAMPTZ ${quote(`${wanted[0]} 00:00:00+00`)} + INTERVAL 1 DAY`;
    if (column === "labels") return `list_has_any(coalesce(c.labels, []), [${list}])`;
    return `coalesce(c."${column}" IN (${list}), false)`;
  });
  return each.length === 0 ? "true" : `(${each.join(" AND ")})`;
}

/** Whether one of the holds keeps a call. */
export function heldSql(holds: readonly Hold[]): string {
  return holds.length === 0 ? "false" : `(${holds.map(({ where }) => whereSql(where)).join(" OR ")})`;
}

/** The place in `rules` of the rule that decides, or -1 where none does or it has not reached the day. */
export function ruleSql(terms: Terms, what: Expiring, day: string): string {
  const own = terms.rules
    .map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule.what === what)
    .map(({ rule, index }) => ({ rule, place: hasReached(rule, day, terms.nowMs) ? index : -1 }));
  if (own.every(({ place }) => place === -1)) return "-1";
  // Sorted by precedence: what stands after a rule for every call never decides.
  const all = own.findIndex(({ rule }) => Object.keys(rule.where).length === 0);
  const counted = all === -1 ? own : own.slice(0, all);
  const otherwise = all === -1 ? -1 : (own[all]?.place ?? -1);
  if (counted.length === 0) return String(otherwise);
  return `CASE ${counted.map(({ rule, place }) => `WHEN ${whereSql(rule.where)} THEN ${place}`).join(" ")} ELSE ${otherwise} END`;
}

/** Names what was decided for a day: the same text means that the same rows would go. */
export function signatureOf(terms: Terms, day: string): string {
  const reached = terms.rules.map((rule) => [rule, hasReached(rule, day, terms.nowMs)]);
  const holds = terms.holds.map(({ where }) => where);
  return createHash("sha256")
    .update(JSON.stringify([reached, holds]))
    .digest("hex")
    .slice(0, 16);
}
