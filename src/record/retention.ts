/** Retention rules: how long a call, its transcript and its recordings are kept, and when one of them expires. */
import { dayOf } from "./id.ts";

export const EXPIRING = ["calls", "transcript", "recordings"] as const;
/** What a rule lets go: the whole call, what was said, or where the recordings are. */
export type Expiring = (typeof EXPIRING)[number];

/** Columns a rule may ask for: none of them names a person. */
export const RULE_COLUMNS = [
  "client_id",
  "assistant_id",
  "phone_number_id",
  "source",
  "provider_name",
  "pipeline_name",
  "context_name",
  "language",
  "direction",
  "outcome",
  "call_outcome",
  "labels",
] as const;

/** Column -> the values of which the call must have one. */
export type Where = Readonly<Record<string, readonly string[]>>;

export interface RetentionRule {
  readonly what: Expiring;
  /** Whole UTC days; 0 keeps for ever. */
  readonly days: number;
  readonly where: Where;
}

/** When a call and its parts leave, as instants in UTC; null = never. */
export interface Expiry {
  readonly expires_at: string | null;
  readonly transcript_expires_at: string | null;
  readonly recordings_expires_at: string | null;
}

const DAYS_MAX = 36_500;
const RULES_MAX = 1_000;
const DAY_MS = 86_400_000;

/**
 * Rules out of what JSON.parse gave, in order of precedence: most columns first, then the shortest. `days` is
 * CALL_HISTORY_RETENTION_DAYS. Throws a sentence that names `source` for anything that is no rule.
 */
export function parseRules(value: unknown, days = 0, source = "retention"): RetentionRule[] {
  if (!Array.isArray(value) || value.length > RULES_MAX)
    throw new RangeError(
      `${source} must be a list of at most ${RULES_MAX} rules such as {"what": "calls", "days": 30}.`,
    );
  const rules = value.map((rule: unknown, index) => ruleOf(rule, `${source}[${index}]`));
  if (days > 0) rules.push({ what: "calls", days, where: {} });
  const length = (rule: RetentionRule) => (rule.days === 0 ? Number.POSITIVE_INFINITY : rule.days);
  const columns = (rule: RetentionRule) => Object.keys(rule.where).length;
  return rules.sort((a, b) => columns(b) - columns(a) || (length(a) === length(b) ? 0 : length(a) - length(b)));
}

function ruleOf(value: unknown, source: string): RetentionRule {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError(`${source} must be a rule such as {"what": "calls", "days": 30}; it is ${told(value)}.`);
  const { what = "calls", days, where = {}, ...more } = value as Record<string, unknown>;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw new RangeError(`${source} has what, days and where; it also has ${told(unknown)}.`);
  if (!EXPIRING.includes(what as Expiring))
    throw new RangeError(`${source}.what must be one of ${EXPIRING.join(", ")}; it is ${told(what)}.`);
  if (typeof days !== "number" || !Number.isInteger(days) || days < 0 || days > DAYS_MAX)
    throw new RangeError(
      `${source}.days must be a whole number of days from 0 (keep for ever) to ${DAYS_MAX}; it is ${told(days)}.`,
    );
  return { what: what as Expiring, days, where: whereOf(where, RULE_COLUMNS, source) };
}

/** A `where` with the columns it may have. Throws a sentence that names the column or value. */
export function whereOf(value: unknown, columns: readonly string[], source: string): Where {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RangeError(`${source}.where must be an object such as {"client_id": "a"}; it is ${told(value)}.`);
  const where: Record<string, string[]> = {};
  for (const [column, wanted] of Object.entries(value)) {
    if (!columns.includes(column))
      throw new RangeError(`${source}.where knows ${columns.join(", ")}; it has ${told(column)}.`);
    const values: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
    if (values.length === 0 || !values.every((one) => typeof one === "string" && one !== ""))
      throw new RangeError(`${source}.where.${column} must be a text or a list of texts; it is ${told(wanted)}.`);
    where[column] = values as string[];
  }
  return where;
}

const told = (value: unknown) => (value === undefined ? "missing" : JSON.stringify(value));

type Columns = Readonly<Record<string, unknown>>;

/** Whether a record has one of the values in every column; start_date and end_date are UTC days of its id. */
export function fits(where: Where, record: Columns): boolean {
  return Object.entries(where).every(([column, wanted]) => {
    if (column === "start_date") return dayOf(String(record["id"])) >= (wanted[0] ?? "");
    if (column === "end_date") return dayOf(String(record["id"])) <= (wanted[0] ?? "");
    const value = record[column];
    const has: readonly unknown[] = Array.isArray(value) ? value : [value];
    return has.some((one) => typeof one === "string" && wanted.includes(one));
  });
}

/** The first day that is kept by a number of days, or "" if all are. */
export function firstKeptDay(days: number, nowMs: number): string {
  return days === 0 ? "" : new Date(Math.max(0, nowMs - days * DAY_MS)).toISOString().slice(0, 10);
}

/** The rule of that kind that decides for a record: rules are in order of precedence. */
export function ruleFor(rules: readonly RetentionRule[], what: Expiring, record: Columns): RetentionRule | undefined {
  return rules.find((rule) => rule.what === what && fits(rule.where, record));
}

/** When a record and its parts expire. The record needs its id and the columns of the rules. */
export function expiryOf(record: Columns, rules: readonly RetentionRule[]): Expiry {
  const at = (what: Expiring): string | null => {
    const rule = ruleFor(rules, what, record);
    if (rule === undefined || rule.days === 0) return null;
    return new Date(Date.parse(dayOf(String(record["id"]))) + (rule.days + 1) * DAY_MS).toISOString();
  };
  return {
    expires_at: at("calls"),
    transcript_expires_at: at("transcript"),
    recordings_expires_at: at("recordings"),
  };
}

/** A rule as a sentence's end, for reports and receipts: "transcript, 30 days, client_id a". */
export function ruleText({ what, days, where }: RetentionRule): string {
  const columns = Object.entries(where).map(([column, values]) => `, ${column} ${values.join(" or ")}`);
  return `${what}, ${days} days${columns.join("")}`;
}
