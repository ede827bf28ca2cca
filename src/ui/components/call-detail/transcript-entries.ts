/** From a record to the entries of its transcript, its blocks, and the places where something is found in it. */
import type { CallDetail, Message, ToolCall } from "../../../api/contract.ts";

export type Entry =
  | { readonly kind: "message"; readonly message: Message; readonly index: number; readonly offsetMs: number | null }
  | { readonly kind: "tool"; readonly tool: ToolCall; readonly offsetMs: number | null };

/** The order of the messages is the engine's; a tool goes before the first message that is later than it. */
export function interleave(call: Pick<CallDetail, "conversation" | "tool_calls" | "start_time">): Entry[] {
  const start = Date.parse(call.start_time);
  const since = (at: string | null) => (at === null ? null : Date.parse(at) - start);
  const tools = (call.tool_calls ?? [])
    .map((tool): Entry => ({ kind: "tool", tool, offsetMs: since(tool.at) }))
    .sort((a, b) => (a.offsetMs ?? Infinity) - (b.offsetMs ?? Infinity) || 0);
  const entries: Entry[] = [];
  let next = 0;
  for (const [index, message] of (call.conversation ?? []).entries()) {
    const offsetMs = message.offset_ms ?? since(message.at);
    for (
      let tool = tools[next];
      tool && offsetMs !== null && (tool.offsetMs ?? Infinity) < offsetMs;
      tool = tools[next]
    ) {
      entries.push(tool);
      next++;
    }
    entries.push({ kind: "message", message, index, offsetMs });
  }
  return [...entries, ...tools.slice(next)];
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/** What is searched for, letter case aside; null when nothing is. */
export function searchPattern(search: string): RegExp | null {
  const text = search.trim();
  return text ? new RegExp(escaped(text), "giu") : null;
}

/** Any of the words and "phrases" of a `q` of the API; null when there are none. */
export function termsPattern(q: string): RegExp | null {
  const terms = [...q.matchAll(/"([^"]*)"?|([^\s"]+)/g)].map((found) => (found[1] ?? found[2] ?? "").trim());
  const known = terms.filter((term) => term !== "").sort((a, b) => b.length - a.length);
  return known.length > 0 ? new RegExp(known.map(escaped).join("|"), "giu") : null;
}

/** Where something stands in a message's content, in UTF-16 units; the end is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}
/** Where it was found in a message; `index` is the message's place in the conversation. */
export type Finder = (message: Message, index: number) => readonly Range[];

/** A pattern that matches no empty text. Thousands of messages are looked through: `matchAll` costs four times as much. */
export function finderOf(pattern: RegExp | null): Finder | null {
  if (!pattern) return null;
  return ({ content }) => {
    if (!content) return NOWHERE;
    pattern.lastIndex = 0;
    let found = pattern.exec(content);
    if (!found) return NOWHERE;
    const ranges: Range[] = [];
    for (; found; found = pattern.exec(content)) ranges.push({ start: found.index, end: pattern.lastIndex });
    return ranges;
  };
}

const NOWHERE: readonly Range[] = [];

/** One place where it was found: the entry, and which one within it. */
export interface Hit {
  readonly entry: number;
  readonly nth: number;
}

/** More are not walked through by anybody. */
const HITS_MAX = 10_000;

export function hitsOf(entries: readonly Entry[], find: Finder | null): Hit[] {
  if (!find) return [];
  const hits: Hit[] = [];
  for (const [entry, one] of entries.entries()) {
    if (one.kind !== "message") continue;
    const ranges = find(one.message, one.index);
    for (let nth = 0; nth < ranges.length; nth++) hits.push({ entry, nth });
    if (hits.length >= HITS_MAX) break;
  }
  return hits;
}

/** The text cut at the ranges. */
export function pieces(text: string, ranges: readonly Range[]): { text: string; match: boolean }[] {
  const cut: { text: string; match: boolean }[] = [];
  let from = 0;
  for (const { start, end } of ranges) {
    if (start > from) cut.push({ text: text.slice(from, start), match: false });
    cut.push({ text: text.slice(Math.max(start, from), end), match: true });
    from = Math.max(from, end);
  }
  if (from < text.length) cut.push({ text: text.slice(from), match: false });
  return cut;
}

/** Two blocks of entries with the same signature look the same: so a live call's older blocks are left alone. */
export function signatureOf(entries: readonly Entry[]): string {
  return entries
    .map((entry) =>
      entry.kind === "message"
        ? `${entry.message.content?.length ?? 0}${entry.message.interrupted ? "!" : ""}`
        : `${entry.tool.name}:${entry.tool.status}`,
    )
    .join();
}

/** The last message that has begun by then; -1 before the first. Messages without a time are passed over. */
export function entryAt(entries: readonly Entry[], ms: number): number {
  let found = -1;
  for (const [i, { kind, offsetMs }] of entries.entries()) {
    if (kind === "message" && offsetMs !== null && offsetMs <= ms) found = i;
  }
  return found;
}
